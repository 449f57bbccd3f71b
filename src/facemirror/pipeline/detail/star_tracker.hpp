// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/landmarks/star.hpp>
#include <facemirror/measure/head_fit.hpp>
#include <facemirror/pipeline/detail/detection_schedule.hpp>
#include <facemirror/pipeline/detail/loss_tests.hpp>
#include <facemirror/pipeline/detail/patient_finder.hpp>
#include <facemirror/pipeline/detail/region_cache.hpp>
#include <facemirror/pipeline/detail/slot_workers.hpp>
#include <facemirror/pipeline/tracker.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace facemirror {

/// Follows a face with the network of 98 heat maps, which looks where the landmarks of the last frame were.
///
/// The detector looks again on a schedule, and at once when the heat maps spread or the face jumps; no box is
/// ever frozen (behaviour.md T13). What it finds replaces the followed face only where the two disagree.
///
/// Three frames are on their way at a time, so the crop of a frame is three frames old when its network runs.
/// When the face has moved on by more than a little since, the network looks again in a fresh crop.
/// Source   docs/decisions/0034-following-with-heat-maps.md, 0038-frames-in-flight.md.
class StarTracker final : public FaceTracker {
public:
    static constexpr std::size_t frames_in_flight = 3;

    /// `detector` may be null when the options give a box. Each network runs in a thread of its own.
    StarTracker(std::unique_ptr<FaceDetector> detector, std::vector<std::unique_ptr<StarNetwork>> networks,
                CanonicalFace canonical, const TrackerOptions& options);

    [[nodiscard]] std::size_t depth() const noexcept override { return frames_in_flight; }
    void begin(const Frame& frame) override;
    TrackedFace finish() override;
    std::vector<TrackedFace> find_all(const Frame& frame) override;
    const RgbRegion& region_for(const CropView& view) override;

private:
    /// The square that the network looks at.
    struct Crop {
        Point center;
        double side = 0; ///< px in the frame
    };
    struct Fit {
        Landmarks points{};
        LandmarkConfidence confidence{};
        std::optional<double> flip_disagreement_oed;
        LossEvidence evidence;
        Verdict verdict;

        [[nodiscard]] bool is_ok() const noexcept { return verdict.status == FrameStatus::ok; }
    };

    /// A frame on its way. Between start and wait of its number the workers use it.
    struct Slot {
        Frame frame;
        RegionCache regions;
        std::optional<Crop> crop; ///< Where the network began to look; empty: it has not.
        int iterations = 1;
        Fit fit;
    };

    static Crop crop_round(const Box& box) noexcept;
    static bool is_stale(const Crop& used, const Crop& now) noexcept;

    /// Work of a thread: looks at a slot's frame, each time round the landmarks of the last.
    void fit_slot(StarNetwork& network, Slot& slot) const;
    [[nodiscard]] Fit fit_once(StarNetwork& network, Slot& slot, const Crop& crop) const;
    Fit fit_now(const Crop& crop, int iterations);
    std::optional<Fit> followed();
    [[nodiscard]] Fit judged(Fit fit, double time_s) const;
    std::optional<Fit> better_of(std::optional<Fit> tracked, const std::optional<Face>& patient,
                                 double time_s);
    TrackedFace remember(const Fit& fit);
    [[nodiscard]] TrackedFace to_face(const Fit& fit) const;
    TrackedFace lose();
    [[nodiscard]] int iterations_or(int automatic) const noexcept;

    PatientFinder m_patient;
    CanonicalFace m_canonical;
    TrackerOptions m_options;
    DetectionSchedule m_schedule;
    LossTests m_tests;
    std::optional<Crop> m_crop; // where to look next; empty when the face is lost
    std::array<Slot, frames_in_flight> m_slots;
    std::size_t m_current = 0; // the slot of the last finished frame
    std::size_t m_begun = 0;   // the slots after it that are on their way
    std::vector<std::unique_ptr<StarNetwork>> m_networks;
    SlotWorkers m_workers; // last: its threads use the slots and the networks
};

} // namespace facemirror
