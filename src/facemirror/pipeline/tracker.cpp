// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/tracker.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/pipeline/detail/patient.hpp>
#include <facemirror/pipeline/open_detector.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
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
/// The region is wider than the crop, so that the symmetric crops of both halves lie in it too.
constexpr double region_margin = 1.3;
/// Region px per crop px for which a loaded region is used again. A fresh one has 1 to 2; a little more room
/// keeps the crops of one frame in one region.
constexpr double min_region_px = 0.9;
constexpr double max_region_px = 2.2;

Box grown(const Box& box, double factor) {
    const Point c = box.center();
    const double half_width = factor * box.width() / 2;
    const double half_height = factor * box.height() / 2;
    return {c.x - half_width, c.y - half_height, c.x + half_width, c.y + half_height};
}

Box clipped(const Box& box, const PixelLayout& layout) {
    const double right = layout.width - 1.0;
    const double bottom = layout.height - 1.0;
    return {std::clamp(box.x1, 0.0, right), std::clamp(box.y1, 0.0, bottom), std::clamp(box.x2, 0.0, right),
            std::clamp(box.y2, 0.0, bottom)};
}

bool holds(const Box& outer, const Box& inner) {
    return outer.x1 <= inner.x1 && outer.y1 <= inner.y1 && outer.x2 >= inner.x2 && outer.y2 >= inner.y2;
}

double rms(const Landmarks& differences) {
    double sum = 0;
    for (const Point& p : differences) {
        sum += dot(p, p);
    }
    return std::sqrt(sum / static_cast<double>(differences.size()));
}

} // namespace

/// An undoubted fit before a doubtful one, then the one in which the network sees more of a face.
const std::optional<FaceTracker::Fit>& FaceTracker::better_of(const std::optional<Fit>& tracked,
                                                              const std::optional<Fit>& found) {
    if (!tracked || !found) {
        return tracked ? tracked : found;
    }
    if (tracked->is_ok() != found->is_ok()) {
        return tracked->is_ok() ? tracked : found;
    }
    return found->face_logit > clearly_better * tracked->face_logit ? found : tracked;
}

FaceTracker::FaceTracker(const ModelPack& pack, Precision precision, const TrackerOptions& options)
    : FaceTracker{options.face_box ? nullptr : open_detector(pack, precision, {}),
                  std::make_unique<FaceMesh>(pack.open("mesh", precision)),
                  CanonicalFace::load(pack.extra("canonical_face")), options} {}

FaceTracker::FaceTracker(std::unique_ptr<FaceDetector> detector, std::unique_ptr<FaceMesh> mesh,
                         CanonicalFace canonical, const TrackerOptions& options)
    : m_detector{std::move(detector)}, m_mesh{std::move(mesh)}, m_canonical{std::move(canonical)},
      m_options{options} {
    expects(m_mesh != nullptr, "a tracker has a mesh");
    expects(m_detector != nullptr || options.face_box, "a tracker has a detector or a box");
    expects(options.passes == 1 || options.passes == 2, "passes is 1 or 2");
    expects(options.roi_iterations >= 0 && options.detect_every >= 0, "counts are not negative");
    expects(options.tick_s > 0, "a tick lasts some time");
}

TrackedFace FaceTracker::track(const Frame& frame) {
    m_is_region_loaded = false;
    m_detector_points.clear();
    if (m_options.face_box) {
        return in_given_box(frame);
    }
    const double time_s = static_cast<double>(frame.pts) * m_options.tick_s;
    ++m_since_detection;
    const bool is_due = m_options.detect_every > 0 && m_since_detection >= m_options.detect_every;
    std::optional<Fit> tracked;
    if (m_roi) {
        tracked = judged(fit(frame, *m_roi, iterations_or(1)), time_s);
        if (tracked->is_ok() && !is_due) {
            return remember(*tracked);
        }
    }
    // The detector misses a half-covered face that the mesh may still follow, and it may find another's.
    const auto found = look_for_patient(frame, time_s);
    const auto& best = better_of(tracked, found);
    return best && best->face_logit > min_face_logit ? remember(*best) : lose();
}

std::vector<TrackedFace> FaceTracker::find_all(const Frame& frame) {
    m_is_region_loaded = false;
    if (m_options.face_box) {
        return {in_given_box(frame)};
    }
    std::vector<TrackedFace> faces;
    for (const Face& face : m_detector->detect(frame, std::nullopt)) {
        m_score = face.score;
        m_detector_points = face.points;
        faces.push_back(to_face(judged(fit(frame, roi_from_face(face), iterations_or(first_iterations)), 0)));
    }
    return faces;
}

