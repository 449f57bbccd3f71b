// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/cadence_tracker.hpp>

#include <facemirror/core/error.hpp>

#include <utility>

namespace facemirror {

CadenceTracker::CadenceTracker(std::unique_ptr<FaceTracker> tracker, const Cadence& cadence, double tick_s)
    : m_tracker{std::move(tracker)}, m_cadence{cadence}, m_tick_s{tick_s} {
    expects(m_tracker != nullptr, "there is a tracker");
    expects(cadence.every >= 1 || cadence.at_least_s > 0, "a cadence has a number of frames or a time");
}

TrackedFace CadenceTracker::finish() {
    ++m_since;
    if (m_seen && !is_due()) {
        if (const auto points = m_flow.follow(m_frame)) {
            TrackedFace face = *m_seen;
            face.points = *points;
            face.box = box_of(*points);
            face.is_by_flow = true;
            return face;
        }
    }
    TrackedFace face = m_tracker->track(m_frame);
    m_since = 0;
    m_seen.reset();
    if (face.status == FrameStatus::ok) {
        m_flow.start(m_frame, face.points);
        m_seen = face;
        m_seen_pts = m_frame.pts;
        // What only the tracker itself sees in its own frames.
        m_seen->mesh.reset();
        m_seen->detector_points.clear();
        m_seen->face_logit.reset();
        m_seen->flip_disagreement_oed.reset();
    }
    return face;
}

bool CadenceTracker::is_due() const {
    if (m_cadence.every >= 1) {
        return m_since >= m_cadence.every;
    }
    // Half a tick: times are whole numbers of ticks.
    const auto ticks = static_cast<double>(m_frame.pts - m_seen_pts);
    return (ticks + 0.5) * m_tick_s >= m_cadence.at_least_s;
}

} // namespace facemirror
