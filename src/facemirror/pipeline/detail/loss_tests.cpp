// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/loss_tests.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace facemirror {

namespace {

// Source of all thresholds: docs/decisions/0032-patient-and-loss.md.
constexpr double min_face_logit = 5;
constexpr double covered_first_logit = 17; // without a median: covered if the passes disagree too
constexpr double covered_first_flip_oed = 0.03;
constexpr double covered_logit_ratio = 0.82;    // of the median: covered, whatever the passes say
constexpr double suspicious_logit_ratio = 0.88; // of the median: covered if the passes disagree too
constexpr double suspicious_flip_ratio = 1.8;   // of the median
constexpr double covered_flip_ratio = 3;        // of the median: covered, whatever the flag says
constexpr double min_covered_flip_oed = 0.04;
constexpr double strange_residual_ratio = 2; // of the median
constexpr double max_residual_cm = 1.5;
constexpr double jump_oed = 0.15; // at once; and for each second:
constexpr double jump_oed_per_s = 6;
constexpr double return_oed = 0.6; // from the last sure place, after a doubt
constexpr double return_oed_per_s = 0.5;
constexpr double still_oed = 0.02; // between two frames, to end a doubt
constexpr double still_oed_per_s = 1;
constexpr double max_size_ratio = 1.25;
constexpr double place_memory_s = 3; // then the face may be anywhere
constexpr double look_memory_s = 10; // then the medians start anew
// Source: docs/decisions/0034-following-with-heat-maps.md.
constexpr double min_confidence = 0.5;
constexpr double lost_confidence_ratio = 0.75; // of the median

/// Eye corners, nose bridge and subnasale: what a blink, a brow or a smile leaves in place.
constexpr std::array<std::size_t, 9> rigid{60, 64, 68, 72, 51, 52, 53, 54, 57};

double oed_of(const Landmarks& points) {
    return std::max(distance(points[60], points[72]), 1.0);
}

/// Rms way of the rigid points, in outer-eye distances of the first.
double shift_oed(const Landmarks& from, const Landmarks& to) {
    double sum = 0;
    for (const std::size_t k : rigid) {
        const Point way = to[k] - from[k];
        sum += dot(way, way);
    }
    return std::sqrt(sum / rigid.size()) / oed_of(from);
}

double size_ratio(const Landmarks& a, const Landmarks& b) {
    const double ratio = oed_of(a) / oed_of(b);
    return std::max(ratio, 1 / ratio);
}

Verdict occluded(std::string reason) {
    return {FrameStatus::occluded, std::move(reason)};
}

Verdict low_quality(std::string reason) {
    return {FrameStatus::low_quality, std::move(reason)};
}

} // namespace

void RunningMedian::push(double value) {
    m_values.push_back(value);
    if (m_values.size() > m_window) {
        m_values.pop_front();
    }
}

std::optional<double> RunningMedian::value() const {
    if (m_values.empty()) {
        return std::nullopt;
    }
    std::vector<double> sorted{m_values.begin(), m_values.end()};
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
}

Verdict LossTests::judge(const LossEvidence& evidence) const {
    Verdict verdict;
    if (evidence.face_logit) {
        verdict =
            judge_flag(*evidence.face_logit, evidence.flip_disagreement_oed.value_or(0), evidence.time_s);
    }
    if (verdict.status == FrameStatus::ok && evidence.residual_cm) {
        verdict = judge_shape(*evidence.residual_cm);
    }
    if (verdict.status == FrameStatus::ok && evidence.confidence) {
        verdict = judge_heat(*evidence.confidence);
    }
    return verdict.status == FrameStatus::ok ? judge_place(evidence) : verdict;
}

