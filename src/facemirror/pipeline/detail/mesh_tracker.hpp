// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/landmarks/face_mesh.hpp>
#include <facemirror/measure/head_fit.hpp>
#include <facemirror/pipeline/detail/loss_tests.hpp>
#include <facemirror/pipeline/detail/mesh_fitter.hpp>
#include <facemirror/pipeline/detail/patient_finder.hpp>
#include <facemirror/pipeline/detail/region_cache.hpp>
#include <facemirror/pipeline/tracker.hpp>

#include <memory>

namespace facemirror {

/// Follows a face with the attention mesh, which looks where the mesh of the last frame was. The detector is
/// asked only when the face is lost or in doubt, or every `detect_every` frames.
/// Source   docs/decisions/0030-landmark-chain.md: 6 runs of the mesh after a detection, 2 in a given box, 1
///          while tracking.
class MeshTracker final : public FaceTracker {
public:
    /// `detector` may be null when the options give a box.
    MeshTracker(std::unique_ptr<FaceDetector> detector, std::unique_ptr<FaceMesh> mesh,
                CanonicalFace canonical, const TrackerOptions& options);

    /// One: where the mesh looks hangs on the frame before.
    [[nodiscard]] std::size_t depth() const noexcept override { return 1; }
    void begin(const Frame& frame) override { m_frame = frame; }
    TrackedFace finish() override;
    std::vector<TrackedFace> find_all(const Frame& frame) override;
    const RgbRegion& region_for(const CropView& view) override;

private:
    struct Fit : MeshFit {
        Verdict verdict;
        LossEvidence evidence;

        [[nodiscard]] bool is_ok() const noexcept { return verdict.status == FrameStatus::ok; }
    };

    static const std::optional<Fit>& better_of(const std::optional<Fit>& tracked,
                                               const std::optional<Fit>& found);

    Fit judged(const MeshFit& fit, double time_s);
    std::optional<Fit> look_for_patient(double time_s);
    TrackedFace in_given_box();
    TrackedFace remember(const Fit& fit);
    [[nodiscard]] TrackedFace to_face(const MeshFit& fit, const Verdict& verdict) const;
    TrackedFace lose();
    [[nodiscard]] int iterations_or(int automatic) const noexcept;

    PatientFinder m_patient;
    MeshFitter m_fitter;
    CanonicalFace m_canonical;
    TrackerOptions m_options;
    LossTests m_tests;
    RegionCache m_regions;
    Frame m_frame;             // the last that began
    std::optional<Roi> m_roi;  // where to look next; empty when the face is lost
    int m_since_detection = 0; // frames
};

} // namespace facemirror
