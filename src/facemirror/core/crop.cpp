// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/crop.hpp>
#include <facemirror/core/error.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace facemirror {

namespace {

constexpr int steps = 32; // Positions are rounded to 1/32 px, as OpenCV's warp does.

// A view as steps in the frame: position(u, v) = center + across(u) * right + along(v) * down.
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
    double middle; // size / 2
    double sign;   // -1 when flipped
};

// Reflects the positions beyond the midline; without a kept half it changes nothing.
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
    double min_kept = -std::numeric_limits<double>::infinity(); // signed distance
    double max_kept = std::numeric_limits<double>::infinity();
};

// Nearest whole number, ties to even; |value| < 2^31. Ties to even are symmetric about every whole number of
// px, which a flipped picture needs. Adding 1.5 * 2^52 leaves the rounded number in the low bits of the
// double; unlike lrint, compilers vectorise it.
int round_to_even(double value) {
    constexpr double shifter = 6755399441055744.0;
    return static_cast<int>(static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(value + shifter)));
}

constexpr int block = 64; // Crop pixels whose positions are found together.

struct Positions {
    std::array<int, block> x; // 1/32 region px
    std::array<int, block> y;
};

class Sampler {
public:
    Sampler(const RgbRegion& region, CropBorder border)
        : m_pixels{region.pixels().data()}, m_width{region.width()}, m_height{region.height()},
          m_border{border} {}

    void sample(int x, int y, float* rgb) const {
        const int left = x >> 5;
        const int top = y >> 5;
        const int fx = x & (steps - 1);
        const int fy = y & (steps - 1);
        if (left >= 0 && top >= 0 && left + 1 < m_width && top + 1 < m_height) {
            const std::uint8_t* upper = at(left, top);
            const std::uint8_t* lower = at(left, top + 1);
            mix(upper, upper + 3, lower, lower + 3, fx, fy, rgb);
        } else {
            mix(outside(left, top), outside(left + 1, top), outside(left, top + 1),
                outside(left + 1, top + 1), fx, fy, rgb);
        }
    }

private:
    [[nodiscard]] const std::uint8_t* at(int x, int y) const {
        return m_pixels + 3 * (static_cast<std::ptrdiff_t>(y) * m_width + x);
    }
    [[nodiscard]] const std::uint8_t* outside(int x, int y) const {
        static constexpr std::array<std::uint8_t, 3> black{};
        const int inside_x = std::clamp(x, 0, m_width - 1);
        const int inside_y = std::clamp(y, 0, m_height - 1);
        const bool is_inside = inside_x == x && inside_y == y;
        return is_inside || m_border == CropBorder::replicate ? at(inside_x, inside_y) : black.data();
    }
    // Whole numbers all through: the sum does not depend on the order, so a flipped picture gives equal bits.
    static void mix(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c,
                    const std::uint8_t* d, int fx, int fy, float* rgb) {
        for (int channel = 0; channel < 3; ++channel) {
            const int upper = a[channel] * (steps - fx) + b[channel] * fx;
            const int lower = c[channel] * (steps - fx) + d[channel] * fx;
            const int sum = upper * (steps - fy) + lower * fy;
            const int level = (sum + steps * steps / 2) / (steps * steps);
            rgb[channel] = static_cast<float>(level);
        }
    }

    const std::uint8_t* m_pixels;
    int m_width;
    int m_height;
    CropBorder m_border;
};

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

Point CropView::to_frame(Point in_crop) const noexcept {
    const Axes axes{*this};
    return axes.at(axes.row_start(in_crop.y), in_crop.x);
}

void sample_crop(const RgbRegion& region, const CropView& view, std::span<float> rgb) {
    const auto size = static_cast<std::size_t>(std::max(view.size_px, 0));
    expects(size > 0 && rgb.size() == size * size * 3, "rgb holds size_px x size_px x 3 numbers");
    expects(region.width() > 0, "a region was loaded");
    expects(is_finite(view), "the view is finite");
    const Axes axes{view};
    const Reflection reflect{view.half};
    const Sampler sampler{region, view.border};
    const double max_x = region.width() + 1.0;
    const double max_y = region.height() + 1.0;
    Positions positions;
    float* out = rgb.data();
    for (int v = 0; v < view.size_px; ++v) {
        const Point start = axes.row_start(v);
        for (int from = 0; from < view.size_px; from += block) {
            const int count = std::min(block, view.size_px - from);
            for (int i = 0; i < count; ++i) {
                const Point p = region.from_frame(reflect(axes.at(start, from + i)));
                positions.x[static_cast<std::size_t>(i)] =
                    round_to_even(std::clamp(p.x, -2.0, max_x) * steps);
                positions.y[static_cast<std::size_t>(i)] =
                    round_to_even(std::clamp(p.y, -2.0, max_y) * steps);
            }
            for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i, out += 3) {
                sampler.sample(positions.x[i], positions.y[i], out);
            }
        }
    }
}

Box bounds_of(const CropView& view) noexcept {
    const double last = view.size_px - 1.0;
    const std::array corners{view.to_frame({0, 0}), view.to_frame({last, 0}), view.to_frame({last, last}),
                             view.to_frame({0, last})};
    const Reflection reflect{view.half};
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
