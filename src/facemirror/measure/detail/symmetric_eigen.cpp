// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/detail/symmetric_eigen.hpp>

#include <cmath>
#include <cstddef>

namespace facemirror::detail {
namespace {

// Turns rows and columns p and q so that matrix[p][q] becomes 0; `basis` collects the turns in its columns.
void rotate(Matrix4& matrix, Matrix4& basis, std::size_t p, std::size_t q) noexcept {
    const double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
    const double t = std::copysign(1.0, theta) / (std::abs(theta) + std::hypot(theta, 1.0));
    const double c = 1 / std::hypot(t, 1.0);
    const double s = t * c;
    for (std::size_t k = 0; k < 4; ++k) {
        const double kp = matrix[k][p];
        const double kq = matrix[k][q];
        matrix[k][p] = c * kp - s * kq;
        matrix[k][q] = s * kp + c * kq;
    }
    for (std::size_t k = 0; k < 4; ++k) {
        const double pk = matrix[p][k];
        const double qk = matrix[q][k];
        matrix[p][k] = c * pk - s * qk;
        matrix[q][k] = s * pk + c * qk;
        const double bp = basis[k][p];
        const double bq = basis[k][q];
        basis[k][p] = c * bp - s * bq;
        basis[k][q] = s * bp + c * bq;
    }
}

} // namespace

Vector4 largest_eigenvector(Matrix4 matrix) noexcept {
    Matrix4 basis{{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}};
    constexpr int sweeps = 16; // a 4 x 4 matrix settles to the last digit in about 6
    for (int sweep = 0; sweep < sweeps; ++sweep) {
        for (std::size_t p = 0; p < 4; ++p) {
            for (std::size_t q = p + 1; q < 4; ++q) {
                if (matrix[p][q] != 0) {
                    rotate(matrix, basis, p, q);
                }
            }
        }
    }
    std::size_t best = 0;
    for (std::size_t i = 1; i < 4; ++i) {
        best = matrix[i][i] > matrix[best][best] ? i : best;
    }
    return {basis[0][best], basis[1][best], basis[2][best], basis[3][best]};
}

} // namespace facemirror::detail
