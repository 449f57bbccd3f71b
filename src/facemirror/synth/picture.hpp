// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>
#include <facemirror/core/frame.hpp>

#include <array>
#include <vector>

namespace facemirror {

/// Red, green and blue, 0..255.
using Color = std::array<float, 3>;

/// A colour picture to take samples from; rows without padding.
struct Picture {
    int width = 0;
    int height = 0;
    std::vector<Color> pixels;

    Picture() = default;
    Picture(int width_px, int height_px);
    [[nodiscard]] Color& at(int x, int y) noexcept {
        return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(x)];
    }
    [[nodiscard]] const Color& at(int x, int y) const noexcept {
        return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(x)];
    }
};

/// The colour between the pixels, by cubic convolution; beyond the border the nearest pixels repeat.
/// Source   R. Keys, Cubic convolution interpolation, 1981, a = -1/2.
[[nodiscard]] Color sample(const Picture& picture, Point p) noexcept;

[[nodiscard]] Color mix(const Color& a, const Color& b, float share_of_b) noexcept;

/// How a photograph becomes the picture that a clip shows.
struct Framing {
    int width = 640; ///< px of the clip.
    int height = 640;
    double eye_px = 170;    ///< Distance of the outer eye corners in the clip (truth-study.md 2).
    bool symmetric = false; ///< The patient's left half is shown twice, the midline is upright.
};

/// A photograph, scaled and placed; its points in px of the clip.
struct Base {
    Picture picture; ///< The clip's picture with a margin on each side, for a moving head.
    int margin_px = 0;
    int width = 0; ///< Of the clip, without margin.
    int height = 0;
    bool symmetric = false;
    Landmarks points{};

    /// The colour at a position of the clip.
    [[nodiscard]] Color at(Point p) const noexcept {
        return sample(picture, {p.x + margin_px, p.y + margin_px});
    }
};

/// Scales the photograph so that the eyes have the size and place that the framing asks for. A larger
/// photograph is averaged first, so nothing aliases.
/// Shapes   `in_photo` are the 98 points, px of the photograph.
/// Throws   std::logic_error if a side is not 64..8192 px or the points lie on each other.
[[nodiscard]] Base make_base(const Frame& photo, const Landmarks& in_photo, const Framing& framing);

/// The base as the first, unmoved frame of a clip: planes G, B, R, 8 bit.
[[nodiscard]] Frame still_of(const Base& base);

/// Takes points that were found in still_of(base); a symmetric base gets symmetric points.
void set_points(Base& base, const Landmarks& points);

/// Stores a colour, rounded to whole levels.
void put(Frame& frame, int x, int y, const Color& color) noexcept;

} // namespace facemirror
