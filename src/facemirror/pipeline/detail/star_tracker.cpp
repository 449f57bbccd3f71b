// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/star_tracker.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/landmarks/mesh_geometry.hpp>
#include <facemirror/profile/profile.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace facemirror {

namespace {

/// Side of the crop over the longer side of the box. Source: the factor of behaviour.md 6; the longer side
/// instead of the shorter: docs/decisions/0035-landmark-crop.md (T9).
constexpr double crop_scale = 1.05;
/// A crop that is this far from the one that the last frame gives, in sides, is not believed: less than the
/// margin of crop_scale on each side. Source: docs/decisions/0038-frames-in-flight.md.
constexpr double max_crop_change = 0.02;
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

StarTracker::StarTracker(std::unique_ptr<FaceDetector> detector,
                         std::vector<std::unique_ptr<StarNetwork>> networks, CanonicalFace canonical,
                         const TrackerOptions& options)
    : m_patient{std::move(detector)}, m_canonical{std::move(canonical)}, m_options{options},
      m_schedule{options.detect_every}, m_networks{std::move(networks)},
      m_workers{m_networks.size(), frames_in_flight, [this](std::size_t worker, std::size_t slot) {
                    fit_slot(*m_networks[worker], m_slots[slot]);
                }} {
    expects(m_patient.has_detector() || options.face_box, "a tracker has a detector or a box");
    expects(options.passes >= 0 && options.passes <= 2, "passes is 0, 1 or 2");
    expects(options.roi_iterations >= 0 && options.detect_every >= 0, "counts are not negative");
    expects(options.tick_s > 0, "a tick lasts some time");
}

void StarTracker::begin(const Frame& frame) {
    expects(m_begun < frames_in_flight, "only so many frames are on their way");
    ++m_begun;
    const std::size_t number = (m_current + m_begun) % frames_in_flight;
    Slot& slot = m_slots[number];
    slot.frame = frame;
    slot.regions.next_frame();
    slot.crop = m_options.face_box ? crop_round(*m_options.face_box) : m_crop;
    slot.iterations = iterations_or(1);
    if (slot.crop) {
        m_workers.start(number);
    }
}

TrackedFace StarTracker::finish() {
    expects(m_begun > 0, "a frame that is finished has begun");
    --m_begun;
    m_current = (m_current + 1) % frames_in_flight;
    m_patient.begin_frame();
    std::optional<Fit> fit = followed();
    if (m_options.face_box) {
        m_patient.set_score(1);
        return to_face(*fit);
    }
    const Frame& frame = m_slots[m_current].frame;
    const double time_s = static_cast<double>(frame.pts) * m_options.tick_s;
    const bool is_due = m_schedule.begin_frame();
    if (fit) {
        fit = judged(*fit, time_s);
        if (fit->is_ok() && !is_due) {
            return remember(*fit);
        }
    }
    m_schedule.detected();
    const auto patient = m_patient.find(frame, time_s, m_schedule.region());
    const auto best = better_of(std::move(fit), patient, time_s);
    return best ? remember(*best) : lose();
}

std::vector<TrackedFace> StarTracker::find_all(const Frame& frame) {
    expects(m_begun == 0, "no frame is on its way");
    if (m_options.face_box) {
        return {track(frame)};
    }
    m_slots[m_current].frame = frame;
    m_slots[m_current].regions.next_frame();
    std::vector<TrackedFace> faces;
    for (const Face& face : m_patient.find_all(frame)) {
        m_patient.take(face);
        faces.push_back(to_face(judged(fit_now(crop_round(face.box), iterations_or(first_iterations)), 0)));
    }
    return faces;
}

StarTracker::Crop StarTracker::crop_round(const Box& box) noexcept {
    return {box.center(), crop_scale * std::max({box.width(), box.height(), 1.0})};
}

bool StarTracker::is_stale(const Crop& used, const Crop& now) noexcept {
    const Point shift = now.center - used.center;
    const double change = std::max({std::abs(shift.x), std::abs(shift.y), std::abs(now.side - used.side)});
    return change > max_crop_change * used.side;
}

void StarTracker::fit_slot(StarNetwork& network, Slot& slot) const {
    slot.fit = fit_once(network, slot, *slot.crop);
    for (int i = 1; i < slot.iterations; ++i) {
        slot.fit = fit_once(network, slot, crop_round(box_of(slot.fit.points)));
    }
}

/// The current frame looked at in this crop, while the others wait for their turn.
StarTracker::Fit StarTracker::fit_now(const Crop& crop, int iterations) {
    Slot& slot = m_slots[m_current];
    slot.crop = crop;
    slot.iterations = iterations;
    m_workers.start(m_current);
    const Pause pause;
    m_workers.wait(m_current);
    return slot.fit;
}

/// The current frame's landmarks where the face was; empty if it is lost.
std::optional<StarTracker::Fit> StarTracker::followed() {
    const Slot& slot = m_slots[m_current];
    if (slot.crop) {
        const Pause pause;
        m_workers.wait(m_current);
    }
    if (m_options.face_box) {
        return slot.fit;
    }
    if (!m_crop) { // it was lost after this frame had begun
        return std::nullopt;
    }
    return !slot.crop || is_stale(*slot.crop, *m_crop) ? fit_now(*m_crop, iterations_or(1)) : slot.fit;
}

StarTracker::Fit StarTracker::fit_once(StarNetwork& network, Slot& slot, const Crop& crop) const {
    const auto look = [&](CropFlip flip) {
        const CropView view = network.view_of(crop.center, crop.side, flip);
        return network.run(slot.regions.region_for(slot.frame, view), view);
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
std::optional<StarTracker::Fit> StarTracker::better_of(std::optional<Fit> tracked,
                                                       const std::optional<Face>& patient, double time_s) {
    if (!patient) {
        return tracked && tracked->is_ok() ? tracked : std::nullopt;
    }
    if (tracked && tracked->is_ok() && iou(box_of(tracked->points), patient->box) >= same_face_iou) {
        return tracked;
    }
    Fit found = judged(fit_now(crop_round(patient->box), iterations_or(first_iterations)), time_s);
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

const RgbRegion& StarTracker::region_for(const CropView& view) {
    Slot& slot = m_slots[m_current];
    return slot.regions.region_for(slot.frame, view);
}

int StarTracker::iterations_or(int automatic) const noexcept {
    return m_options.roi_iterations > 0 ? m_options.roi_iterations : automatic;
}

} // namespace facemirror
