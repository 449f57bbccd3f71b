// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/coordinates.hpp>

#include <facemirror/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace facemirror::detail {

namespace {

struct Step {
    std::size_t side;
    std::size_t out_side;
    std::size_t stride;
    std::size_t padding;
};

/// Adds weight x (the plane moved by one place of the kernel) to the output.
void add_moved(double weight, const double* plane, std::size_t ky, std::size_t kx, const Step& step,
               double* out) {
    for (std::size_t y = 0; y < step.out_side; ++y) {
        const std::size_t row = y * step.stride + ky; // counted with the padding
        if (row < step.padding || row >= step.side + step.padding) {
            continue;
        }
        const double* source = plane + (row - step.padding) * step.side;
        double* target = out + y * step.out_side;
        for (std::size_t x = 0; x < step.out_side; ++x) {
            const std::size_t column = x * step.stride + kx;
            if (column >= step.padding && column < step.side + step.padding) {
                target[x] += weight * source[column - step.padding];
            }
        }
    }
}

} // namespace

std::vector<double> line_grid(std::size_t count) {
    expects(count > 1, "a grid has two ends");
    std::vector<double> grid(count);
    for (std::size_t i = 0; i < count; ++i) {
        grid[i] = -1.0 + 2.0 * static_cast<double>(i) / static_cast<double>(count - 1);
    }
    return grid;
}

std::vector<double> coordinate_planes(std::size_t side) {
    const std::vector<double> grid = line_grid(side);
    const std::size_t plane = side * side;
    std::vector<double> planes(3 * plane);
    for (std::size_t i = 0; i < plane; ++i) {
        const double row = grid[i / side];
        const double column = grid[i % side];
        planes[i] = row;
        planes[plane + i] = column;
        planes[2 * plane + i] = std::hypot(row, column) / std::numbers::sqrt2;
    }
    return planes;
}

std::vector<double> convolve(const ConvWeights& conv, const std::vector<double>& planes, std::size_t side,
                             std::size_t stride, std::size_t padding) {
    const auto outputs = static_cast<std::size_t>(conv.shape[0]);
    const auto inputs = static_cast<std::size_t>(conv.shape[1]);
    const auto kernel = static_cast<std::size_t>(conv.shape[2]);
    const Step step{side, (side + 2 * padding - kernel) / stride + 1, stride, padding};
    std::vector<double> result(outputs * step.out_side * step.out_side, 0.0);
    std::size_t next = 0;
    for (std::size_t out = 0; out < outputs; ++out) {
        double* target = result.data() + out * step.out_side * step.out_side;
        for (std::size_t in = 0; in < inputs; ++in) {
            for (std::size_t place = 0; place < kernel * kernel; ++place) {
                add_moved(conv.weight[next++], planes.data() + in * side * side, place / kernel,
                          place % kernel, step, target);
            }
        }
    }
    return result;
}

} // namespace facemirror::detail