std::optional<FaceTracker::Fit> FaceTracker::look_for_patient(const Frame& frame, double time_s) {
    std::optional<LastPlace> last;
    if (m_last_box) {
        last = LastPlace{*m_last_box, time_s - m_last_ok_s};
    }
    m_since_detection = 0;
    const auto patient = choose_patient(m_detector->detect(frame, std::nullopt), last);
    if (!patient) {
        return std::nullopt;
    }
    m_score = patient->score;
    m_detector_points = patient->points;
    return judged(fit(frame, roi_from_face(*patient), iterations_or(first_iterations)), time_s);
}

TrackedFace FaceTracker::in_given_box(const Frame& frame) {
    m_score = 1;
    const Fit found = fit(frame, roi_from_face({*m_options.face_box, 1, {}}), iterations_or(box_iterations));
    return to_face(found);
}

FaceTracker::Fit FaceTracker::fit(const Frame& frame, Roi roi, int iterations) {
    Fit fit = fit_once(frame, roi);
    for (int i = 1; i < iterations; ++i) {
        fit = fit_once(frame, roi_from_mesh(fit.mesh));
    }
    return fit;
}

FaceTracker::Fit FaceTracker::fit_once(const Frame& frame, const Roi& roi) {
    CropView view{roi, m_mesh->input_px(), CropFlip::none, CropBorder::replicate, {}};
    const RgbRegion& region = region_for(frame, view);
    const auto first = m_mesh->run(region, view);
    Fit fit;
    fit.mesh = first.mesh;
    fit.face_logit = first.face_logit;
    if (m_options.passes == 2) {
        view.flip = CropFlip::horizontal;
        const auto second = m_mesh->run(region, view);
        fit.mesh = average(first.mesh, second.mesh);
        fit.face_logit = (first.face_logit + second.face_logit) / 2;
        const Landmarks a = wflw_from_mesh(first.mesh);
        const Landmarks b = wflw_from_mesh(second.mesh);
        std::transform(a.begin(), a.end(), b.begin(), fit.flip_difference.begin(), std::minus<>{});
        fit.flip_disagreement_oed = rms(fit.flip_difference) / std::max(outer_eye_distance(fit.mesh), 1.0);
    }
    fit.points = wflw_from_mesh(fit.mesh);
    return fit;
}

FaceTracker::Fit FaceTracker::judged(Fit fit, double time_s) {
    fit.evidence.time_s = time_s;
    fit.evidence.face_logit = fit.face_logit;
    if (m_options.passes == 2) {
        fit.evidence.flip_disagreement_oed = fit.flip_disagreement_oed;
    }
    const auto head = fit_head(fit.mesh, m_canonical);
    fit.evidence.residual_cm = head ? head->residual_cm : std::numeric_limits<double>::infinity();
    fit.evidence.points = fit.points;
    fit.verdict = m_tests.judge(fit.evidence);
    return fit;
}

TrackedFace FaceTracker::remember(const Fit& fit) {
    m_tests.remember(fit.evidence, fit.verdict);
    const TrackedFace face = to_face(fit);
    if (fit.is_ok()) {
        m_roi = roi_from_mesh(fit.mesh);
        m_last_box = face.box;
        m_last_ok_s = fit.evidence.time_s;
    }
    return face;
}

TrackedFace FaceTracker::to_face(const Fit& fit) const {
    TrackedFace face;
    face.status = fit.verdict.status;
    face.reason = fit.verdict.reason;
    face.box = box_of(fit.mesh);
    face.score = m_score;
    face.detector_points = m_detector_points;
    face.mesh = fit.mesh;
    face.points = fit.points;
    face.face_logit = fit.face_logit;
    face.flip_disagreement_oed = fit.flip_disagreement_oed;
    face.flip_difference = fit.flip_difference;
    return face;
}

TrackedFace FaceTracker::lose() {
    m_roi.reset();
    m_score = 0;
    m_tests.forget_place();
    return {};
}

const RgbRegion& FaceTracker::region_for(const Frame& frame, const CropView& view) {
    const Box needed = clipped(bounds_of(view), frame.layout);
    const double region_px_per_crop_px = view.roi.side / view.size_px / m_region_reduction;
    const bool is_fine = region_px_per_crop_px > min_region_px && region_px_per_crop_px < max_region_px;
    if (!m_is_region_loaded || !is_fine || !holds(m_region_box, needed)) {
        m_region_box = clipped(grown(bounds_of(view), region_margin), frame.layout);
        m_region_reduction = RgbRegion::reduction_for(view.roi.side, view.size_px);
        m_region.load(frame, m_region_box, m_region_reduction);
        m_is_region_loaded = true;
    }
    return m_region;
}

int FaceTracker::iterations_or(int automatic) const noexcept {
    return m_options.roi_iterations > 0 ? m_options.roi_iterations : automatic;
}

} // namespace facemirror
