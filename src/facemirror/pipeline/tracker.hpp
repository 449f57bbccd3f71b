// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>
#include <facemirror/core/face.hpp>
#include <facemirror/landmarks/star.hpp>
#include <facemirror/pipeline/models.hpp>
#include <facemirror/pipeline/open_detector.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace facemirror {

/// In which frames the landmark network is asked.
struct Cadence {
    int every = 1;         ///< In every n-th frame at least; 0: by time.
    double at_least_s = 0; ///< With 0 frames: at least so often.
};

struct TrackerOptions {
    int passes = 0; ///< 1: the picture only; 2: averaged with its flipped pass; 0: 2 with the mesh, else 1.
    int roi_iterations =
        0; ///< Landmark runs per frame, each in the region of the last; 0: the tracker's own rule.
    int detect_every =
        0; ///< Frames between detections of a face that is not lost; 0: the tracker's own rule.
    std::optional<Box> face_box = std::nullopt; ///< In every frame: no detector, no loss test, status ok.
    double tick_s = 1.0 / 30;                   ///< Seconds per tick of Frame::pts.
    Cadence cadence = {};
};

/// What a tracker knows about one frame.
struct TrackedFace {
    FrameStatus status = FrameStatus::no_face;
    Box box;          ///< Round the landmarks (of the mesh: all its vertices); px in the frame.
    double score = 0; ///< Of the last detection, 0..1; 1 with a given box.
    std::vector<Point> detector_points; ///< Key points of a detection in this very frame; else empty.
    Landmarks points{};                 ///< The 98 landmarks; valid unless the status is no_face.
    std::optional<Mesh> mesh;           ///< Averaged over the passes; only from a mesh network.
    std::optional<LandmarkConfidence> confidence; ///< Empty where nothing tells how sure the points are.
    std::optional<double> face_logit;             ///< The mesh network's face flag, mean of the passes.
    std::optional<double>
        flip_disagreement_oed; ///< Rms distance of two passes' landmarks, outer-eye distances.
    bool is_by_flow = false;   ///< Only the points, the box and the status are of this frame.
    std::string reason;        ///< Why the status is not ok; empty otherwise.

    [[nodiscard]] bool has_points() const noexcept { return status != FrameStatus::no_face; }
};

/// Follows the patient's face through a video, frame by frame in time order.
///
/// The patient is the largest face at first; later the face that continues the track. After a loss the face
/// nearest in place and size to the lost one is taken, and only after a longer absence the largest again.
/// Several frames may be on their way: a frame begins as soon as the one depth() before it is finished, and
/// no later, so that what is found depends neither on threads nor on their speed.
/// Threads  One at a time.
class FaceTracker {
public:
    virtual ~FaceTracker() = default;

    /// How many frames may have begun and not be finished; at least 1.
    [[nodiscard]] virtual std::size_t depth() const noexcept = 0;

    /// The next frame; fewer than depth() may be on their way.
    virtual void begin(const Frame& frame) = 0;

    /// The face of the oldest frame that has begun; waits until it is found.
    /// Throws   Error{backend} if inference fails.
    virtual TrackedFace finish() = 0;

    /// begin() and finish() of one frame, while no other is on its way.
    TrackedFace track(const Frame& frame) {
        begin(frame);
        return finish();
    }

    /// Every face of a still picture, best first, without memory of other pictures.
    /// Throws   Error{backend} if inference fails.
    virtual std::vector<TrackedFace> find_all(const Frame& frame) = 0;

    /// The pixels round the face of the last finished frame, read anew if `view` looks outside of them.
    /// Valid    Until the next call of any member.
    virtual const RgbRegion& region_for(const CropView& view) = 0;
};

/// Opens the tracker of a run: by heat maps or by the mesh, as the packs have it.
/// Throws   Error{mismatch} if a pack lacks the precision, Error{backend} if the engine cannot run a network.
[[nodiscard]] std::unique_ptr<FaceTracker> open_tracker(const Models& models, Precision precision,
                                                        const TrackerOptions& options,
                                                        const DetectorChoice& choice = {});

} // namespace facemirror