Verdict LossTests::judge_flag(double face_logit, double flip_oed, double time_s) const {
    if (face_logit < min_face_logit) {
        return occluded(
            fmt::format("face flag {:.1f}, at least {:.1f} expected", face_logit, min_face_logit));
    }
    const bool is_long_so = m_doubt_since_s && time_s - *m_doubt_since_s > look_memory_s;
    if (!m_logit.value() && !is_long_so && face_logit < covered_first_logit &&
        flip_oed > covered_first_flip_oed) {
        return occluded(fmt::format("face flag {:.1f}, clear faces have 21 to 27", face_logit));
    }
    const double logit_ratio = face_logit / m_logit.value().value_or(face_logit);
    const double flip_ratio = m_flip.value() ? flip_oed / std::max(*m_flip.value(), 1e-3) : 1;
    if (logit_ratio < covered_logit_ratio ||
        (logit_ratio < suspicious_logit_ratio && flip_ratio > suspicious_flip_ratio)) {
        return occluded(fmt::format("face flag fell to {:.2f} of its median", logit_ratio));
    }
    if (flip_ratio > covered_flip_ratio && flip_oed > min_covered_flip_oed) {
        return occluded(fmt::format("the passes disagree {:.1f} times as much as usual", flip_ratio));
    }
    return {};
}

Verdict LossTests::judge_shape(double residual_cm) const {
    const double usual_residual_cm = m_residual.value().value_or(residual_cm);
    if (residual_cm > std::min(strange_residual_ratio * usual_residual_cm, max_residual_cm)) {
        return low_quality(fmt::format("the points are {:.2f} cm from a face's shape", residual_cm));
    }
    return {};
}

Verdict LossTests::judge_heat(double confidence) const {
    const double usual = m_confidence.value().value_or(confidence);
    const double least = std::max(min_confidence, lost_confidence_ratio * usual);
    if (!(confidence >= least)) {
        return low_quality(
            fmt::format("heat maps: confidence {:.2f}, at least {:.2f} expected", confidence, least));
    }
    return {};
}

Verdict LossTests::judge_place(const LossEvidence& evidence) const {
    if (m_last_ok) {
        const double since_s = evidence.time_s - m_last_ok->time_s;
        const double limit_oed =
            m_is_in_doubt ? return_oed + return_oed_per_s * since_s : jump_oed + jump_oed_per_s * since_s;
        const double shift = shift_oed(m_last_ok->points, evidence.points);
        if (since_s < place_memory_s && shift > limit_oed) {
            return low_quality(fmt::format("the face jumped {:.2f} outer-eye distances", shift));
        }
        const double ratio = size_ratio(m_last_ok->points, evidence.points);
        if (since_s < place_memory_s && ratio > max_size_ratio + since_s) {
            return low_quality(fmt::format("the face's size changed by a factor {:.2f}", ratio));
        }
    }
    if (m_is_in_doubt && !m_previous) {
        return low_quality("seen again, not yet sure");
    }
    if (m_is_in_doubt) {
        const double step_s = evidence.time_s - m_previous->time_s;
        const double shift = shift_oed(m_previous->points, evidence.points);
        if (shift > still_oed + still_oed_per_s * step_s) {
            return low_quality(fmt::format("not yet sure again: moved {:.2f} outer-eye distances", shift));
        }
    }
    return {};
}

void LossTests::remember(const LossEvidence& evidence, const Verdict& verdict) {
    m_previous = evidence;
    m_is_in_doubt = verdict.status != FrameStatus::ok;
    if (!m_is_in_doubt) {
        m_flip.push(evidence.flip_disagreement_oed.value_or(0));
        for (const auto& [median, value] : {std::pair{&m_logit, evidence.face_logit},
                                            {&m_residual, evidence.residual_cm},
                                            {&m_confidence, evidence.confidence}}) {
            if (value) {
                median->push(*value);
            }
        }
        m_last_ok = evidence;
        m_doubt_since_s.reset();
        return;
    }
    m_doubt_since_s = m_doubt_since_s.value_or(evidence.time_s);
    if (evidence.time_s - *m_doubt_since_s > look_memory_s) {
        for (RunningMedian* median : {&m_logit, &m_flip, &m_residual, &m_confidence}) {
            median->clear();
        }
    }
}

void LossTests::forget_place() noexcept {
    m_is_in_doubt = m_is_in_doubt || m_last_ok.has_value();
    m_last_ok.reset();
    m_previous.reset();
}

} // namespace facemirror
