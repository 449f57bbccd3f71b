// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

#include <array>
#include <cstdint>
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
/// Crop pixel (u, v) of `size_px` shows the frame at  center + R(angle) * side * (u / size - 1/2, aspect * (v
/// / size - 1/2)), MediaPipe's corner convention (default-models.md 4.3); a flipped crop negates the first
/// offset.
struct CropView {
    Roi roi;
    int size_px = 192;
    CropFlip flip = CropFlip::none;
    CropBorder border = CropBorder::replicate;
    std::optional<KeptHalf> half; ///< Set: positions on the other side are reflected before they are sampled.
    double aspect = 1;            ///< Height of what is seen over its width; the crop stays square.

    /// Frame position of a crop position (u, v), before any reflection.
    [[nodiscard]] Point to_frame(Point in_crop) const noexcept;
};

/// A part of a frame as 8-bit RGB, box-averaged by a whole factor: what several crops of one face are sampled
/// from. Colour is converted once, and averaging keeps a strongly reduced face free of aliasing.
///
/// The grid of averaged cells belongs to the frame and is symmetric about its vertical centre line, so that a
/// position's colour does not depend on the box that was loaded, and a flipped picture gives flipped pixels
/// (not with an even reduction of an odd width, where no such grid of whole pixels exists).
class RgbRegion {
public:
    /// Reads what bilinear sampling anywhere in `box` needs, clipped to the frame (at least 1 px of it); each
    /// region pixel is the mean of `reduction` x `reduction` frame pixels, the frame's edge repeated. Keeps
    /// no reference to the frame; its memory is used again by the next load. Throws   std::logic_error if the
    /// box is not finite or the reduction is not 1..128. Threads  One at a time per region. Source   Colour:
    /// ITU-T H.273 matrix coefficients and ranges; RGB frames are full range always.
    void load(const Frame& frame, const Box& box, int reduction);

    /// The factor that leaves 1..2 region pixels per crop pixel: floor(side_px / crop_px), within 1..128.
    [[nodiscard]] static int reduction_for(double side_px, int crop_px) noexcept;

    [[nodiscard]] int width() const noexcept { return m_width; }
    [[nodiscard]] int height() const noexcept { return m_height; }
    /// Interleaved RGB, rows without padding.
    [[nodiscard]] std::span<const std::uint8_t> pixels() const noexcept { return m_pixels; }
    /// Region position of a frame position.
    [[nodiscard]] Point from_frame(Point p) const noexcept {
        const double center = (m_reduction - 1) / 2.0; // of a region pixel, from its first frame px
        return {(p.x - m_x - center) / m_reduction, (p.y - m_y - center) / m_reduction};
    }

private:
    /// Which samples of a plane make one region pixel along one axis.
    struct AxisMap {
        int begin = 0;              ///< First plane sample in use.
        int count = 0;              ///< Plane samples in use.
        int taps = 1;               ///< Weights per region pixel.
        float scale = 1;            ///< 1 / sum of the weights of one region pixel.
        std::vector<int> first;     ///< Per region pixel its first sample, counted from `begin`.
        std::vector<float> weights; ///< `taps` per region pixel; whole numbers, so that sums are exact.
    };
    struct Axis;
    static void map_axis(const Axis& axis, AxisMap& map);
    void map_plane_axes(const PixelLayout& layout);
    void average_row(const Frame& frame, int plane, int row);
    void convert_row(const PixelLayout& layout, int row);

    std::vector<std::uint8_t> m_pixels;
    int m_width = 0;
    int m_height = 0;
    int m_x = 0;         // frame px of the first column; < 0 where the first cell begins outside the frame
    int m_y = 0;         // frame px of the first row
    int m_reduction = 1; // frame px per region px
    // Working memory of load: axis maps of full-size and of chroma planes, one row before and after the
    // horizontal mean (three planes).
    std::array<AxisMap, 2> m_columns;
    std::array<AxisMap, 2> m_rows;
    std::vector<float> m_sums;
    std::array<std::vector<float>, 3> m_means;
    std::vector<std::int32_t> m_row; // the pixels of a row, R in the lowest byte
};

/// Samples a crop bilinearly, from a region that holds `bounds_of(view)`.
/// Shapes   `rgb` is size_px x size_px x 3, row by row, RGB, 0..255 rounded to whole levels.
/// Throws   std::logic_error if nothing was loaded, the view is not finite or `rgb` has another size.
/// Threads  Pure; call from anywhere.
/// Source   Positions are rounded to 1/32 region px and levels half up, as OpenCV's warp, MediaPipe's own,
/// does; docs/decisions/0040-crops.md.
void sample_crop(const RgbRegion& region, const CropView& view, std::span<float> rgb);

/// The box that holds every frame position a view samples, reflections included; px, not clipped to a frame.
[[nodiscard]] Box bounds_of(const CropView& view) noexcept;

} // namespace facemirror
