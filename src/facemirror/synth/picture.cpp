// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/color.hpp>
#include <facemirror/core/crop.hpp>
#include <facemirror/core/error.hpp>
#include <facemirror/synth/face_axes.hpp>
#include <facemirror/synth/picture.hpp>

#include <algorithm>
#include <cmath>

namespace facemirror {

namespace {

// The eyes' height in the clip: about as much room over the brow as a portrait has.
constexpr double eye_height = 0.42;
// Room for a head that shifts, rolls and zooms, in parts of the clip's longer side.
constexpr int margin_part = 6;

std::array<float, 4> cubic_weights(double fraction) {
    const auto t = static_cast<float>(fraction);
    const float t2 = t * t;
    const float t3 = t2 * t;
    return {-0.5F * t3 + t2 - 0.5F * t, 1.5F * t3 - 2.5F * t2 + 1, -1.5F * t3 + 2 * t2 + 0.5F * t,
            0.5F * t3 - 0.5F * t2};
}

Picture picture_of(const RgbRegion& region) {
    Picture picture{region.width(), region.height()};
    const auto bytes = region.pixels();
    for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
        for (std::size_t c = 0; c < 3; ++c) {
            picture.pixels[i][c] = bytes[3 * i + c];
        }
    }
    return picture;
}

// Where the clip's pixels lie in the photograph.
struct Placement {
    FaceAxes face;      // in the photograph
    Point anchor_photo; // shown at anchor_clip
    Point anchor_clip;
    Point right; // one clip px to the right, in the photograph
    Point down;

    [[nodiscard]] Point to_photo(Point p) const {
        const Point d = p - anchor_clip;
        return anchor_photo + d.x * right + d.y * down;
    }
    [[nodiscard]] Point to_clip(Point p) const {
        const Point d = p - anchor_photo;
        const double scale = dot(right, right);
        return anchor_clip + Point{dot(d, right) / scale, dot(d, down) / scale};
    }
};

Placement place(const Landmarks& in_photo, const Framing& framing) {
    Placement result;
    result.face = face_axes_of(in_photo);
    const double photo_px = result.face.eye_px / framing.eye_px; // photograph px per clip px
    const Point eyes = middle(in_photo[60], in_photo[72]);
    const Midline line = result.face.midline();
    // The eyes' middle, moved onto the midline: with an upright line that is the clip's middle column.
    result.anchor_photo = middle(eyes, line.reflect(eyes));
    result.anchor_clip = {(framing.width - 1) / 2.0, std::floor(eye_height * framing.height)};
    result.right = photo_px * (framing.symmetric ? result.face.lateral : Point{1, 0});
    result.down = {-result.right.y, result.right.x};
    return result;
}

void mirror_columns(Picture& picture) {
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width / 2; ++x) {
            picture.at(x, y) = picture.at(picture.width - 1 - x, y); // image-right is the patient's left
        }
    }
}

Midline middle_column(const Base& base) {
    return {{(base.width - 1) / 2.0, 0}, {0, 1}};
}

} // namespace

Picture::Picture(int width_px, int height_px)
    : width{width_px}, height{height_px},
      pixels(static_cast<std::size_t>(width_px) * static_cast<std::size_t>(height_px)) {}

Color sample(const Picture& picture, Point p) noexcept {
    const double left = std::floor(p.x);
    const double top = std::floor(p.y);
    const auto across = cubic_weights(p.x - left);
    const auto along = cubic_weights(p.y - top);
    const int x0 = static_cast<int>(std::clamp(left, -4.0, picture.width + 4.0)) - 1;
    const int y0 = static_cast<int>(std::clamp(top, -4.0, picture.height + 4.0)) - 1;
    const auto column = [&](int i) { return std::clamp(x0 + i, 0, picture.width - 1); };
    const std::array columns{column(0), column(1), column(2), column(3)};
    Color sum{};
    for (int j = 0; j < 4; ++j) {
        const Color* row = &picture.at(0, std::clamp(y0 + j, 0, picture.height - 1));
        for (std::size_t c = 0; c < 3; ++c) {
            const float line = across[0] * row[columns[0]][c] + across[1] * row[columns[1]][c] +
                               across[2] * row[columns[2]][c] + across[3] * row[columns[3]][c];
            sum[c] += along[static_cast<std::size_t>(j)] * line;
        }
    }
    return sum;
}

Color mix(const Color& a, const Color& b, float share_of_b) noexcept {
    Color result{};
    for (std::size_t c = 0; c < 3; ++c) {
        result[c] = a[c] + share_of_b * (b[c] - a[c]);
    }
    return result;
}

Base make_base(const Frame& photo, const Landmarks& in_photo, const Framing& framing) {
    expects(framing.width >= 64 && framing.width <= 8192, "clip width is 64..8192 px");
    expects(framing.height >= 64 && framing.height <= 8192, "clip height is 64..8192 px");
    expects(framing.eye_px > 0, "the eye distance is positive");
    const Placement placement = place(in_photo, framing);
    const int reduction = std::max(1, static_cast<int>(std::floor(length(placement.right))));
    RgbRegion region;
    region.load(photo, {0, 0, double(photo.layout.width), double(photo.layout.height)}, reduction);
    const Picture source = picture_of(region);
    Base base;
    base.margin_px = std::max(framing.width, framing.height) / margin_part;
    base.width = framing.width;
    base.height = framing.height;
    base.symmetric = framing.symmetric;
    base.picture = Picture{framing.width + 2 * base.margin_px, framing.height + 2 * base.margin_px};
    for (int y = 0; y < base.picture.height; ++y) {
        for (int x = 0; x < base.picture.width; ++x) {
            const Point p = placement.to_photo({double(x - base.margin_px), double(y - base.margin_px)});
            Color& pixel = base.picture.at(x, y);
            pixel = sample(source, region.from_frame(p));
            std::transform(pixel.begin(), pixel.end(), pixel.begin(),
                           [](float level) { return std::clamp(level, 0.0F, 255.0F); });
        }
    }
    Landmarks points;
    std::transform(in_photo.begin(), in_photo.end(), points.begin(),
                   [&](Point p) { return placement.to_clip(p); });
    if (framing.symmetric) {
        mirror_columns(base.picture);
    }
    set_points(base, points);
    return base;
}

void set_points(Base& base, const Landmarks& points) {
    base.points = base.symmetric ? symmetrised(points, middle_column(base)) : points;
}

void put(Frame& frame, int x, int y, const Color& color) noexcept {
    constexpr std::array<std::size_t, 3> plane_of{2, 0, 1}; // red, green, blue lie in planes G, B, R
    for (std::size_t c = 0; c < 3; ++c) {
        const Plane& plane = frame.planes[plane_of[c]];
        plane.data[y * plane.stride + x] =
            static_cast<std::uint8_t>(std::clamp(color[c], 0.0F, 255.0F) + 0.5F);
    }
}

Frame still_of(const Base& base) {
    Frame frame = make_frame(rgb_layout(base.width, base.height));
    for (int y = 0; y < base.height; ++y) {
        for (int x = 0; x < base.width; ++x) {
            put(frame, x, y, base.picture.at(x + base.margin_px, y + base.margin_px));
        }
    }
    return frame;
}

} // namespace facemirror
