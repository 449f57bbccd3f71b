// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/geometry.hpp>
#include <facemirror/measure/quality.hpp>

#include <optional>

namespace facemirror {

/// When the detector looks again at a face that is not lost, and where.
///
/// The interval grows frame by frame to 8 while the head is still and shrinks to 1 while it turns. The
/// detector looks only round the face, in a smoothed box of 1.5 times its size. Threads  One at a time, one
/// push per frame in time order. Source   behaviour.md 5.5.
class DetectionSchedule {
public:
    /// `fixed_interval` > 0: look every so many frames, whatever the head does.
    explicit DetectionSchedule(int fixed_interval) : m_fixed{fixed_interval} {}

    /// A new frame begins. Returns  whether it is time to look.
    bool begin_frame() noexcept { return ++m_since >= (m_fixed > 0 ? m_fixed : m_interval); }

    /// The detector was asked in this frame.
    void detected() noexcept { m_since = 0; }

    /// The frame's undoubted face; yaw nullopt where no pose is known.
    void push(const Box& face, std::optional<double> yaw_deg);

    /// The face is lost: it may come back anywhere.
    void lose() noexcept;

    /// Where to look; nullopt: everywhere.
    [[nodiscard]] const std::optional<Box>& region() const noexcept { return m_region; }
    [[nodiscard]] int interval() const noexcept { return m_interval; }

private:
    int m_fixed;
    int m_interval = 2;
    int m_since = 0; // frames since the detector was asked
    int m_yaws = 0;  // pushed since the start or the last loss
    PoseQualityTracker m_quality;
    std::optional<Box> m_region;
};

} // namespace facemirror
