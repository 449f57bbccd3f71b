// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/neutral.hpp>

#include <algorithm>
#include <cmath>

namespace facemirror {
namespace {

using Features = NeutralFinder::Features;
using Span = NeutralFinder::Span;

// Order of the features; each stands for the left side and then for the right.
constexpr std::array quantities{Quantity::brow_position,      Quantity::upper_lid_position,
                                Quantity::lower_lid_position, Quantity::commissure_out,
                                Quantity::commissure_up,      Quantity::lip_gap,
                                Quantity::lower_lip_position};
static_assert(2 * quantities.size() == NeutralFinder::feature_count);
constexpr std::size_t first_corner_out = 6;
constexpr std::size_t first_corner_up = 8;

// The upper face and the mouth. Each is judged by the root mean square of its features: the network's noise
// is about 0.1 % a value (truth-study.md 3), and a single value would cross the limit every other second.
struct Region {
    std::size_t begin;
    std::size_t end;
};
constexpr std::array regions{Region{0, 6}, Region{6, 14}};

constexpr std::size_t max_spans = 1024;

double value(const FrameMeasures& measures, std::size_t side, Quantity quantity) {
    return measures.frame.side[side][index_of(quantity, Scale::oed)];
}

Features features_of(const FrameMeasures& measures) {
    Features features{};
    for (std::size_t q = 0; q < quantities.size(); ++q) {
        features[2 * q] = value(measures, 0, quantities[q]);
        features[2 * q + 1] = value(measures, 1, quantities[q]);
    }
    return features;
}

double motion(const Features& a, const Features& b) {
    double largest = 0;
    for (const Region& region : regions) {
        double squares = 0;
        for (std::size_t i = region.begin; i < region.end; ++i) {
            squares += (a[i] - b[i]) * (a[i] - b[i]);
        }
        largest = std::max(largest, std::sqrt(squares / static_cast<double>(region.end - region.begin)));
    }
    return largest;
}

double greatest_change(const Features& a, const Features& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        largest = std::max(largest, std::abs(a[i] - b[i]));
    }
    return largest;
}

double duration(const Span& span) {
    return span.end_s - span.start_s;
}

// A corner that lies further out and up than in the other span by a first degree of action unit 12, which is
// 0.26 cm of the generic face (default-models.md 6b) or 3 % of the outer-eye distance. The rise is asked for
// because pursed lips draw the corners in without lowering them.
bool is_smile_beside(const Span& span, const Span& rest) {
    constexpr double first_degree = 0.03;
    constexpr double least_rise = 0.01;
    for (std::size_t side = 0; side < 2; ++side) {
        const double out = span.mean[first_corner_out + side] - rest.mean[first_corner_out + side];
        const double up = span.mean[first_corner_up + side] - rest.mean[first_corner_up + side];
        if (up > least_rise && 0.77 * out + 0.64 * up > first_degree) {
            return true;
        }
    }
    return false;
}

std::vector<Span> without_smiles(const std::vector<Span>& spans) {
    std::vector<Span> rest;
    for (const Span& span : spans) {
        const bool smiles =
            std::ranges::any_of(spans, [&](const Span& other) { return is_smile_beside(span, other); });
        if (!smiles) {
            rest.push_back(span);
        }
    }
    return rest;
}

} // namespace

const char* name_of(NeutralSource source) noexcept {
    return source == NeutralSource::found ? "found" : "given";
}

void NeutralFinder::push(double time_s, double duration_s, FrameStatus status,
                         const FrameMeasures& measures) {
    const Features features = features_of(measures);
    const bool is_measured =
        status == FrameStatus::ok && std::ranges::none_of(features, [](double f) { return std::isnan(f); });
    if (!is_measured || !is_at_rest(measures)) {
        close_span();
        return;
    }
    const double yaw_deg = measures.pose.yaw_deg;
    const bool continues = m_open && motion(features, m_last) < m_rules.max_motion_oed &&
                           greatest_change(features, m_open->mean) <= m_rules.max_drift_oed &&
                           std::abs(yaw_deg - m_open->mean_yaw_deg) <= m_rules.max_yaw_drift_deg;
    if (!continues) {
        close_span();
        m_open = Span{.start_s = time_s, .end_s = time_s, .frames = 0, .mean = {}, .mean_yaw_deg = 0};
    }
    extend(*m_open, features, yaw_deg);
    m_open->end_s = time_s + duration_s;
    m_last = features;
}

bool NeutralFinder::is_at_rest(const FrameMeasures& measures) {
    ++m_counts.measured;
    const auto larger = [&](Quantity q) { return std::max(value(measures, 0, q), value(measures, 1, q)); };
    const auto smaller = [&](Quantity q) { return std::min(value(measures, 0, q), value(measures, 1, q)); };
    const bool lips_closed = larger(Quantity::lip_gap) < m_rules.max_lip_gap_oed;
    const bool lids_open = smaller(Quantity::eye_aspect_ratio) >= m_rules.min_eye_aspect;
    m_counts.lips_closed += lips_closed ? 1 : 0;
    m_counts.lids_open += lids_open ? 1 : 0;
    return lips_closed && lids_open;
}

void NeutralFinder::extend(Span& span, const Features& features, double yaw_deg) {
    ++span.frames;
    const auto share = 1 / static_cast<double>(span.frames);
    for (std::size_t i = 0; i < features.size(); ++i) {
        span.mean[i] += share * (features[i] - span.mean[i]);
    }
    span.mean_yaw_deg += share * (yaw_deg - span.mean_yaw_deg);
}

bool NeutralFinder::is_long_enough(const Span& span) const {
    constexpr double rounding_s = 1e-9;
    return span.frames >= 2 && duration(span) >= m_rules.min_duration_s - rounding_s;
}

void NeutralFinder::close_span() {
    if (m_open && is_long_enough(*m_open)) {
        m_spans.push_back(*m_open);
        if (m_spans.size() > max_spans) {
            m_spans.erase(std::ranges::min_element(m_spans, {}, duration));
        }
    }
    m_open.reset();
}

std::optional<NeutralSpan> NeutralFinder::find() const {
    std::vector<Span> spans = m_spans;
    if (m_open && is_long_enough(*m_open)) {
        spans.push_back(*m_open);
    }
    spans = without_smiles(spans);
    if (spans.empty()) {
        return std::nullopt;
    }
    const auto alike = [this](const Span& a, const Span& b) {
        return greatest_change(a.mean, b.mean) <= m_rules.max_drift_oed;
    };
    // A held expression may be the longest single span; the posture that a face comes back to is its rest.
    const auto time_in_posture = [&](const Span& span) {
        double sum = 0;
        for (const Span& other : spans) {
            sum += alike(span, other) ? duration(other) : 0;
        }
        return sum;
    };
    const Span* posture = &spans.front();
    double most = time_in_posture(*posture);
    for (const Span& span : spans) {
        const double time = time_in_posture(span);
        if (time > most) {
            most = time;
            posture = &span;
        }
    }
    const Span* longest = posture;
    for (const Span& span : spans) {
        if (alike(span, *posture) && duration(span) > duration(*longest)) {
            longest = &span;
        }
    }
    return NeutralSpan{.start_s = longest->start_s, .end_s = longest->end_s, .source = NeutralSource::found};
}

std::string NeutralFinder::why_not() const {
    if (m_counts.measured == 0) {
        return "no frame shows a face that could be measured";
    }
    if (m_counts.lips_closed == 0) {
        return "the lips are never closed";
    }
    if (m_counts.lids_open == 0) {
        return "both eyes are never open";
    }
    return "lips closed, eyes open and face at rest never last long enough together";
}

} // namespace facemirror
