// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>
#include <facemirror/media/detail/ffmpeg.hpp>

#include <array>
#include <cstdint>

namespace facemirror::detail {

/// A picture in memory in any of FFmpeg's formats; owns nothing.
struct Picture {
    AVPixelFormat format = AV_PIX_FMT_NONE;
    int width = 0;
    int height = 0;
    ColorMatrix matrix = ColorMatrix::bt709;
    bool full_range = false;
    std::array<std::uint8_t*, 4> data{};
    std::array<int, 4> stride{}; ///< Bytes.
};

/// Throws   Error{unsupported} if FFmpeg has no format for the frame's layout.
[[nodiscard]] Picture picture_of(const Frame& frame);
[[nodiscard]] Picture picture_of(const AVFrame& frame, ColorMatrix matrix, bool full_range);

/// Converts pictures between sizes, formats, matrices and ranges; keeps its tables between calls.
class PictureScaler {
public:
    /// Throws   Error{unsupported} naming both forms if FFmpeg cannot convert between them.
    void scale(const Picture& from, const Picture& to);

private:
    struct Colors {
        ColorMatrix from_matrix{};
        ColorMatrix to_matrix{};
        bool from_full = false;
        bool to_full = false;
        friend bool operator==(const Colors&, const Colors&) = default;
    };
    Scaler m_context;
    Colors m_colors; // That m_context is set up for.
};

} // namespace facemirror::detail
