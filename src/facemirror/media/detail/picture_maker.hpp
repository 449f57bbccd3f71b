// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/media/detail/ffmpeg.hpp>
#include <facemirror/media/detail/orientation.hpp>
#include <facemirror/media/detail/scaler.hpp>

namespace facemirror::detail {

/// Turns decoded frames into upright ones of one layout, that of the first.
/// Cost     Nothing is copied when the decoder's planes are plain and upright; the Frame then holds them.
class PictureMaker {
public:
    PictureMaker(AVCodecID codec, Orientation orientation) : m_codec{codec}, m_orientation{orientation} {}

    /// Returns  The samples and layout; time and index are left to the caller.
    /// Throws   Error{unsupported} if a side is beyond 16384 px or the format cannot be converted.
    [[nodiscard]] Frame make(const AVFrame& decoded);

    /// Whether the last picture differed in size or format from the first.
    [[nodiscard]] bool was_changed() const noexcept { return m_was_changed; }

private:
    void settle(const AVFrame& first);
    [[nodiscard]] Frame converted(const AVFrame& decoded);

    AVCodecID m_codec;
    Orientation m_orientation;
    PixelLayout m_stored;                     // As delivered, but not turned yet.
    int m_first_format = AV_PIX_FMT_NONE;     // None: no frame yet.
    AVPixelFormat m_format = AV_PIX_FMT_NONE; // Delivered.
    PictureScaler m_scaler;
    bool m_was_changed = false;
};

} // namespace facemirror::detail
