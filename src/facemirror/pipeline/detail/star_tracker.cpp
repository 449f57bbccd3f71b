// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/star_tracker.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/landmarks/mesh_geometry.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace facemirror {

namespace {

/// Side of the crop over the longer side of the box. Source: the factor of behaviour.md 6; the longer side
/// instead of the shorter: docs/decisions/0035-landmark-crop.md (T9).
constexpr double crop_scale = 1.05;
/// After a detection a second crop is cut round the landmarks of the first.
/// Source   docs/decisions/0035-landmark-crop.md.
constexpr int first_iterations = 2;
/// A detected face is the followed one if their boxes overlap this much (IoU): the detector's includes the
/// forehead. Source: docs/decisions/0034-following-with-heat-maps.md.
constexpr double same_face_iou = 0.3;

double rms_oed(const Landmarks& a, const Landmarks& b) {
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        sum += dot(a[k] - b[k], a[k] - b[k]);
    }
    return std::sqrt(sum / static_cast<double>(a.size())) / std::max(outer_eye_distance(a), 1.0);
}

} // namespace

StarTracker::StarTracker(std::unique_ptr<FaceDetector> detector, std::unique_ptr<StarNetwork> network,
                         CanonicalFace canonical, const TrackerOptions& options)
    : m_patient{std::move(detector)}, m_network{std::move(network)}, m_canonical{std::move(canonical)},
      m_options{options}, m_schedule{options.detect_every} {
    expects(m_network != nullptr, "a tracker has a landmark network");
    expects(m_patient.has_detector() || options.face_box, "a tracker has a detector or a box");
    expects(options.passes >= 0 && options.passes <= 2, "passes is 0, 1 or 2");
    expects(options.roi_iterations >= 0 && options.detect_every >= 0, "counts are not negative");
    expects(options.tick_s > 0, "a tick lasts some time");
}

TrackedFace StarTracker::track(const Frame& frame) {
    m_regions.next_frame();
    m_patient.begin_frame();
    if (m_options.face_box) {
        m_patient.set_score(1);
        return to_face(fit(frame, crop_round(*m_options.face_box), iterations_or(1)));
    }
    const double time_s = static_cast<double>(frame.pts) * m_options.tick_s;
    const bool is_due = m_schedule.begin_frame();
    std::optional<Fit> tracked;
    if (m_crop) {
        tracked = judged(fit(frame, *m_crop, iterations_or(1)), time_s);
        if (tracked->is_ok() && !is_due) {
            return remember(*tracked);
        }
    }
    m_schedule.detected();
    const auto patient = m_patient.find(frame, time_s, m_schedule.region());
    const auto best = better_of(frame, std::move(tracked), patient, time_s);
    return best ? remember(*best) : lose();
}

std::vector<TrackedFace> StarTracker::find_all(const Frame& frame) {
    m_regions.next_frame();
    if (m_options.face_box) {
        return {track(frame)};
    }
    std::vector<TrackedFace> faces;
    for (const Face& face : m_patient.find_all(frame)) {
        m_patient.take(face);
        faces.push_back(
            to_face(judged(fit(frame, crop_round(face.box), iterations_or(first_iterations)), 0)));
    }
    return faces;
}

StarTracker::Crop StarTracker::crop_round(const Box& box) noexcept {
    return {box.center(), crop_scale * std::max({box.width(), box.height(), 1.0})};
}

StarTracker::Fit StarTracker::fit(const Frame& frame, Crop crop, int iterations) {
    Fit fit = fit_once(frame, crop);
    for (int i = 1; i < iterations; ++i) {
        fit = fit_once(frame, crop_round(box_of(fit.points)));
    }
    return fit;
}

StarTracker::Fit StarTracker::fit_once(const Frame& frame, const Crop& crop) {
    const auto look = [&](CropFlip flip) {
        const CropView view = m_network->view_of(crop.center, crop.side, flip);
        return m_network->run(m_regions.region_for(frame, view), view);
    };
    const StarNetwork::Result first = look(CropFlip::none);
    Fit fit;
    fit.points = first.points;
    fit.confidence = first.confidence;
    if (m_options.passes == 2) {
        const StarNetwork::Result second = look(CropFlip::horizontal);
        for (std::size_t k = 0; k < fit.points.size(); ++k) {
            fit.points[k] = middle(first.points[k], second.points[k]);
            fit.confidence[k] = (first.confidence[k] + second.confidence[k]) / 2;
        }
        fit.flip_disagreement_oed = rms_oed(first.points, second.points);
    }
    return fit;
}

StarTracker::Fit StarTracker::judged(Fit fit, double time_s) const {
    fit.evidence.time_s = time_s;
    fit.evidence.points = fit.points;
    fit.evidence.confidence = mean_of(fit.confidence);
    fit.evidence.residual_cm = shape_residual_cm(fit.points, m_canonical);
    fit.verdict = m_tests.judge(fit.evidence);
    return fit;
}

/// The followed face if the detector agrees or sees nothing else; where they disagree an undoubted fit before
/// a doubtful one, then the surer one. Empty when neither shows a face.
std::optional<StarTracker::Fit> StarTracker::better_of(const Frame& frame, std::optional<Fit> tracked,
                                                       const std::optional<Face>& patient, double time_s) {
    if (!patient) {
        return tracked && tracked->is_ok() ? tracked : std::nullopt;
    }
    if (tracked && tracked->is_ok() && iou(box_of(tracked->points), patient->box) >= same_face_iou) {
        return tracked;
    }
    Fit found = judged(fit(frame, crop_round(patient->box), iterations_or(first_iterations)), time_s);
    if (!tracked || (found.is_ok() && !tracked->is_ok())) {
        return found;
    }
    const bool is_surer = mean_of(found.confidence) > mean_of(tracked->confidence);
    return found.is_ok() == tracked->is_ok() && is_surer ? found : tracked;
}

TrackedFace StarTracker::remember(const Fit& fit) {
    m_tests.remember(fit.evidence, fit.verdict);
    TrackedFace face = to_face(fit);
    if (fit.is_ok()) {
        m_crop = crop_round(face.box);
        m_patient.remember_place(face.box, fit.evidence.time_s);
        const auto head = fit_head(fit.points, m_canonical);
        m_schedule.push(face.box, head ? std::optional{head->pose.yaw_deg} : std::nullopt);
    }
    return face;
}

TrackedFace StarTracker::to_face(const Fit& fit) const {
    TrackedFace face;
    face.status = fit.verdict.status;
    face.reason = fit.verdict.reason;
    face.box = box_of(fit.points);
    face.score = m_patient.score();
    face.detector_points = m_patient.points();
    face.points = fit.points;
    face.confidence = fit.confidence;
    face.flip_disagreement_oed = fit.flip_disagreement_oed;
    return face;
}

TrackedFace StarTracker::lose() {
    m_crop.reset();
    m_patient.set_score(0);
    m_schedule.lose();
    m_tests.forget_place();
    return {};
}

const RgbRegion& StarTracker::region_for(const Frame& frame, const CropView& view) {
    return m_regions.region_for(frame, view);
}

int StarTracker::iterations_or(int automatic) const noexcept {
    return m_options.roi_iterations > 0 ? m_options.roi_iterations : automatic;
}

} // namespace facemirror
