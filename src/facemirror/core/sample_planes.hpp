// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>

#include <span>

namespace facemirror {

enum class ChannelOrder { rgb, bgr };

/// A rectangle of a frame as a network's input of any size.
///
/// Pixel (u, v) shows the frame at  (x1, y1) + ((u + 1/2) width / width_px, (v + 1/2) height / height_px)  of
/// `edges`; the edges of a whole frame are -1/2 and its size - 1/2.
struct PlaneView {
    Box edges; ///< px in the frame.
    int width_px = 0;
    int height_px = 0;
    ChannelOrder order = ChannelOrder::bgr;
};

/// Box that a region must hold for sample_planes(); px in the frame, not clipped to it.
[[nodiscard]] Box bounds_of(const PlaneView& view) noexcept;

/// Resamples a region that holds `bounds_of(view)`, antialiased: each value is the mean under a triangle that
/// is two output or two region pixels wide, whichever is wider, so that equal sizes copy the pixels as they
/// are and larger ones are bilinear. What lies outside the frame is black and does not darken its edge.
/// Shapes   `planes` is 3 x height_px x width_px in the view's channel order, 0..255, not rounded.
/// Throws   std::logic_error if nothing was loaded, the view is empty or not finite, or `planes` has another
///          size.
/// Threads  Pure; call from anywhere.
void sample_planes(const RgbRegion& region, const PlaneView& view, std::span<float> planes);

/// Sorts a picture's interleaved RGB into three planes.
/// Shapes   `planes` is as long as `rgb`.
/// Throws   std::logic_error if it is not.
void write_planes(std::span<const float> rgb, ChannelOrder order, std::span<float> planes);

} // namespace facemirror
