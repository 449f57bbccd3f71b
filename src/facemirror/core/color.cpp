// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/color.hpp>

#include <algorithm>

namespace facemirror {

namespace {

// Shares of red and blue in the luma; green has the rest.
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

// Levels of one sample for black, for black to white, and for chroma from -1/2 to 1/2.
struct Range {
    double black = 0;
    double luma = 0;
    double chroma = 0;
    double neutral = 0;
};

Range range_of(const PixelLayout& layout) noexcept {
    const double unit = 1 << (layout.bit_depth - 8); // one level of 8 bit
    if (layout.full_range || layout.model == ColorModel::rgb) {
        const double max = (1 << layout.bit_depth) - 1;
        return {0, max, max, 128 * unit};
    }
    return {16 * unit, 219 * unit, 224 * unit, 128 * unit};
}

} // namespace

RgbFromYuv rgb_from_16_bit(const PixelLayout& layout) noexcept {
    const Range range = range_of(layout);
    const double step = 1 << (16 - layout.bit_depth); // one level of the samples
    const double luma = 255 / (range.luma * step);
    const double chroma = 255 / (range.chroma * step);
    const auto [red, blue] = luma_shares(layout.matrix);
    const double green = 1 - red - blue;
    RgbFromYuv result;
    result.y = static_cast<float>(luma);
    result.black = static_cast<float>(range.black * step);
    result.red_from_v = static_cast<float>(2 * (1 - red) * chroma);
    result.blue_from_u = static_cast<float>(2 * (1 - blue) * chroma);
    result.green_from_u = static_cast<float>(-2 * blue * (1 - blue) / green * chroma);
    result.green_from_v = static_cast<float>(-2 * red * (1 - red) / green * chroma);
    return result;
}

std::array<double, 3> plane_levels(const PixelLayout& layout, Rgb color) noexcept {
    const Range range = range_of(layout);
    const double r = color.red / 255.0;
    const double g = color.green / 255.0;
    const double b = color.blue / 255.0;
    if (layout.model == ColorModel::rgb) {
        return {g * range.luma, b * range.luma, r * range.luma};
    }
    const auto [red, blue] = luma_shares(layout.matrix);
    const double y = red * r + (1 - red - blue) * g + blue * b;
    const double max =
        (1 << layout.bit_depth) - 1; // full-range chroma of pure red or blue is half a level more
    return {range.black + y * range.luma,
            std::min(range.neutral + (b - y) / (2 * (1 - blue)) * range.chroma, max),
            std::min(range.neutral + (r - y) / (2 * (1 - red)) * range.chroma, max)};
}

PixelLayout rgb_layout(int width, int height) noexcept {
    PixelLayout layout;
    layout.width = width;
    layout.height = height;
    layout.model = ColorModel::rgb;
    layout.chroma_shift_x = 0;
    layout.chroma_shift_y = 0;
    layout.chroma_y = 0;
    layout.full_range = true;
    return layout;
}

} // namespace facemirror
