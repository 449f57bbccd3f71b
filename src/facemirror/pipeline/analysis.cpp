// SPDX-License-Identifier: Apache-2.0
#include <facemirror/landmarks/mesh_geometry.hpp>
#include <facemirror/measure/head_fit.hpp>
#include <facemirror/pipeline/analysis.hpp>

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

} // namespace

FaceFollower::FaceFollower(std::unique_ptr<FaceDetector> detector, std::unique_ptr<FaceMesh> mesh,
                           const CanonicalFace& face, const FollowOptions& options)
    : m_input_px{mesh->input_px()}, m_tracker{std::move(detector), std::move(mesh), face, options.tracker},
      m_smoother{options.smoothing}, m_face{face}, m_rule{options.midline} {}

FollowedFrame FaceFollower::follow(const Frame& frame, double time_s, double duration_s) {
    FollowedFrame result;
    result.record = empty_record(frame, time_s, duration_s);
    const TrackedFace tracked = m_tracker.track(frame);
    result.record.status = tracked.status;
    set_reason(result.record, tracked.reason);
    if (tracked.mesh) {
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
    result.mesh = tracked.mesh;
    result.points = tracked.points;
    result.smoothed = m_smoother.push(tracked.points, record.time_s);
    result.midline = fit_midline(result.smoothed, m_rule);
    const std::optional<HeadFit> head = fit_head(*tracked.mesh, m_face);
    if (head) {
        record.pose = head->pose;
    }
    record.quality = m_quality.push(head ? std::optional{head->pose.yaw_deg} : std::nullopt).quality;
    if (record.status == FrameStatus::ok && !(record.quality >= min_quality)) {
        record.status = FrameStatus::low_quality;
        set_reason(record, "head turned too far");
    }
    if (!result.midline) {
        if (record.status == FrameStatus::ok) {
            record.status = FrameStatus::low_quality;
            set_reason(record, "no midline");
        }
        return;
    }
    record.midline = *result.midline;
    if (record.status == FrameStatus::ok) {
        result.halves_roi = symmetric_roi(*tracked.mesh, *result.midline);
        result.region = m_tracker.region_for(frame, half_view(result, m_input_px, Side::patient_left));
    }
}

HalvesMeasurer::HalvesMeasurer(std::unique_ptr<FaceMesh> mesh, const CanonicalFace& face)
    : m_mesh{std::move(mesh)}, m_face{face} {}

FaceShape HalvesMeasurer::measure_half(const FollowedFrame& frame, Side side) {
    const Mesh seen = m_mesh->run(frame.region, half_view(frame, m_mesh->input_px(), side)).mesh;
    // The composite shows this side twice: both columns are the same side, so their mean is (truth-study.md
    // 1).
    const Mesh both = average(seen, reflect(seen, *frame.midline));
    return {both, wflw_from_mesh(both)};
}

MeasuredFrame HalvesMeasurer::measure(const FollowedFrame& frame) {
    MeasuredFrame result{.record = frame.record,
                         .has_points = frame.mesh.has_value(),
                         .points = frame.points,
                         .smoothed = frame.smoothed};
    if (frame.record.status == FrameStatus::ok) {
        const FaceShape left = measure_half(frame, Side::patient_left);
        const FaceShape right = measure_half(frame, Side::patient_right);
        result.has_halves = true;
        result.halves = join_halves(left.points, right.points);
        result.record.measures =
            measure_frame({*frame.mesh, frame.points}, &left, &right, *frame.midline, m_face);
    }
    return result;
}

} // namespace facemirror
