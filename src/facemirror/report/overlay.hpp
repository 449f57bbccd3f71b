// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/color.hpp>
#include <facemirror/core/face.hpp>
#include <facemirror/core/frame.hpp>

#include <optional>
#include <span>
#include <string>

namespace facemirror {

/// How far the banner of the debug video lets a frame be trusted: green, orange, red.
enum class BannerLevel { good, doubtful, poor };

/// Size of everything that is drawn: 1 at 720 px, the picture's shorter side over 720, at least 2/3.
[[nodiscard]] double drawing_scale(const PixelLayout& layout) noexcept;

// All drawing goes into the frame's own planes, antialiased, in the frame's matrix, range and depth; chroma
// at its true siting. What lies outside the picture or is not finite is left out. The frame must have samples
// of its own (make_frame, copy_samples). Threads: one at a time per frame.

/// The outline of a box; px in the frame.
void draw_box(Frame& picture, const Box& box, Rgb color);

/// Dots; px in the frame.
void draw_points(Frame& picture, std::span<const Point> points, Rgb color);

/// A line across the whole picture.
void draw_line(Frame& picture, const Midline& line, Rgb color);

/// A bar over the top of the picture (30 rows at 720 px) with a white caption in its middle, drawn smaller
/// where it would not fit. The caption is ASCII; other characters show as "?". Source   behaviour.md 12.
void draw_banner(Frame& picture, const std::string& caption, BannerLevel level);

/// The picture of the debug video: box, midline, the 98 points and the banner; what is absent is not drawn,
/// nor is a banner without a caption.
void draw_debug(Frame& picture, const std::optional<Box>& box, const Landmarks* points,
                const std::optional<Midline>& midline, const std::string& caption, BannerLevel level);

} // namespace facemirror
