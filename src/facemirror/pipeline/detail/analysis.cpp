// SPDX-License-Identifier: Apache-2.0
#include <facemirror/landmarks/mesh_geometry.hpp>
#include <facemirror/landmarks/star.hpp>
#include <facemirror/measure/head_fit.hpp>
#include <facemirror/pipeline/detail/analysis.hpp>

#include <algorithm>
#include <limits>

namespace facemirror {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

FrameRecord empty_record(const Frame& frame, double time_s, double duration_s) {
    FrameRecord record;
    record.index = frame.index;
    record.time_s = time_s;
    record.duration_s = duration_s;
    record.box = {nan, nan, nan, nan};
    record.score = nan;
    record.pose = {nan, nan, nan};
    record.landmark_confidence = nan;
    record.midline = {{nan, nan}, {nan, nan}};
    record.measures = missing_measures();
    return record;
}

void set_reason(FrameRecord& record, const std::string& reason) {
    record.reason = {};
    reason.copy(record.reason.data(), record.reason.size() - 1);
}

constexpr bool is_patient_left(std::size_t k) {
    constexpr std::size_t runs[][2] = {{17, 32}, {42, 50}, {58, 59}, {68, 75}, {80, 84}, {91, 93}, {97, 97}};
    return std::any_of(std::begin(runs), std::end(runs),
                       [k](const auto& run) { return k >= run[0] && k <= run[1]; });
}

Landmarks join_halves(const Landmarks& left, const Landmarks& right) {
    Landmarks joined;
    for (std::size_t k = 0; k < wflw::size; ++k) {
        if (wflw::partner[k] == k) {
            joined[k] = middle(left[k], right[k]);
        } else {
            joined[k] = is_patient_left(k) ? left[k] : right[k];
        }
    }
    return joined;
}

CropView half_view(const FollowedFrame& frame, int size_px, Side side) {
    CropView view;
    view.roi = frame.halves_roi;
    view.size_px = size_px;
    view.half = KeptHalf{*frame.midline, side};
    return view;
}

/// Until the mesh has settled in a region that comes from other landmarks.
/// Source   default-models.md 4.4
constexpr int fallback_iterations = 2;

/// Where the mesh network finds a face whose landmarks are known.
Roi roi_from_landmarks(const Landmarks& points) {
    return roi_from_face({box_of(points), 1, {points[60], points[72]}});
}

} // namespace

FaceFollower::FaceFollower(std::unique_ptr<FaceTracker> tracker, std::unique_ptr<MeshFitter> mesh,
                           const CanonicalFace& face, const FollowOptions& options)
    : m_tracker{std::move(tracker)}, m_mesh{std::move(mesh)}, m_smoother{options.smoothing}, m_face{face},
      m_options{options} {}

FollowedFrame FaceFollower::finish(const Frame& frame, double time_s, double duration_s) {
    FollowedFrame result;
    result.record = empty_record(frame, time_s, duration_s);
    const TrackedFace tracked = m_tracker->finish();
    result.record.status = tracked.status;
    set_reason(result.record, tracked.reason);
    if (tracked.has_points()) {
        follow_face(frame, tracked, result);
    } else {
        m_smoother.reset();
        static_cast<void>(m_quality.push(std::nullopt));
    }
    return result;
}

void FaceFollower::follow_face(const Frame& frame, const TrackedFace& tracked, FollowedFrame& result) {
    FrameRecord& record = result.record;
    record.box = tracked.box;
    record.score = tracked.score;
    record.is_by_flow = tracked.is_by_flow;
    record.landmark_confidence = tracked.confidence ? mean_of(*tracked.confidence) : nan;
    result.has_points = true;
    result.shape = {tracked.mesh, tracked.points};
    result.smoothed = m_smoother.push(tracked.points, record.time_s);
    result.midline = fit_midline(result.smoothed, m_options.midline);
    const std::optional<HeadFit> head = fit_head(result.shape, m_face);
    if (head) {
        record.pose = head->pose;
    }
    record.quality = m_quality.push(head ? std::optional{head->pose.yaw_deg} : std::nullopt).quality;
    const auto mark = [&record](const char* reason) {
        if (record.status == FrameStatus::ok) {
            record.status = FrameStatus::low_quality;
            set_reason(record, reason);
        }
    };
    if (!(record.quality >= min_quality) && !m_options.has_given_box) {
        mark("head turned too far");
    }
    if (!result.midline) {
        mark("no midline");
        return;
    }
    record.midline = *result.midline;
    if (record.status == FrameStatus::ok && !record.is_by_flow) {
        prepare_halves(frame, result);
    }
}

void FaceFollower::prepare_halves(const Frame& frame, FollowedFrame& result) {
    if (m_mesh) {
        m_mesh_regions.next_frame();
        const Roi roi = roi_from_landmarks(result.shape.points);
        result.shape.mesh = m_mesh->fit(frame, m_mesh_regions, roi, fallback_iterations).mesh;
    }
    // Regions are asked for with the whole view: one half alone would leave the other's pixels out.
    if (const int mesh_px = m_options.halves.mesh_px; mesh_px > 0) {
        CropView view;
        view.roi = result.halves_roi = symmetric_roi(*result.shape.mesh, *result.midline);
        view.size_px = mesh_px;
        result.mesh_region = m_tracker->region_for(view);
    }
    if (m_options.halves.multitask) {
        result.multitask_view =
            multitask_view(result.shape.points, *result.midline, *m_options.halves.multitask);
        result.multitask_region = m_tracker->region_for(result.multitask_view);
    }
}

HalvesMeasurer::HalvesMeasurer(std::unique_ptr<FaceMesh> mesh, std::unique_ptr<MultitaskNetwork> multitask,
                               const CanonicalFace& face)
    : m_mesh{std::move(mesh)}, m_multitask{std::move(multitask)}, m_face{face} {}

FaceShape HalvesMeasurer::measure_half(const FollowedFrame& frame, Side side) {
    const Mesh seen = m_mesh->run(frame.mesh_region, half_view(frame, m_mesh->input_px(), side)).mesh;
    // The composite shows this side twice: both columns are the same side, so their mean is (truth-study.md
    // 1).
    const Mesh both = average(seen, reflect(seen, *frame.midline));
    return {both, wflw_from_mesh(both)};
}

MeasuredFrame HalvesMeasurer::measure(const FollowedFrame& frame) {
    MeasuredFrame result{.record = frame.record,
                         .has_points = frame.has_points,
                         .points = frame.shape.points,
                         .smoothed = frame.smoothed};
    if (frame.record.status != FrameStatus::ok) {
        return result;
    }
    std::optional<FaceShape> left;
    std::optional<FaceShape> right;
    const bool sees_halves = !frame.record.is_by_flow;
    if (m_mesh && sees_halves) {
        left = measure_half(frame, Side::patient_left);
        right = measure_half(frame, Side::patient_right);
        result.has_halves = true;
        result.halves = join_halves(left->points, right->points);
    }
    result.record.measures = measure_frame(frame.shape, left ? &*left : nullptr, right ? &*right : nullptr,
                                           *frame.midline, m_face);
    if (m_multitask && sees_halves) {
        result.record.measures.multitask =
            m_multitask->run(frame.multitask_region, frame.multitask_view, *frame.midline);
    }
    return result;
}

} // namespace facemirror
