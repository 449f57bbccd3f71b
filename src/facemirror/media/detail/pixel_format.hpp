// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>
#include <facemirror/media/detail/ffmpeg.hpp>
#include <facemirror/media/detail/orientation.hpp>
#include <facemirror/media/video_info.hpp>

#include <vector>

namespace facemirror::detail {

/// Throws   Error{unsupported} if a side is not 1..16384 px, what make_frame and H.264 allow.
void check_sides(int width, int height);

/// Whether samples of this format can be used where they lie: planes of 8 bit or little-endian 9..16 bit;
/// gray, G B R, or Y Cb Cr in 4:2:0, 4:2:2 or 4:4:4. Alpha is allowed and ignored.
[[nodiscard]] bool is_plain_planar(AVPixelFormat format) noexcept;

/// The form in which pictures of a stored format are delivered: the same if it is plain planar and stays so
/// when transposed, else the plain one that loses least.
[[nodiscard]] AVPixelFormat delivered_format(AVPixelFormat stored, bool transposed);

/// FFmpeg's format without alpha for a layout; AV_PIX_FMT_NONE if it has none.
[[nodiscard]] AVPixelFormat pixel_format_of(const PixelLayout& layout) noexcept;

/// The layout of a stored picture in a plain planar format; size and colours from the decoded frame.
/// Source   Assumptions for what is unspecified: docs/decisions/0010-colour-and-layout.md.
[[nodiscard]] PixelLayout layout_of(AVPixelFormat format, const AVFrame& frame, AVCodecID codec);

[[nodiscard]] ColorTags color_tags_of(const AVFrame& frame);
/// The matrix by its tag, else BT.709 from 720 lines or 1280 columns on and BT.601 below.
[[nodiscard]] ColorMatrix matrix_of(AVColorSpace tag, int stored_width, int stored_height) noexcept;
/// AVCHROMA_LOC_UNSPECIFIED if the layout is not 4:2:0 or has a position that no tag names.
[[nodiscard]] AVChromaLocation chroma_location_of(const PixelLayout& layout) noexcept;

} // namespace facemirror::detail
