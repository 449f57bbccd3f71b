// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>
#include <facemirror/core/face.hpp>
#include <facemirror/landmarks/face_mesh.hpp>
#include <facemirror/landmarks/smoothing.hpp>
#include <facemirror/measure/frame_measures.hpp>
#include <facemirror/measure/quality.hpp>
#include <facemirror/mirror/midline.hpp>
#include <facemirror/pipeline/tracker.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace facemirror {

/// What is kept of one frame until the whole curve is known. Trivially copyable: it waits in a temporary
/// file.
struct FrameRecord {
    std::int64_t index = 0;
    double time_s = 0;
    double duration_s = 0;
    FrameStatus status = FrameStatus::no_face;
    Box box;          ///< NaN without a face; so are the next four.
    double score = 0; ///< 0..1
    HeadPose pose;
    double quality = 0; ///< 0..1, behaviour.md 11 with our yaw; 0 without a face.
    Midline midline;
    FrameMeasures measures;        ///< `missing` unless the status is ok.
    std::array<char, 64> reason{}; ///< Why the status is not ok; ends with a zero.
};

/// One frame after tracking: everything that depends on the frames before it.
struct FollowedFrame {
    FrameRecord record;
    std::optional<Mesh> mesh; ///< Averaged over the passes; px in the frame.
    Landmarks points{};       ///< Raw; valid with a mesh.
    Landmarks smoothed{};     ///< Valid with a mesh.
    std::optional<Midline> midline;
    RgbRegion region; ///< What the crops of both halves are sampled from; loaded when the status is ok.
    Roi halves_roi;   ///< Symmetric about the midline; valid when the status is ok.
};

struct FollowOptions {
    TrackerOptions tracker;
    SmoothingOptions smoothing;
    MidlineRule midline = MidlineRule::brow_chin;
};

/// Follows the patient through the video: face, landmarks, smoothing, midline, pose.
/// Threads  One at a time, frames in time order: everything with memory over time is here (T6, T12).
class FaceFollower {
public:
    FaceFollower(std::unique_ptr<FaceDetector> detector, std::unique_ptr<FaceMesh> mesh,
                 const CanonicalFace& face, const FollowOptions& options);

    /// Throws   Error{backend} if inference fails.
    FollowedFrame follow(const Frame& frame, double time_s, double duration_s);

private:
    void follow_face(const Frame& frame, const TrackedFace& tracked, FollowedFrame& result);

    int m_input_px; // of the mesh network; read before the tracker takes it
    FaceTracker m_tracker;
    LandmarkSmoother m_smoother;
    PoseQualityTracker m_quality;
    const CanonicalFace& m_face;
    MidlineRule m_rule;
};

/// A frame with its measures.
struct MeasuredFrame {
    FrameRecord record;
    bool has_points = false;
    bool has_halves = false;
    Landmarks points{};   ///< Raw; px.
    Landmarks smoothed{}; ///< px.
    Landmarks
        halves{}; ///< Each side's points from its own mirrored half, those of the middle from both; raw, px.
};

/// Runs the mesh on the two mirrored halves and measures the frame. Frames do not depend on each other here.
/// Threads  One at a time; several measurers may work on different frames.
class HalvesMeasurer {
public:
    HalvesMeasurer(std::unique_ptr<FaceMesh> mesh, const CanonicalFace& face);

    /// Throws   Error{backend} if inference fails.
    MeasuredFrame measure(const FollowedFrame& frame);

private:
    FaceShape measure_half(const FollowedFrame& frame, Side side);

    std::unique_ptr<FaceMesh> m_mesh;
    const CanonicalFace& m_face;
};

} // namespace facemirror
