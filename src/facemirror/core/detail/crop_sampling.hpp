// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

namespace facemirror::detail {

inline constexpr int position_steps = 32; ///< Positions are rounded to 1/32 px, as OpenCV's warp does.
inline constexpr int position_bits = 5;
inline constexpr int crop_block = 64; ///< Crop pixels whose positions are found together.

/// A view as steps in the frame: position(u, v) = center + across(u) * right + along(v) * down.
struct Axes {
    explicit Axes(const CropView& view)
        : center{view.roi.center}, middle{view.size_px / 2.0},
          sign{view.flip == CropFlip::horizontal ? -1.0 : 1.0} {
        const double scale = view.roi.side / view.size_px;
        right = {scale * std::cos(view.roi.angle_rad), scale * std::sin(view.roi.angle_rad)};
        down = view.aspect * Point{-right.y, right.x};
    }
    [[nodiscard]] Point row_start(double v) const noexcept { return center + (v - middle) * down; }
    [[nodiscard]] Point at(Point start_of_row, double u) const noexcept {
        return start_of_row + (sign * (u - middle)) * right;
    }

    Point center;
    Point right;
    Point down;
    double middle; ///< size / 2
    double sign;   ///< -1 when flipped
};

/// Reflects the positions beyond the midline; without a kept half it changes nothing.
struct Reflection {
    explicit Reflection(const std::optional<KeptHalf>& half) {
        if (half) {
            origin = half->midline.origin;
            normal = {-half->midline.direction.y, half->midline.direction.x};
            (half->side == Side::patient_left ? max_kept : min_kept) = 0;
        }
    }
    [[nodiscard]] Point operator()(Point p) const noexcept {
        const double d = dot(p - origin, normal);
        return p - (2 * (d - std::clamp(d, min_kept, max_kept))) * normal;
    }

    Point origin;
    Point normal;
    double min_kept = -std::numeric_limits<double>::infinity(); ///< Signed distance; px.
    double max_kept = std::numeric_limits<double>::infinity();
};

/// Of the pixels of a block; 1/32 region px.
struct Positions {
    std::array<int, crop_block> x;
    std::array<int, crop_block> y;
};

/// What all rows of a crop share.
struct CropSource {
    CropSource(const RgbRegion& from, const CropView& view)
        : region{from}, axes{view}, reflect{view.half}, border{view.border} {}

    const RgbRegion& region;
    Axes axes;
    Reflection reflect;
    CropBorder border;
};

/// Nearest whole number, ties to even; |value| < 2^31. Ties to even are symmetric about every whole number of
/// px, which a flipped picture needs. Adding 1.5 * 2^52 leaves the rounded number in the low bits of the
/// double; unlike lrint, compilers vectorise it.
inline int round_to_even(double value) {
    constexpr double shifter = 6755399441055744.0;
    return static_cast<int>(static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(value + shifter)));
}

/// Where the crop pixels from..from+count-1 of a row lie. Inlined, so that each kernel has it in its own
/// instructions.
[[gnu::always_inline]] inline void find_positions(const CropSource& source, Point row_start, int from,
                                                  int count, Positions& positions) {
    const double max_x = source.region.width() + 1.0;
    const double max_y = source.region.height() + 1.0;
    for (int i = 0; i < count; ++i) {
        const Point p = source.region.from_frame(source.reflect(source.axes.at(row_start, from + i)));
        const auto k = static_cast<std::size_t>(i);
        positions.x[k] = round_to_even(std::clamp(p.x, -2.0, max_x) * position_steps);
        positions.y[k] = round_to_even(std::clamp(p.y, -2.0, max_y) * position_steps);
    }
}

/// One pixel, bilinear. Whole numbers all through: the sum does not depend on the order, so a flipped picture
/// gives equal bits.
void sample_pixel(const CropSource& source, int x, int y, float* rgb);

/// sample_crop() in plain code.
void sample_crop_plain(const CropSource& source, int size_px, std::span<float> rgb);

/// Whether sample_crop_avx2() may be called: AVX2, and offsets in the region have 31 bits.
[[nodiscard]] bool can_use_avx2(const RgbRegion& region) noexcept;

// OPTIMIZATION: 8 pixels at once, 2.7 times as fast; plain twin: sample_crop_plain, equal bit by bit.
void sample_crop_avx2(const CropSource& source, int size_px, std::span<float> rgb);

} // namespace facemirror::detail
