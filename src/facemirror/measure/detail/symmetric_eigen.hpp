// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

namespace facemirror::detail {

using Vector4 = std::array<double, 4>;
using Matrix4 = std::array<Vector4, 4>;

/// The unit eigenvector of a symmetric matrix's largest eigenvalue; its sign is free.
/// Source   Cyclic Jacobi rotations: Golub and Van Loan, "Matrix Computations", 8.5.
[[nodiscard]] Vector4 largest_eigenvector(Matrix4 matrix) noexcept;

} // namespace facemirror::detail
