// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/mesh_tracker.hpp>

#include <facemirror/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace facemirror {

namespace {

/// Until a new region has settled. Source: docs/decisions/0030-landmark-chain.md
constexpr int first_iterations = 6;
/// In a given box, which is the same in every frame. Source: default-models.md 4.4
constexpr int box_iterations = 2;
/// The mesh network's flag says "no face" below 0 (its sigmoid below 0.5). Source: default-models.md 3.
constexpr double min_face_logit = 0;
/// A detected face replaces the tracked one, if neither is surer, when its flag is this many times higher.
constexpr double clearly_better = 2;

/// 1 where the passes agree on a point, 0.5 at 2 % of the outer-eye distance apart: twice the network's usual
/// bias (default-models.md 1).
LandmarkConfidence agreement_of(const MeshFit& fit) {
    constexpr double half_confidence_oed = 0.02;
    LandmarkConfidence confidence;
    const double unit_px = half_confidence_oed * outer_eye_distance(fit.points);
    std::transform(fit.flip_difference.begin(), fit.flip_difference.end(), confidence.begin(),
                   [unit_px](Point difference) {
                       const double apart = length(difference) / unit_px;
                       return 1 / (1 + apart * apart);
                   });
    return confidence;
}

} // namespace

/// An undoubted fit before a doubtful one, then the one in which the network sees more of a face.
const std::optional<MeshTracker::Fit>& MeshTracker::better_of(const std::optional<Fit>& tracked,
                                                              const std::optional<Fit>& found) {
    if (!tracked || !found) {
        return tracked ? tracked : found;
    }
    if (tracked->is_ok() != found->is_ok()) {
        return tracked->is_ok() ? tracked : found;
    }
    return found->face_logit > clearly_better * tracked->face_logit ? found : tracked;
}

MeshTracker::MeshTracker(std::unique_ptr<FaceDetector> detector, std::unique_ptr<FaceMesh> mesh,
                         CanonicalFace canonical, const TrackerOptions& options)
    : m_patient{std::move(detector)}, m_fitter{std::move(mesh), options.passes == 0 ? 2 : options.passes},
      m_canonical{std::move(canonical)}, m_options{options} {
    expects(m_patient.has_detector() || options.face_box, "a tracker has a detector or a box");
    expects(options.roi_iterations >= 0 && options.detect_every >= 0, "counts are not negative");
    expects(options.tick_s > 0, "a tick lasts some time");
}

TrackedFace MeshTracker::finish() {
    m_regions.next_frame();
    m_patient.begin_frame();
    if (m_options.face_box) {
        return in_given_box();
    }
    const double time_s = static_cast<double>(m_frame.pts) * m_options.tick_s;
    ++m_since_detection;
    const bool is_due = m_options.detect_every > 0 && m_since_detection >= m_options.detect_every;
    std::optional<Fit> tracked;
    if (m_roi) {
        tracked = judged(m_fitter.fit(m_frame, m_regions, *m_roi, iterations_or(1)), time_s);
        if (tracked->is_ok() && !is_due) {
            return remember(*tracked);
        }
    }
    // The detector misses a half-covered face that the mesh may still follow, and it may find another's.
    const auto found = look_for_patient(time_s);
    const auto& best = better_of(tracked, found);
    return best && best->face_logit > min_face_logit ? remember(*best) : lose();
}

std::vector<TrackedFace> MeshTracker::find_all(const Frame& frame) {
    m_regions.next_frame();
    if (m_options.face_box) {
        return {track(frame)};
    }
    std::vector<TrackedFace> faces;
    for (const Face& face : m_patient.find_all(frame)) {
        m_patient.take(face);
        const Fit fit =
            judged(m_fitter.fit(frame, m_regions, roi_from_face(face), iterations_or(first_iterations)), 0);
        faces.push_back(to_face(fit, fit.verdict));
    }
    return faces;
}

std::optional<MeshTracker::Fit> MeshTracker::look_for_patient(double time_s) {
    m_since_detection = 0;
    const auto patient = m_patient.find(m_frame, time_s, std::nullopt);
    if (!patient) {
        return std::nullopt;
    }
    return judged(m_fitter.fit(m_frame, m_regions, roi_from_face(*patient), iterations_or(first_iterations)),
                  time_s);
}

TrackedFace MeshTracker::in_given_box() {
    m_patient.set_score(1);
    const Roi roi = roi_from_face({*m_options.face_box, 1, {}});
    return to_face(m_fitter.fit(m_frame, m_regions, roi, iterations_or(box_iterations)), Verdict{});
}

MeshTracker::Fit MeshTracker::judged(const MeshFit& found, double time_s) {
    Fit fit{found, {}, {}};
    fit.evidence.time_s = time_s;
    fit.evidence.face_logit = fit.face_logit;
    if (m_fitter.passes() == 2) {
        fit.evidence.flip_disagreement_oed = fit.flip_disagreement_oed;
    }
    const auto head = fit_head(fit.mesh, m_canonical);
    fit.evidence.residual_cm = head ? head->residual_cm : std::numeric_limits<double>::infinity();
    fit.evidence.points = fit.points;
    fit.verdict = m_tests.judge(fit.evidence);
    return fit;
}

TrackedFace MeshTracker::remember(const Fit& fit) {
    m_tests.remember(fit.evidence, fit.verdict);
    const TrackedFace face = to_face(fit, fit.verdict);
    if (fit.is_ok()) {
        m_roi = roi_from_mesh(fit.mesh);
        m_patient.remember_place(face.box, fit.evidence.time_s);
    }
    return face;
}

TrackedFace MeshTracker::to_face(const MeshFit& fit, const Verdict& verdict) const {
    TrackedFace face;
    face.status = verdict.status;
    face.reason = verdict.reason;
    face.box = box_of(fit.mesh);
    face.score = m_patient.score();
    face.detector_points = m_patient.points();
    face.mesh = fit.mesh;
    face.points = fit.points;
    face.face_logit = fit.face_logit;
    if (m_fitter.passes() == 2) {
        face.confidence = agreement_of(fit);
        face.flip_disagreement_oed = fit.flip_disagreement_oed;
    }
    return face;
}

TrackedFace MeshTracker::lose() {
    m_roi.reset();
    m_patient.set_score(0);
    m_tests.forget_place();
    return {};
}

const RgbRegion& MeshTracker::region_for(const CropView& view) {
    return m_regions.region_for(m_frame, view);
}

int MeshTracker::iterations_or(int automatic) const noexcept {
    return m_options.roi_iterations > 0 ? m_options.roi_iterations : automatic;
}

} // namespace facemirror
