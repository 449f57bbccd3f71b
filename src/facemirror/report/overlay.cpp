// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/report/overlay.hpp>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace facemirror {

namespace {

constexpr Rgb red{255, 0, 0};
constexpr Rgb white{255, 255, 255};
constexpr Rgb black{0, 0, 0};
constexpr Rgb point_color{255, 230, 0};
constexpr Rgb box_color{90, 200, 255};

// Sizes at drawing_scale 1; px.
constexpr double banner_height_px = 30;
constexpr double line_width_px = 1.4; // thinner than behaviour.md 12: it must not hide nose and lips
constexpr double box_width_px = 1.4;
constexpr double point_radius_px = 1.7;
constexpr double font_scale = 0.6; // of Hershey simplex, as is the banner's height from behaviour.md 12

Rgb color_of(BannerLevel level) {
    switch (level) {
    case BannerLevel::good:
        return {0, 150, 0};
    case BannerLevel::doubtful:
        return {255, 165, 0};
    case BannerLevel::poor:
        break;
    }
    return red;
}

// One axis of a plane's grid of samples: position of sample k is first + k * step, px of the frame.
struct SampleAxis {
    double first = 0;
    int step = 1;
    int size = 0;

    [[nodiscard]] double position(int k) const { return first + static_cast<double>(k) * step; }
    // First sample at or behind a position; 0..size.
    [[nodiscard]] int lower_bound(double at) const {
        return static_cast<int>(std::clamp(std::ceil((at - first) / step), 0.0, static_cast<double>(size)));
    }
};

struct SampleGrid {
    SampleAxis x;
    SampleAxis y;
};

SampleGrid grid_of(const PixelLayout& layout, int plane) {
    SampleGrid grid{{0, 1, layout.plane_width(plane)}, {0, 1, layout.plane_height(plane)}};
    if (layout.is_chroma(plane) && layout.chroma_shift_x > 0) {
        grid.x = {layout.chroma_x, 1 << layout.chroma_shift_x, grid.x.size};
    }
    if (layout.is_chroma(plane) && layout.chroma_shift_y > 0) {
        grid.y = {layout.chroma_y, 1 << layout.chroma_shift_y, grid.y.size};
    }
    return grid;
}

// std::lround of a value >= 0, without its call: it is asked for every sample, and for text eight times.
int rounded(double value) {
    return static_cast<int>(value + 0.5);
}

template <typename Sample>
void blend(std::uint8_t* row, int x, double level, double share) {
    auto& sample = reinterpret_cast<Sample*>(row)[x];
    sample = static_cast<Sample>(rounded(sample + share * (level - sample)));
}

// Paints every sample at positions x1 <= x < x2, y1 <= y < y2 by the share of it that the shape covers:
// coverage(position, width and height of the sample in px), 0..1.
template <typename Coverage>
void paint(Frame& picture, const Box& where, Rgb color, Coverage coverage) {
    const auto levels = plane_levels(picture.layout, color);
    const int planes = picture.layout.model == ColorModel::gray ? 1 : 3;
    for (int p = 0; p < planes; ++p) {
        const SampleGrid grid = grid_of(picture.layout, p);
        const Plane& plane = picture.planes[static_cast<std::size_t>(p)];
        const double level = levels[static_cast<std::size_t>(p)];
        const int end_x = grid.x.lower_bound(where.x2);
        const int end_y = grid.y.lower_bound(where.y2);
        for (int y = grid.y.lower_bound(where.y1); y < end_y; ++y) {
            std::uint8_t* row = plane.data + y * plane.stride;
            for (int x = grid.x.lower_bound(where.x1); x < end_x; ++x) {
                const double share =
                    coverage(Point{grid.x.position(x), grid.y.position(y)},
                             Point{static_cast<double>(grid.x.step), static_cast<double>(grid.y.step)});
                if (share <= 0) {
                    continue;
                }
                if (picture.layout.bytes_per_sample() == 1) {
                    blend<std::uint8_t>(row, x, level, share);
                } else {
                    blend<std::uint16_t>(row, x, level, share);
                }
            }
        }
    }
}

constexpr double margin_px = 2; // Half a chroma sample of 4:1:0 around a shape.

Box grown(const Box& box, double by) {
    return {box.x1 - by, box.y1 - by, box.x2 + by, box.y2 + by};
}

bool is_finite(const Box& box) {
    return std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2);
}

