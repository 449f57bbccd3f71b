// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

#include <array>
#include <cstdint>

namespace facemirror {

/// Red, green, blue; 0..255.
struct Rgb {
    std::uint8_t red = 0;
    std::uint8_t green = 0;
    std::uint8_t blue = 0;

    friend bool operator==(const Rgb&, const Rgb&) = default;
};

/// Level without colour of a chroma sample that was scaled to 16 bit.
inline constexpr float neutral_16_bit = 32768.0F;

/// From samples scaled to 16 bit (`v << (16 - bit_depth)`) to levels 0..255:
/// red = y (Y - black) + red_from_v (V - neutral), and so on. Gray and RGB planes use `y` and `black` alone.
struct RgbFromYuv {
    float y = 0;
    float black = 0;
    float red_from_v = 0;
    float green_from_u = 0;
    float green_from_v = 0;
    float blue_from_u = 0;
};

/// RGB planes are full range always.
/// Source   ITU-T H.273, 8.3: matrix coefficients 5/6, 1 and 9; ranges by VideoFullRangeFlag.
[[nodiscard]] RgbFromYuv rgb_from_16_bit(const PixelLayout& layout) noexcept;

/// The level of each plane (Y, Cb, Cr; gray; G, B, R) that shows a colour; levels of the layout's own depth
/// and range, not rounded. The inverse of rgb_from_16_bit.
[[nodiscard]] std::array<double, 3> plane_levels(const PixelLayout& layout, Rgb color) noexcept;

/// The layout of an 8-bit picture in G, B, R planes.
[[nodiscard]] PixelLayout rgb_layout(int width, int height) noexcept;

} // namespace facemirror
