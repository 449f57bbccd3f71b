// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>
#include <facemirror/core/face.hpp>
#include <facemirror/detect/face_detector.hpp>
#include <facemirror/landmarks/face_mesh.hpp>
#include <facemirror/measure/head_fit.hpp>
#include <facemirror/nn/pack.hpp>
#include <facemirror/pipeline/loss_tests.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace facemirror {

struct TrackerOptions {
    int passes = 2;         ///< 1: the picture only; 2: averaged with its flipped pass.
    int roi_iterations = 0; ///< Mesh runs per frame, each in the region of the last; 0: 6 after a detection,
                            ///< 2 in a given box, 1 while tracking (docs/decisions/0030-landmark-chain.md).
    int detect_every = 0;   ///< Frames between detections of a face that is not lost; 0: none.
    std::optional<Box> face_box; ///< This box in every frame: no detector, no loss test, status ok.
    double tick_s = 1.0 / 30;    ///< Seconds per tick of Frame::pts.
};

/// What the tracker knows about one frame.
struct TrackedFace {
    FrameStatus status = FrameStatus::no_face;
    Box box;                            ///< Round the mesh; px in the frame.
    double score = 0;                   ///< Of the last detection, 0..1; 1 with a given box.
    std::vector<Point> detector_points; ///< Key points of a detection in this very frame; else empty.
    std::optional<Mesh> mesh;           ///< Averaged over the passes; empty only for no_face.
    Landmarks points{};                 ///< The 98 points of that mesh.
    double face_logit = 0;              ///< Mean of the passes.
    double flip_disagreement_oed = 0;   ///< Rms distance of the passes' 98 points, in outer-eye distances.
    Landmarks flip_difference{}; ///< Point by point, first pass minus flipped pass; px, 0 with one pass.
    std::string reason;          ///< Why the status is not ok; empty otherwise.
};

/// Follows the patient's face through a video, frame by frame in time order.
///
/// The patient is the largest face at first; later the face that continues the track. After a loss the face
/// nearest in place and size to the lost one is taken, and only after a longer absence the largest again.
class FaceTracker {
public:
    /// Opens the detector of a pack (open_detector()) and the network `mesh`.
    /// Throws   Error{mismatch} if the pack lacks one of them or the canonical face.
    FaceTracker(const ModelPack& pack, Precision precision, const TrackerOptions& options);

    /// `detector` may be null when the options give a box.
    FaceTracker(std::unique_ptr<FaceDetector> detector, std::unique_ptr<FaceMesh> mesh,
                CanonicalFace canonical, const TrackerOptions& options);

    /// Throws   Error{backend} if inference fails.
    /// Threads  One at a time.
    TrackedFace track(const Frame& frame);

    /// Every face of a still picture, best first, without memory of other pictures.
    /// Throws   Error{backend} if inference fails.
    std::vector<TrackedFace> find_all(const Frame& frame);

    /// The pixels round the face of the last frame, read anew if `view` looks outside of them.
    const RgbRegion& region_for(const Frame& frame, const CropView& view);

private:
    /// The mesh that a region of interest led to, and how sure it is.
    struct Fit {
        Mesh mesh{};
        Landmarks points{};
        Landmarks flip_difference{};
        double face_logit = 0;
        double flip_disagreement_oed = 0;
        Verdict verdict;
        LossEvidence evidence;

        [[nodiscard]] bool is_ok() const noexcept { return verdict.status == FrameStatus::ok; }
    };

    static const std::optional<Fit>& better_of(const std::optional<Fit>& tracked,
                                               const std::optional<Fit>& found);

    Fit fit(const Frame& frame, Roi roi, int iterations);
    Fit fit_once(const Frame& frame, const Roi& roi);
    Fit judged(Fit fit, double time_s);
    std::optional<Fit> look_for_patient(const Frame& frame, double time_s);
    TrackedFace in_given_box(const Frame& frame);
    TrackedFace remember(const Fit& fit);
    [[nodiscard]] TrackedFace to_face(const Fit& fit) const;
    TrackedFace lose();
    [[nodiscard]] int iterations_or(int automatic) const noexcept;

    std::unique_ptr<FaceDetector> m_detector;
    std::unique_ptr<FaceMesh> m_mesh;
    CanonicalFace m_canonical;
    TrackerOptions m_options;
    LossTests m_tests;
    RgbRegion m_region;
    Box m_region_box; // what m_region holds; px in the frame
    int m_region_reduction = 1;
    bool m_is_region_loaded = false; // with the last frame
    std::optional<Roi> m_roi;        // where to look next; empty when the face is lost
    std::optional<Box> m_last_box;   // of the last undoubted face
    double m_last_ok_s = 0;
    double m_score = 0;
    std::vector<Point> m_detector_points;
    int m_since_detection = 0; // frames
};

} // namespace facemirror
