// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/picture_maker.hpp>

#include <facemirror/media/detail/pixel_format.hpp>

namespace facemirror::detail {

namespace {

/// A frame that holds the decoder's own planes.
Frame shared_planes(const AVFrame& decoded, const PixelLayout& layout) {
    AvFrame copy{allocated(av_frame_clone(&decoded))};
    Frame frame;
    frame.layout = layout;
    for (std::size_t plane = 0; plane < static_cast<std::size_t>(layout.plane_count); ++plane) {
        frame.planes[plane] = {copy->data[plane], copy->linesize[plane]};
    }
    frame.owner =
        std::shared_ptr<void>{copy.release(), [](void* held) { FreeAv{}(static_cast<AVFrame*>(held)); }};
    return frame;
}

bool has_rising_rows(const AVFrame& decoded, int planes) {
    for (std::size_t plane = 0; plane < static_cast<std::size_t>(planes); ++plane) {
        if (decoded.linesize[plane] <= 0) {
            return false;
        }
    }
    return true;
}

} // namespace

void PictureMaker::settle(const AVFrame& first) {
    check_sides(first.width, first.height);
    m_first_format = first.format;
    m_format = delivered_format(static_cast<AVPixelFormat>(first.format), m_orientation.transposed);
    if (m_format == AV_PIX_FMT_NONE) {
        throw Error{ErrorCode::unsupported, "expected a picture in memory, found an unknown pixel format"};
    }
    m_stored = layout_of(m_format, first, m_codec);
}

Frame PictureMaker::converted(const AVFrame& decoded) {
    const PixelLayout from =
        layout_of(delivered_format(static_cast<AVPixelFormat>(decoded.format), m_orientation.transposed),
                  decoded, m_codec);
    Frame frame = make_frame(m_stored);
    const Picture target = picture_of(frame);
    m_scaler.scale(picture_of(decoded, from.matrix, from.full_range), target);
    return frame;
}

Frame PictureMaker::make(const AVFrame& decoded) {
    if (m_first_format == AV_PIX_FMT_NONE) {
        settle(decoded);
    }
    m_was_changed = decoded.width != m_stored.width || decoded.height != m_stored.height ||
                    decoded.format != m_first_format;
    const bool is_usable =
        !m_was_changed && decoded.format == m_format && has_rising_rows(decoded, m_stored.plane_count);
    Frame frame = is_usable ? shared_planes(decoded, m_stored) : converted(decoded);
    if (m_orientation.is_identity()) {
        return frame;
    }
    Frame upright = make_frame(turned(frame.layout, m_orientation));
    turn_samples(frame, m_orientation, upright);
    return upright;
}

} // namespace facemirror::detail
