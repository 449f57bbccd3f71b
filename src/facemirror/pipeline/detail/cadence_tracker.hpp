// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/landmarks/point_flow.hpp>
#include <facemirror/pipeline/tracker.hpp>

#include <memory>
#include <optional>

namespace facemirror {

/// Asks another tracker only in some frames; between them optical flow moves the landmarks on, as long as
/// nothing but the head moves and that only a little.
/// Source   docs/decisions/0036-cadence.md.
class CadenceTracker final : public FaceTracker {
public:
    CadenceTracker(std::unique_ptr<FaceTracker> tracker, const Cadence& cadence, double tick_s);

    /// One: whether the tracker is asked hangs on the frame before.
    [[nodiscard]] std::size_t depth() const noexcept override { return 1; }
    void begin(const Frame& frame) override { m_frame = frame; }
    TrackedFace finish() override;
    std::vector<TrackedFace> find_all(const Frame& frame) override { return m_tracker->find_all(frame); }
    const RgbRegion& region_for(const CropView& view) override { return m_tracker->region_for(view); }

private:
    [[nodiscard]] bool is_due() const;

    std::unique_ptr<FaceTracker> m_tracker;
    Cadence m_cadence;
    double m_tick_s;
    Frame m_frame; // the last that began
    PointFlow m_flow;
    std::optional<TrackedFace> m_seen; // by the tracker, when undoubted
    std::int64_t m_seen_pts = 0;
    int m_since = 0; // frames since the tracker was asked
};

} // namespace facemirror
