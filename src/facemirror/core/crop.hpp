// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

#include <optional>
#include <span>
#include <vector>

namespace facemirror {

/// Which side of the midline a half-composite keeps; the other side shows its reflection.
struct KeptHalf {
    Midline midline;
    Side side = Side::patient_left;
};

enum class CropFlip { none, horizontal };
enum class CropBorder { replicate, black };

/// How a network's square input looks into a frame.
///
/// Crop pixel (u, v) of `size_px` shows the frame at  center + R(angle) * side * (u / size - 1/2, v / size -
/// 1/2), MediaPipe's corner convention (default-models.md 4.3); a flipped crop negates the first offset.
struct CropView {
    Roi roi;
    int size_px = 192;
    CropFlip flip = CropFlip::none;
    CropBorder border = CropBorder::replicate;
    std::optional<KeptHalf> half; ///< Set: positions on the other side are reflected before they are sampled.

    /// Frame position of a crop position (u, v), before any reflection.
    [[nodiscard]] Point to_frame(Point in_crop) const noexcept;
};

/// A part of a frame as 8-bit RGB, box-averaged by a whole factor: what several crops of one face are sampled
/// from. Colour is converted once, and averaging keeps a strongly reduced face free of aliasing.
class RgbRegion {
public:
    /// Reads `box` (clipped to the frame, at least 1 px) of a frame; each region pixel is the mean of
    /// `reduction` x `reduction` frame pixels. Keeps no reference to the frame; its memory is used again by
    /// the next load.
    void load(const Frame& frame, const Box& box, int reduction);

    /// The factor that leaves 1..2 region pixels per crop pixel: max(1, floor(side_px / crop_px)).
    [[nodiscard]] static int reduction_for(double side_px, int crop_px) noexcept;

    [[nodiscard]] int width() const noexcept { return m_width; }
    [[nodiscard]] int height() const noexcept { return m_height; }
    /// Interleaved RGB, rows without padding.
    [[nodiscard]] std::span<const std::uint8_t> pixels() const noexcept { return m_pixels; }
    /// Region position of a frame position.
    [[nodiscard]] Point from_frame(Point p) const noexcept;

private:
    std::vector<std::uint8_t> m_pixels;
    int m_width = 0;
    int m_height = 0;
    int m_x = 0;         // frame px of the first column
    int m_y = 0;         // frame px of the first row
    int m_reduction = 1; // frame px per region px
};

/// Samples a crop bilinearly.
/// Shapes   `rgb` is size_px x size_px x 3, row by row, RGB, 0..255 rounded to whole levels as MediaPipe's
/// own crop is.
void sample_crop(const RgbRegion& region, const CropView& view, std::span<float> rgb);

/// The box that holds every frame position a view can sample, reflections included.
[[nodiscard]] Box bounds_of(const CropView& view) noexcept;

} // namespace facemirror
