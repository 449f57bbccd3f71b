// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/scaler.hpp>

#include <facemirror/media/convert.hpp>
#include <facemirror/media/detail/pixel_format.hpp>

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <fmt/format.h>

namespace facemirror {

namespace detail {

namespace {

// Exact rounding and no processor-dependent shortcuts: equal input gives equal output everywhere.
constexpr int scaler_flags =
    SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT;

const int* coefficients_of(ColorMatrix matrix) {
    switch (matrix) {
    case ColorMatrix::bt601:
        return sws_getCoefficients(SWS_CS_ITU601);
    case ColorMatrix::bt2020:
        return sws_getCoefficients(SWS_CS_BT2020);
    case ColorMatrix::bt709:
        break;
    }
    return sws_getCoefficients(SWS_CS_ITU709);
}

/// The same format without the full range in its name; swscale would rebuild its tables for every such
/// picture.
AVPixelFormat without_range(AVPixelFormat format) {
    switch (format) {
    case AV_PIX_FMT_YUVJ420P:
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
        return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
        return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P:
        return AV_PIX_FMT_YUV411P;
    default:
        return format;
    }
}

std::string name_of(const Picture& picture) {
    const char* format = av_get_pix_fmt_name(picture.format);
    return fmt::format("{}x{} {}", picture.width, picture.height, format != nullptr ? format : "unknown");
}

} // namespace

Picture picture_of(const Frame& frame) {
    const PixelLayout& layout = frame.layout;
    Picture picture{
        pixel_format_of(layout), layout.width, layout.height, layout.matrix, layout.full_range, {}, {}};
    if (picture.format == AV_PIX_FMT_NONE) {
        throw Error{ErrorCode::unsupported, "no FFmpeg pixel format for the frame's layout"};
    }
    for (std::size_t plane = 0; plane < static_cast<std::size_t>(layout.plane_count); ++plane) {
        picture.data[plane] = frame.planes[plane].data;
        picture.stride[plane] = static_cast<int>(frame.planes[plane].stride);
    }
    return picture;
}

Picture picture_of(const AVFrame& frame, ColorMatrix matrix, bool full_range) {
    const AVPixelFormat format = without_range(static_cast<AVPixelFormat>(frame.format));
    Picture picture{format, frame.width, frame.height, matrix, full_range, {}, {}};
    for (std::size_t plane = 0; plane < picture.data.size(); ++plane) {
        picture.data[plane] = frame.data[plane];
        picture.stride[plane] = frame.linesize[plane];
    }
    return picture;
}

void PictureScaler::scale(const Picture& from, const Picture& to) {
    const SwsContext* before = m_context.get();
    m_context.reset(sws_getCachedContext(m_context.release(), from.width, from.height, from.format, to.width,
                                         to.height, to.format, scaler_flags, nullptr, nullptr, nullptr));
    if (!m_context) {
        throw Error{ErrorCode::unsupported, "cannot convert " + name_of(from) + " to " + name_of(to)};
    }
    const Colors colors{from.matrix, to.matrix, from.full_range, to.full_range};
    if (m_context.get() != before || colors != m_colors) {
        constexpr int one = 1 << 16; // swscale's fixed-point 1 for contrast and saturation.
        sws_setColorspaceDetails(m_context.get(), coefficients_of(from.matrix), from.full_range ? 1 : 0,
                                 coefficients_of(to.matrix), to.full_range ? 1 : 0, 0, one, one);
        m_colors = colors;
    }
    const int rows = sws_scale(m_context.get(), from.data.data(), from.stride.data(), 0, from.height,
                               to.data.data(), to.stride.data());
    if (rows != to.height) {
        throw Error{ErrorCode::unsupported, "cannot convert " + name_of(from) + " to " + name_of(to)};
    }
}

} // namespace detail

Frame convert(const Frame& frame, const PixelLayout& to) {
    detail::quiet_log();
    Frame converted = make_frame(to);
    converted.index = frame.index;
    converted.pts = frame.pts;
    converted.duration = frame.duration;
    detail::PictureScaler{}.scale(detail::picture_of(frame), detail::picture_of(converted));
    return converted;
}

} // namespace facemirror