// A filled rectangle whose edges may lie inside a pixel; the pixel at x covers x - 1/2 .. x + 1/2.
void fill(Frame& picture, const Box& box, Rgb color) {
    paint(picture, grown(box, margin_px), color, [&box](Point at, Point size) {
        const double width = std::min(box.x2, at.x + size.x / 2) - std::max(box.x1, at.x - size.x / 2);
        const double height = std::min(box.y2, at.y + size.y / 2) - std::max(box.y1, at.y - size.y / 2);
        return std::max(width, 0.0) * std::max(height, 0.0) / (size.x * size.y);
    });
}

// Share of a sample that lies inside, by the distance of its middle from the shape's edge (< 0 is inside).
double covered(double distance, Point size) {
    return std::clamp(0.5 - distance / std::max(size.x, size.y), 0.0, 1.0);
}

// Dots of 2.4 % of a face's width leave the lids of a small face visible.
double largest_radius_px(std::span<const Point> points) {
    constexpr double share_of_extent = 0.012;
    constexpr double smallest_px = 0.7;
    const auto [low, high] = std::ranges::minmax_element(points, {}, &Point::x);
    return points.size() < 2 ? std::numeric_limits<double>::infinity()
                             : std::max(smallest_px, share_of_extent * (high->x - low->x));
}

// White and its outline, as shares of a pixel 0..255, with the place of the first pixel.
struct Caption {
    cv::Mat letters;
    cv::Mat outline;
    int x = 0;
    int y = 0;
};

Caption write_caption(const std::string& text, const PixelLayout& layout, int banner_rows) {
    const double scale = drawing_scale(layout);
    constexpr int font = cv::FONT_HERSHEY_SIMPLEX;
    constexpr double widest = 0.96; // of the picture
    double size = font_scale * scale;
    int thickness = std::max(1, static_cast<int>(std::lround(1.5 * scale)));
    int below = 0;
    cv::Size box = cv::getTextSize(text, font, size, thickness, &below);
    if (box.width > widest * layout.width) {
        size *= widest * layout.width / box.width;
        thickness = 1;
        box = cv::getTextSize(text, font, size, thickness, &below);
    }
    const int pad = 2 * thickness + 2;
    Caption caption;
    caption.letters = cv::Mat::zeros(box.height + below + 2 * pad, box.width + 2 * pad, CV_8U);
    caption.outline = caption.letters.clone();
    const cv::Point baseline{pad, pad + box.height};
    cv::putText(caption.letters, text, baseline, font, size, 255, thickness, cv::LINE_AA);
    cv::putText(caption.outline, text, baseline, font, size, 255, thickness + 2, cv::LINE_AA);
    caption.x = (layout.width - caption.letters.cols) / 2;
    caption.y = (banner_rows - box.height) / 2 - pad;
    return caption;
}

void stamp(Frame& picture, const cv::Mat& mask, int left, int top, int bottom, Rgb color, double strength) {
    const Box where{left - margin_px, top - margin_px, left + mask.cols + margin_px,
                    std::min<double>(top + mask.rows + margin_px, bottom)};
    paint(picture, where, color, [&](Point at, Point size) {
        if (size.x == 1 && size.y == 1) { // all four places below lie in the same pixel
            const int x = rounded(at.x) - left;
            const int y = rounded(at.y) - top;
            const bool inside = x >= 0 && y >= 0 && x < mask.cols && y < mask.rows;
            return inside ? strength * mask.at<std::uint8_t>(y, x) / 255 : 0.0;
        }
        double sum = 0;
        for (const double dy : {-0.25, 0.25}) { // four places inside the sample
            for (const double dx : {-0.25, 0.25}) {
                const auto x = rounded(at.x + dx * size.x) - left;
                const auto y = rounded(at.y + dy * size.y) - top;
                if (x >= 0 && y >= 0 && x < mask.cols && y < mask.rows) {
                    sum += mask.at<std::uint8_t>(y, x);
                }
            }
        }
        return strength * sum / (4 * 255);
    });
}

} // namespace

