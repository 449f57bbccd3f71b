// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

/// The sizes of the three networks, which the lists of their weights and their graphs share.
namespace facemirror::detail {

/// A depthwise convolution 3x3 and a pointwise one. Source: behaviour.md 24.1.
struct DepthwiseUnit {
    int stage; ///< 1..3, part of the key.
    int index; ///< In its stage, part of the key.
    std::int64_t in;
    std::int64_t out;
    std::int64_t stride;
};

namespace retinaface {
constexpr std::int64_t stem = 8;
constexpr std::array<DepthwiseUnit, 13> units{{{1, 1, 8, 16, 1},
                                               {1, 2, 16, 32, 2},
                                               {1, 3, 32, 32, 1},
                                               {1, 4, 32, 64, 2},
                                               {1, 5, 64, 64, 1},
                                               {2, 0, 64, 128, 2},
                                               {2, 1, 128, 128, 1},
                                               {2, 2, 128, 128, 1},
                                               {2, 3, 128, 128, 1},
                                               {2, 4, 128, 128, 1},
                                               {2, 5, 128, 128, 1},
                                               {3, 0, 128, 256, 2},
                                               {3, 1, 256, 256, 1}}};
constexpr std::array<std::int64_t, 3> stage_channels{64, 128, 256};
constexpr std::int64_t pyramid = 64;
constexpr std::int64_t anchors = 2;
constexpr float leaky_slope = 0.1F;
} // namespace retinaface

/// Source: behaviour.md 24.2.
namespace star {
constexpr int stacks = 4;
constexpr int depth = 4;
constexpr std::int64_t channels = 256;
constexpr std::int64_t points = 98;
constexpr std::int64_t edges = 9;
constexpr std::int64_t boundary_point = 97; ///< The heat map that marks the boundary for the next stack.
constexpr double boundary_level = 0.05;     ///< Coordinates are masked where the boundary is not above it.

/// The points of one edge, first and last included; 96 and 97 are on none.
struct Edge {
    std::int64_t first;
    std::int64_t last;
};
constexpr std::array<Edge, edges> edge_points{
    {{0, 32}, {33, 41}, {42, 50}, {51, 54}, {55, 59}, {60, 67}, {68, 75}, {76, 87}, {88, 95}}};
constexpr std::int64_t first_free_point = 96;
} // namespace star

/// An inverted residual block; the first of all is depthwise-separable (expand == in). Source:
/// behaviour.md 24.3.
struct MobileBlock {
    int stage;
    int index;
    std::int64_t kernel;
    std::int64_t stride;
    std::int64_t in;
    std::int64_t expand;
    std::int64_t squeeze;
    std::int64_t out;
};

namespace mtl {
constexpr std::int64_t stem = 32;
constexpr std::array<MobileBlock, 16> blocks{{{0, 0, 3, 1, 32, 32, 8, 16},
                                              {1, 0, 3, 2, 16, 96, 4, 24},
                                              {1, 1, 3, 1, 24, 144, 6, 24},
                                              {2, 0, 5, 2, 24, 144, 6, 40},
                                              {2, 1, 5, 1, 40, 240, 10, 40},
                                              {3, 0, 3, 2, 40, 240, 10, 80},
                                              {3, 1, 3, 1, 80, 480, 20, 80},
                                              {3, 2, 3, 1, 80, 480, 20, 80},
                                              {4, 0, 5, 1, 80, 480, 20, 112},
                                              {4, 1, 5, 1, 112, 672, 28, 112},
                                              {4, 2, 5, 1, 112, 672, 28, 112},
                                              {5, 0, 5, 2, 112, 672, 28, 192},
                                              {5, 1, 5, 1, 192, 1152, 48, 192},
                                              {5, 2, 5, 1, 192, 1152, 48, 192},
                                              {5, 3, 5, 1, 192, 1152, 48, 192},
                                              {6, 0, 3, 1, 192, 1152, 48, 320}}};
constexpr std::int64_t features = 1280;
constexpr std::int64_t emotions = 8;
constexpr std::int64_t gaze_angles = 2;
constexpr std::int64_t nodes = 8;      ///< Action units.
constexpr std::int64_t neighbours = 4; ///< The edges of a node lead to its this many strongest similarities.
} // namespace mtl

} // namespace facemirror::detail
