// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/geometry.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace facemirror {

/// What the planes of a frame mean.
enum class ColorModel {
    yuv,  ///< 3 planes Y, Cb, Cr (plane 3, if any, is alpha and is ignored).
    gray, ///< 1 plane.
    rgb,  ///< 3 planes in the order G, B, R (FFmpeg's gbrp).
};

/// Coefficients of YCbCr. Source: ITU-T H.273, matrix coefficients 5/6, 1 and 9.
enum class ColorMatrix { bt601, bt709, bt2020 };

/// Form of the samples of one stream; equal for all its frames.
struct PixelLayout {
    int width = 0;  ///< px of the upright picture.
    int height = 0; ///< px.
    ColorModel model = ColorModel::yuv;
    int plane_count = 3;
    int bit_depth = 8;      ///< 8, or 9..16 stored as little-endian 16-bit samples.
    int chroma_shift_x = 1; ///< Chroma width = (width + (1 << shift) - 1) >> shift; 1 for 4:2:0 and 4:2:2.
    int chroma_shift_y = 1; ///< Likewise for the height; 1 for 4:2:0.
    double chroma_x = 0;    ///< Position of chroma sample (0, 0) in luma px: 0 left-sited, 0.5 centred.
    double chroma_y = 0.5;
    ColorMatrix matrix = ColorMatrix::bt709;
    bool full_range = false; ///< Samples span 0..max instead of 16..235 (8 bit).

    [[nodiscard]] int bytes_per_sample() const noexcept { return bit_depth > 8 ? 2 : 1; }
    [[nodiscard]] bool is_chroma(int plane) const noexcept {
        return model == ColorModel::yuv && (plane == 1 || plane == 2);
    }
    [[nodiscard]] int plane_width(int plane) const noexcept {
        const int shift = is_chroma(plane) ? chroma_shift_x : 0;
        return (width + (1 << shift) - 1) >> shift;
    }
    [[nodiscard]] int plane_height(int plane) const noexcept {
        const int shift = is_chroma(plane) ? chroma_shift_y : 0;
        return (height + (1 << shift) - 1) >> shift;
    }
    friend bool operator==(const PixelLayout&, const PixelLayout&) = default;
};

/// One plane of a frame. 16-bit samples are stored little-endian; `stride` counts bytes.
struct Plane {
    std::uint8_t* data = nullptr;
    std::ptrdiff_t stride = 0;
};

/// A picture in its decoder's planes with its time. Copies share the samples; whoever shares a frame must not
/// write to it. Valid    The samples live as long as any copy.
struct Frame {
    PixelLayout layout;
    std::array<Plane, 4> planes{};
    std::int64_t index = 0;      ///< 0-based count of decoded frames.
    std::int64_t pts = 0;        ///< Ticks of the stream's time base, first frame 0, rising.
    std::int64_t duration = 0;   ///< Ticks.
    std::shared_ptr<void> owner; ///< Keeps the samples.

    /// Bytes of all samples, without padding.
    [[nodiscard]] std::size_t size_bytes() const noexcept;
};

/// A new frame of this layout with its own samples (uninitialised), rows aligned to 64 bytes.
/// Throws   std::logic_error if a side is not 1..16384 or the bit depth is not 8..16.
[[nodiscard]] Frame make_frame(const PixelLayout& layout);

/// Copies the samples of one frame into another of the same layout.
void copy_samples(const Frame& from, Frame& to);

} // namespace facemirror
