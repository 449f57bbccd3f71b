// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/frame_clock.hpp>

namespace facemirror::detail {

FrameClock::Stamp FrameClock::next(std::optional<std::int64_t> pts, std::int64_t duration) noexcept {
    Stamp stamp;
    const bool is_sound = pts && (!m_last || *pts > m_last->pts);
    if (is_sound) {
        stamp.pts = *pts;
    } else {
        stamp.pts = m_last ? m_last->pts + m_last->duration : 0;
        ++m_repaired;
    }
    if (m_last) {
        m_last_step = stamp.pts - m_last->pts;
    }
    if (duration > 0) {
        stamp.duration = duration;
    } else {
        stamp.duration = m_usual_duration > 0 ? m_usual_duration : m_last_step;
    }
    m_last = stamp;
    return stamp;
}

} // namespace facemirror::detail
