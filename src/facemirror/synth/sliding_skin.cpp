// SPDX-License-Identifier: Apache-2.0
#include <facemirror/synth/sliding_skin.hpp>

#include <algorithm>
#include <array>

namespace facemirror {

namespace {

// Outer to inner corner, of the patient's right eye; inner lips from the patient's right; behaviour.md 25.
constexpr std::array<std::size_t, 5> right_upper{60, 61, 62, 63, 64};
constexpr std::array<std::size_t, 5> right_lower{60, 67, 66, 65, 64};
constexpr std::array<std::size_t, 5> upper_lip{88, 89, 90, 91, 92};
constexpr std::array<std::size_t, 5> lower_lip{88, 95, 94, 93, 92};

// The lid's zone ends at the brow's lower edge, but is at least this high, should the points say otherwise.
constexpr std::array<std::size_t, 3> right_brow_lower{39, 40, 41};
constexpr double least_lid_zone_oed = 0.05;
// From the lower lip to the upper part of the chin, which rests.
constexpr double lip_zone_oed = 0.4;

// The edge is as soft as the photograph's own edges.
constexpr double edge_px = 1.5;
constexpr double on_edge_px = 1e-6;
constexpr int halvings = 16; // 20 px / 2^16 is far below 0.01 px

Point slope_between(Point a, Point b) {
    return {1, (b.y - a.y) / std::max(b.x - a.x, 1e-6)};
}

} // namespace

// Cubic Hermite spline with the chords of the neighbours as tangents.
double SlidingSkin::Edge::at(double u) const noexcept {
    std::size_t i = 0;
    while (i + 2 < nodes.size() && u > nodes[i + 1].x) {
        ++i;
    }
    const Point a = nodes[i];
    const Point b = nodes[i + 1];
    const double width = std::max(b.x - a.x, 1e-6);
    const double slope_a = slope_between(nodes[i == 0 ? 0 : i - 1], b).y;
    const double slope_b = slope_between(a, nodes[std::min(i + 2, nodes.size() - 1)]).y;
    const double t = (u - a.x) / width;
    const double s = 1 - t;
    return s * s * (1 + 2 * t) * a.y + t * t * (1 + 2 * s) * b.y + s * s * t * width * slope_a -
           t * t * s * width * slope_b;
}

Opening eye_opening(const Landmarks& points, const FaceAxes& face, Side side) {
    const auto point = [&](std::size_t right) {
        return points[side == Side::patient_right ? right : wflw::partner[right]];
    };
    Opening opening;
    std::transform(right_upper.begin(), right_upper.end(), opening.moving.begin(), point);
    std::transform(right_lower.begin(), right_lower.end(), opening.resting.begin(), point);
    double to_brow = dot(point(62) - point(right_brow_lower[0]), face.down);
    for (const std::size_t k : right_brow_lower) {
        to_brow = std::min(to_brow, dot(point(62) - point(k), face.down));
    }
    opening.zone_px = std::max(least_lid_zone_oed * face.eye_px, to_brow);
    return opening;
}

Opening mouth_opening(const Landmarks& points, const FaceAxes& face) {
    const auto point = [&](std::size_t k) { return points[k]; };
    Opening opening;
    std::transform(lower_lip.begin(), lower_lip.end(), opening.moving.begin(), point);
    std::transform(upper_lip.begin(), upper_lip.end(), opening.resting.begin(), point);
    opening.zone_px = lip_zone_oed * face.eye_px;
    return opening;
}

SlidingSkin::SlidingSkin(const Opening& opening) : m_corner{opening.moving.front()}, m_zone{opening.zone_px} {
    const Point along = opening.moving.back() - m_corner;
    m_width = std::max(length(along), 1.0);
    m_along = (1 / m_width) * along;
    m_toward = {-m_along.y, m_along.x};
    if (dot(opening.resting[2] - opening.moving[2], m_toward) < 0) {
        m_toward = -1.0 * m_toward;
    }
    for (std::size_t i = 0; i < opening.moving.size(); ++i) {
        m_moving.nodes[i] = to_opening(opening.moving[i]);
        m_resting.nodes[i] = to_opening(opening.resting[i]);
    }
    constexpr int samples = 32;
    for (int i = 0; i <= samples; ++i) {
        m_widest_gap = std::max(m_widest_gap, gap(static_cast<double>(i) / samples));
    }
    const double reach = std::hypot(m_width / 2, m_zone + 2 * m_widest_gap);
    const Point center = from_opening({0.5, 0});
    m_bounds = {center.x - reach, center.y - reach, center.x + reach, center.y + reach};
}

Point SlidingSkin::to_opening(Point p) const noexcept {
    const Point d = p - m_corner;
    return {dot(d, m_along) / m_width, dot(d, m_toward)};
}

Point SlidingSkin::from_opening(Point p) const noexcept {
    return m_corner + p.x * m_width * m_along + p.y * m_toward;
}

double SlidingSkin::gap(double u) const noexcept {
    return u <= 0 || u >= 1 ? 0 : std::max(0.0, m_resting.at(u) - m_moving.at(u));
}

double SlidingSkin::stretch(double behind) const noexcept {
    const double s = std::clamp(behind / m_zone, 0.0, 1.0);
    return (1 - s) * (1 - s) * (1 + 2 * s);
}

SlidingSkin::Source SlidingSkin::source(Point p, double closure) const noexcept {
    const Point at = to_opening(p);
    const double shift = closure * gap(at.x);
    if (shift <= 0) {
        return {p, 1};
    }
    const double edge = m_moving.at(at.x);
    const double skin_share = std::clamp(0.5 + (edge + shift - at.y) / edge_px, 0.0, 1.0);
    double low = at.y - shift; // y + shift * stretch() rises with y
    double high = at.y;
    for (int i = 0; i < halvings; ++i) {
        const double y = (low + high) / 2;
        (y + shift * stretch(edge - y) < at.y ? low : high) = y;
    }
    return {from_opening({at.x, high}), skin_share};
}

Point SlidingSkin::forward(Point x, double closure) const noexcept {
    const Point at = to_opening(x);
    const double shift = closure * gap(at.x);
    const double behind = shift > 0 ? m_moving.at(at.x) - at.y : -1;
    if (behind < -on_edge_px) {
        return x;
    }
    return x + shift * stretch(behind) * m_toward;
}

} // namespace facemirror
