// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>
#include <facemirror/core/face.hpp>
#include <facemirror/landmarks/face_mesh.hpp>
#include <facemirror/landmarks/smoothing.hpp>
#include <facemirror/measure/frame_measures.hpp>
#include <facemirror/measure/multitask.hpp>
#include <facemirror/measure/quality.hpp>
#include <facemirror/mirror/midline.hpp>
#include <facemirror/pipeline/detail/mesh_fitter.hpp>
#include <facemirror/pipeline/detail/region_cache.hpp>
#include <facemirror/pipeline/tracker.hpp>

#include <array>
#include <cstddef>
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
    double quality = 0;             ///< 0..1, behaviour.md 11 with our yaw; 0 without a face.
    bool is_by_flow = false;        ///< Landmarks by optical flow; no network saw the halves.
    double landmark_confidence = 0; ///< Mean over the points, 0..1; NaN where nothing tells it.
    Midline midline;
    FrameMeasures measures;        ///< `missing` unless the status is ok.
    std::array<char, 64> reason{}; ///< Why the status is not ok; ends with a zero.
};

/// One frame after tracking: everything that depends on the frames before it.
struct FollowedFrame {
    FrameRecord record;
    bool has_points = false;
    FaceShape shape;      ///< Raw landmarks, the mesh if there is one; px in the frame; valid with points.
    Landmarks smoothed{}; ///< Likewise.
    std::optional<Midline> midline;
    Roi halves_roi; ///< For the mesh on the halves: symmetric about the midline; valid when ok.
    RgbRegion
        mesh_region; ///< What those crops are sampled from; loaded when ok, if the mesh is run on halves.
    CropView multitask_view;    ///< For the multitask network; valid when ok.
    RgbRegion multitask_region; ///< Likewise.

    [[nodiscard]] std::size_t region_bytes() const noexcept {
        return mesh_region.pixels().size() + multitask_region.pixels().size();
    }
};

/// What will be run on the mirrored halves.
struct HalvesPlan {
    int mesh_px = 0; ///< Input side of the mesh network; 0: it is not run.
    std::optional<MultitaskOptions> multitask;
};

struct FollowOptions {
    SmoothingOptions smoothing;
    MidlineRule midline = MidlineRule::brow_chin;
    HalvesPlan halves;
    bool has_given_box = false; ///< The user says where the face is: no pose makes a frame unfit (design 5).
};

/// Follows the patient through the video: face, landmarks, smoothing, midline, pose.
/// Threads  One at a time, frames in time order: everything with memory over time is here (T6, T12).
class FaceFollower {
public:
    /// `mesh` lays a mesh over a face whose landmarks come from another network; null: none is needed.
    FaceFollower(std::unique_ptr<FaceTracker> tracker, std::unique_ptr<MeshFitter> mesh,
                 const CanonicalFace& face, const FollowOptions& options);

    /// As FaceTracker: how many frames may have begun and not be finished.
    [[nodiscard]] std::size_t depth() const noexcept { return m_tracker->depth(); }
    void begin(const Frame& frame) { m_tracker->begin(frame); }

    /// Finishes the oldest frame that has begun, which must be this one.
    /// Throws   Error{backend} if inference fails.
    FollowedFrame finish(const Frame& frame, double time_s, double duration_s);

private:
    void follow_face(const Frame& frame, const TrackedFace& tracked, FollowedFrame& result);
    void prepare_halves(const Frame& frame, FollowedFrame& result);

    std::unique_ptr<FaceTracker> m_tracker;
    std::unique_ptr<MeshFitter> m_mesh;
    RegionCache m_mesh_regions;
    LandmarkSmoother m_smoother;
    PoseQualityTracker m_quality;
    const CanonicalFace& m_face;
    FollowOptions m_options;
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

/// Runs networks on the two mirrored halves and measures the frame. Frames do not depend on each other here.
/// Threads  One at a time; several measurers may work on different frames.
class HalvesMeasurer {
public:
    /// Either network may be null.
    HalvesMeasurer(std::unique_ptr<FaceMesh> mesh, std::unique_ptr<MultitaskNetwork> multitask,
                   const CanonicalFace& face);

    /// Throws   Error{backend} if inference fails.
    MeasuredFrame measure(const FollowedFrame& frame);

private:
    FaceShape measure_half(const FollowedFrame& frame, Side side);

    std::unique_ptr<FaceMesh> m_mesh;
    std::unique_ptr<MultitaskNetwork> m_multitask;
    const CanonicalFace& m_face;
};

} // namespace facemirror
