// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

namespace facemirror::detail {

/// Level without colour of a chroma sample that was scaled to 16 bit.
inline constexpr float neutral_16_bit = 32768.0F;

/// From samples scaled to 16 bit (`v << (16 - bit_depth)`) to levels 0..255:
/// R = y (Y - black) + r_from_v (V - neutral), and so on. Gray and RGB use `y` and `black` alone.
struct RgbFromYuv {
    float y = 0;
    float black = 0;
    float r_from_v = 0;
    float g_from_u = 0;
    float g_from_v = 0;
    float b_from_u = 0;
};

/// Source   ITU-T H.273, 8.3: matrix coefficients 5/6, 1 and 9; ranges by VideoFullRangeFlag.
[[nodiscard]] RgbFromYuv rgb_from_16_bit(const PixelLayout& layout) noexcept;

} // namespace facemirror::detail