double drawing_scale(const PixelLayout& layout) noexcept {
    return std::max(2.0 / 3, std::min(layout.width, layout.height) / 720.0);
}

void draw_box(Frame& picture, const Box& box, Rgb color) {
    if (!is_finite(box)) {
        return;
    }
    const double half = box_width_px * drawing_scale(picture.layout) / 2;
    const Box outer = grown(box, half);
    const Box inner = grown(box, -half);
    fill(picture, {outer.x1, outer.y1, outer.x2, inner.y1}, color);
    fill(picture, {outer.x1, inner.y2, outer.x2, outer.y2}, color);
    fill(picture, {outer.x1, inner.y1, inner.x1, inner.y2}, color);
    fill(picture, {inner.x2, inner.y1, outer.x2, inner.y2}, color);
}

void draw_points(Frame& picture, std::span<const Point> points, Rgb color) {
    const double radius =
        std::min(point_radius_px * drawing_scale(picture.layout), largest_radius_px(points));
    for (const Point& point : points) {
        const Box box = grown({point.x, point.y, point.x, point.y}, radius + margin_px);
        if (is_finite(box)) {
            paint(picture, box, color,
                  [&](Point at, Point size) { return covered(distance(at, point) - radius, size); });
        }
    }
}

void draw_line(Frame& picture, const Midline& line, Rgb color) {
    const Box all{-margin_px, -margin_px, picture.layout.width + margin_px,
                  picture.layout.height + margin_px};
    if (!is_finite({line.origin.x, line.origin.y, line.direction.x, line.direction.y})) {
        return;
    }
    const double half = line_width_px * drawing_scale(picture.layout) / 2;
    // In strips, so that only the neighbourhood of a steep line is looked at.
    constexpr double strip_px = 16;
    const double slope = line.direction.x / line.direction.y; // px across per row; infinite when horizontal
    for (double y = all.y1; y < all.y2; y += strip_px) {
        Box strip{all.x1, y, all.x2, std::min(y + strip_px, all.y2)};
        if (std::abs(slope) < picture.layout.width) {
            const double x_top = line.origin.x + (strip.y1 - line.origin.y) * slope;
            const double x_bottom = line.origin.x + (strip.y2 - line.origin.y) * slope;
            const double reach = (half + margin_px) / std::abs(line.direction.y);
            strip.x1 = std::max(strip.x1, std::min(x_top, x_bottom) - reach);
            strip.x2 = std::min(strip.x2, std::max(x_top, x_bottom) + reach);
        }
        paint(picture, strip, color,
              [&](Point at, Point size) { return covered(std::abs(line.signed_distance(at)) - half, size); });
    }
}

void draw_banner(Frame& picture, const std::string& caption, BannerLevel level) {
    const PixelLayout& layout = picture.layout;
    const int even_rows = 2 * static_cast<int>(std::lround(banner_height_px * drawing_scale(layout) / 2));
    const int rows = std::min(even_rows, layout.height);
    const double bottom = rows < layout.height ? rows - 0.5 : layout.height + margin_px;
    fill(picture, {-margin_px, -margin_px, layout.width + margin_px, bottom}, color_of(level));
    if (!caption.empty()) {
        constexpr double outline_strength = 0.6; // white on orange alone is hard to read
        const Caption text = write_caption(caption, layout, rows);
        stamp(picture, text.outline, text.x, text.y, rows, black, outline_strength);
        stamp(picture, text.letters, text.x, text.y, rows, white, 1);
    }
}

void draw_debug(Frame& picture, const std::optional<Box>& box, const Landmarks* points,
                const std::optional<Midline>& midline, const std::string& caption, BannerLevel level) {
    expects(picture.planes[0].data != nullptr, "the picture has samples");
    if (box) {
        draw_box(picture, *box, box_color);
    }
    if (midline) {
        draw_line(picture, *midline, red);
    }
    if (points != nullptr) {
        draw_points(picture, *points, point_color);
    }
    if (!caption.empty()) {
        draw_banner(picture, caption, level);
    }
}

} // namespace facemirror
