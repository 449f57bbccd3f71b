// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/weights.hpp>

#include <cstddef>
#include <vector>

namespace facemirror::detail {

/// `count` numbers from -1 to 1 at equal distances.
[[nodiscard]] std::vector<double> line_grid(std::size_t count);

/// STAR's first two coordinate channels: -1..1 along the rows, then along the columns, and as the third their
/// distance from the middle, at most 1.
/// Shapes   3 planes of side x side, row-major.
/// Source   behaviour.md 24.2, coordinate channels.
[[nodiscard]] std::vector<double> coordinate_planes(std::size_t side);

/// What a convolution without its bias makes of planes that do not change, zero padding included.
/// Shapes   The convolution's outputs of (side + 2 padding - kernel) / stride + 1 squared, row-major.
[[nodiscard]] std::vector<double> convolve(const ConvWeights& conv, const std::vector<double>& planes,
                                           std::size_t side, std::size_t stride, std::size_t padding);

} // namespace facemirror::detail
