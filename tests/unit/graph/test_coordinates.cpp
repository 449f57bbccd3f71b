// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/coordinates.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace facemirror::detail {
namespace {

constexpr double tolerance = 1e-12; // of sums of a few dozen numbers around 1

TEST(LineGrid, RunsFromMinusOneToOne) {
    EXPECT_EQ(line_grid(3), (std::vector<double>{-1, 0, 1}));
}

TEST(CoordinatePlanes, HoldRowColumnAndDistance) {
    constexpr std::size_t side = 4;
    const std::vector<double> planes = coordinate_planes(side);
    ASSERT_EQ(planes.size(), 3 * side * side);
    const std::size_t place = 1 * side + 3; // row 1, column 3
    EXPECT_NEAR(planes[place], -1.0 / 3, tolerance);
    EXPECT_NEAR(planes[side * side + place], 1.0, tolerance);
    EXPECT_NEAR(planes[2 * side * side + place], std::sqrt((1.0 / 9 + 1) / 2), tolerance);
    EXPECT_NEAR(planes[2 * side * side], 1.0, tolerance); // a corner is farthest
}

TEST(Convolve, PadsWithZerosAndStrides) {
    // One 3x3 kernel of ones over a 4x4 plane of ones, stride 2, padding 1: the sums count the places inside.
    const ConvWeights conv{{1, 1, 3, 3}, std::vector<double>(9, 1.0), {5.0}};
    EXPECT_EQ(convolve(conv, std::vector<double>(16, 1.0), 4, 2, 1), (std::vector<double>{4, 6, 6, 9}));
}

TEST(Convolve, SumsOverInputPlanes) {
    const ConvWeights conv{{2, 2, 1, 1}, {1, 10, 100, 1000}, {0, 0}};
    EXPECT_EQ(convolve(conv, {1, 1, 1, 1, 2, 2, 2, 2}, 2, 1, 0),
              (std::vector<double>{21, 21, 21, 21, 2100, 2100, 2100, 2100}));
}

} // namespace
} // namespace facemirror::detail
