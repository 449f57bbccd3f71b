// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/landmarks/star.hpp>
#include <facemirror/measure/head_fit.hpp>
#include <facemirror/pipeline/detail/detection_schedule.hpp>
#include <facemirror/pipeline/detail/loss_tests.hpp>
#include <facemirror/pipeline/detail/patient_finder.hpp>
#include <facemirror/pipeline/detail/region_cache.hpp>
#include <facemirror/pipeline/tracker.hpp>

#include <memory>

namespace facemirror {

/// Follows a face with the network of 98 heat maps, which looks where the landmarks of the last frame were.
///
/// The detector looks again on a schedule, and at once when the heat maps spread or the face jumps; no box is
/// ever frozen (behaviour.md T13). What it finds replaces the followed face only where the two disagree.
/// Source   docs/decisions/0034-following-with-heat-maps.md.
class StarTracker final : public FaceTracker {
public:
    /// `detector` may be null when the options give a box.
    StarTracker(std::unique_ptr<FaceDetector> detector, std::unique_ptr<StarNetwork> network,
                CanonicalFace canonical, const TrackerOptions& options);

    TrackedFace track(const Frame& frame) override;
    std::vector<TrackedFace> find_all(const Frame& frame) override;
    const RgbRegion& region_for(const Frame& frame, const CropView& view) override;

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

    static Crop crop_round(const Box& box) noexcept;

    Fit fit(const Frame& frame, Crop crop, int iterations);
    Fit fit_once(const Frame& frame, const Crop& crop);
    [[nodiscard]] Fit judged(Fit fit, double time_s) const;
    std::optional<Fit> better_of(const Frame& frame, std::optional<Fit> tracked,
                                 const std::optional<Face>& patient, double time_s);
    TrackedFace remember(const Fit& fit);
    [[nodiscard]] TrackedFace to_face(const Fit& fit) const;
    TrackedFace lose();
    [[nodiscard]] int iterations_or(int automatic) const noexcept;

    PatientFinder m_patient;
    std::unique_ptr<StarNetwork> m_network;
    CanonicalFace m_canonical;
    TrackerOptions m_options;
    DetectionSchedule m_schedule;
    LossTests m_tests;
    RegionCache m_regions;
    std::optional<Crop> m_crop; // where to look next; empty when the face is lost
};

} // namespace facemirror
