// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/crop.hpp>
#include <facemirror/core/detail/crop_sampling.hpp>
#include <facemirror/core/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace facemirror {

namespace {

bool is_finite(const CropView& view) {
    const Roi& roi = view.roi;
    bool finite = std::isfinite(roi.center.x) && std::isfinite(roi.center.y) && std::isfinite(roi.side) &&
                  std::isfinite(roi.angle_rad) && std::isfinite(view.aspect);
    if (view.half) {
        const Midline& line = view.half->midline;
        finite = finite && std::isfinite(line.origin.x) && std::isfinite(line.origin.y) &&
                 std::isfinite(line.direction.x) && std::isfinite(line.direction.y);
    }
    return finite;
}

void include(Box& box, Point p) {
    box = {std::min(box.x1, p.x), std::min(box.y1, p.y), std::max(box.x2, p.x), std::max(box.y2, p.y)};
}

} // namespace

namespace detail {

void sample_pixel(const CropSource& source, int x, int y, float* rgb) {
    static constexpr std::array<std::uint8_t, 3> black{};
    const RgbRegion& region = source.region;
    const auto pixel = [&](int column, int row) {
        const int inside_x = std::clamp(column, 0, region.width() - 1);
        const int inside_y = std::clamp(row, 0, region.height() - 1);
        const bool is_inside = inside_x == column && inside_y == row;
        const std::ptrdiff_t offset = 3 * (static_cast<std::ptrdiff_t>(inside_y) * region.width() + inside_x);
        return is_inside || source.border == CropBorder::replicate ? region.pixels().data() + offset
                                                                   : black.data();
    };
    const int left = x >> position_bits;
    const int top = y >> position_bits;
    const int fx = x & (position_steps - 1);
    const int fy = y & (position_steps - 1);
    const std::uint8_t* a = pixel(left, top);
    const std::uint8_t* b = pixel(left + 1, top);
    const std::uint8_t* c = pixel(left, top + 1);
    const std::uint8_t* d = pixel(left + 1, top + 1);
    for (int channel = 0; channel < 3; ++channel) {
        const int upper = a[channel] * (position_steps - fx) + b[channel] * fx;
        const int lower = c[channel] * (position_steps - fx) + d[channel] * fx;
        const int sum = upper * (position_steps - fy) + lower * fy;
        constexpr int unit = position_steps * position_steps;
        rgb[channel] = static_cast<float>((sum + unit / 2) / unit);
    }
}

void sample_crop_plain(const CropSource& source, int size_px, std::span<float> rgb) {
    Positions positions;
    float* out = rgb.data();
    for (int v = 0; v < size_px; ++v) {
        const Point start = source.axes.row_start(v);
        for (int from = 0; from < size_px; from += crop_block) {
            const int count = std::min(crop_block, size_px - from);
            find_positions(source, start, from, count, positions);
            for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i, out += 3) {
                sample_pixel(source, positions.x[i], positions.y[i], out);
            }
        }
    }
}

} // namespace detail

Point CropView::to_frame(Point in_crop) const noexcept {
    const detail::Axes axes{*this};
    return axes.at(axes.row_start(in_crop.y), in_crop.x);
}

void sample_crop(const RgbRegion& region, const CropView& view, std::span<float> rgb) {
    const auto size = static_cast<std::size_t>(std::max(view.size_px, 0));
    expects(size > 0 && rgb.size() == size * size * 3, "rgb holds size_px x size_px x 3 numbers");
    expects(region.width() > 0, "a region was loaded");
    expects(is_finite(view), "the view is finite");
    const detail::CropSource source{region, view};
    if (detail::can_use_avx2(region)) {
        detail::sample_crop_avx2(source, view.size_px, rgb);
    } else {
        detail::sample_crop_plain(source, view.size_px, rgb);
    }
}

Box bounds_of(const CropView& view) noexcept {
    const double last = view.size_px - 1.0;
    const std::array corners{view.to_frame({0, 0}), view.to_frame({last, 0}), view.to_frame({last, last}),
                             view.to_frame({0, last})};
    const detail::Reflection reflect{view.half};
    // Where an edge crosses the midline the reflection folds it: there the outline has one corner more.
    constexpr double infinity = std::numeric_limits<double>::infinity();
    Box box{infinity, infinity, -infinity, -infinity};
    for (std::size_t k = 0; k < corners.size(); ++k) {
        const Point a = corners[k];
        const Point b = corners[(k + 1) % corners.size()];
        include(box, reflect(a));
        const double distance_a = dot(a - reflect.origin, reflect.normal);
        const double distance_b = dot(b - reflect.origin, reflect.normal);
        if (distance_a * distance_b < 0) {
            include(box, a + (distance_a / (distance_a - distance_b)) * (b - a));
        }
    }
    return box;
}

} // namespace facemirror
