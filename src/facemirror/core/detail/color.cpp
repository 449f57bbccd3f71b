// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/detail/color.hpp>

namespace facemirror::detail {

namespace {

struct LumaShares {
    double red = 0;
    double blue = 0;
};

LumaShares luma_shares(ColorMatrix matrix) noexcept {
    switch (matrix) {
    case ColorMatrix::bt601:
        return {0.299, 0.114};
    case ColorMatrix::bt709:
        return {0.2126, 0.0722};
    case ColorMatrix::bt2020:
        return {0.2627, 0.0593};
    }
    return {};
}

} // namespace

RgbFromYuv rgb_from_16_bit(const PixelLayout& layout) noexcept {
    const bool full = layout.full_range || layout.model == ColorModel::rgb;
    const double step = 1 << (16 - layout.bit_depth);             // one level of the samples
    const double max = ((1 << layout.bit_depth) - 1) * step;      // full range
    const double luma = full ? 255 / max : 255.0 / (219.0 * 256); // 16..235 in 8 bit
    const double chroma = full ? 255 / max : 255.0 / (224.0 * 256);
    const auto [red, blue] = luma_shares(layout.matrix);
    const double green = 1 - red - blue;
    RgbFromYuv result;
    result.y = static_cast<float>(luma);
    result.black = full ? 0.0F : 16.0F * 256;
    result.r_from_v = static_cast<float>(2 * (1 - red) * chroma);
    result.b_from_u = static_cast<float>(2 * (1 - blue) * chroma);
    result.g_from_u = static_cast<float>(-2 * blue * (1 - blue) / green * chroma);
    result.g_from_v = static_cast<float>(-2 * red * (1 - red) / green * chroma);
    return result;
}

} // namespace facemirror::detail
