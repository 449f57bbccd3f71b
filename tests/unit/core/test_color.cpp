// SPDX-License-Identifier: Apache-2.0
#include "pictures.hpp"

#include <facemirror/core/color.hpp>

#include <gtest/gtest.h>

namespace facemirror::testing {
namespace {

TEST(ColorLevels, OfKnownColoursAreThoseOfTheStandards) {
    PixelLayout layout = layout_of(ColorModel::yuv, 2, 2);
    constexpr double tolerance = 0.5; // levels: the published tables are rounded
    const auto red_709 = plane_levels(layout, {255, 0, 0});
    EXPECT_NEAR(red_709[0], 63, tolerance);
    EXPECT_NEAR(red_709[1], 102, tolerance);
    EXPECT_NEAR(red_709[2], 240, tolerance);
    layout.matrix = ColorMatrix::bt601;
    const auto red_601 = plane_levels(layout, {255, 0, 0});
    EXPECT_NEAR(red_601[0], 81, tolerance);
    EXPECT_NEAR(red_601[1], 90, tolerance);
    EXPECT_NEAR(red_601[2], 240, tolerance);
    const auto white = plane_levels(layout, {255, 255, 255});
    EXPECT_NEAR(white[0], 235, 1e-9);
    EXPECT_NEAR(white[1], 128, 1e-9);
    EXPECT_NEAR(white[2], 128, 1e-9);
}

TEST(ColorLevels, StayWithinTheSamplesDepth) {
    PixelLayout layout = layout_of(ColorModel::yuv, 2, 2);
    layout.full_range = true;
    EXPECT_EQ(plane_levels(layout, {255, 0, 0})[2], 255);
    EXPECT_EQ(plane_levels(layout, {0, 0, 255})[1], 255);
    EXPECT_EQ(plane_levels(layout, {255, 255, 255})[0], 255);
}

TEST(ColorLevels, AreInvertedByTheWayBack) {
    std::mt19937 random{1};
    for (const ColorMatrix matrix : {ColorMatrix::bt601, ColorMatrix::bt709, ColorMatrix::bt2020}) {
        for (const int bit_depth : {8, 10, 16}) {
            for (const bool full_range : {false, true}) {
                PixelLayout layout = layout_of(ColorModel::yuv, 2, 2, bit_depth);
                layout.matrix = matrix;
                layout.full_range = full_range;
                const Rgb color{static_cast<std::uint8_t>(random()), static_cast<std::uint8_t>(random()),
                                static_cast<std::uint8_t>(random())};
                const auto level = plane_levels(layout, color);
                const RgbFromYuv back = rgb_from_16_bit(layout);
                const double step = 1 << (16 - bit_depth);
                const double y = back.y * (level[0] * step - back.black);
                const double u = level[1] * step - neutral_16_bit;
                const double v = level[2] * step - neutral_16_bit;
                EXPECT_NEAR(y + back.red_from_v * v, color.red, 1e-3) << "levels";
                EXPECT_NEAR(y + back.green_from_u * u + back.green_from_v * v, color.green, 1e-3);
                EXPECT_NEAR(y + back.blue_from_u * u, color.blue, 1e-3);
            }
        }
    }
}

} // namespace
} // namespace facemirror::testing
