// SPDX-License-Identifier: Apache-2.0
#include <facemirror/synth/eyelid.hpp>

#include <array>

namespace facemirror {

namespace {

// Outer to inner corner; behaviour.md 25.
constexpr std::array<std::size_t, 5> right_upper{60, 61, 62, 63, 64};
constexpr std::array<std::size_t, 5> right_lower{60, 67, 66, 65, 64};

// The margin's edge is as soft as the photograph's own edges.
constexpr double edge_px = 1.5;
// The stretched zone ends at the brow's lower edge, but is at least this high, should the points say
// otherwise.
constexpr std::array<std::size_t, 3> right_brow_lower{39, 40, 41};
constexpr double least_zone_oed = 0.05;
constexpr double on_margin_px = 1e-6;
constexpr int halvings = 16; // 20 px / 2^16 is far below 0.01 px

Point slope_between(Point a, Point b) {
    return {1, (b.y - a.y) / std::max(b.x - a.x, 1e-6)};
}

} // namespace

// Cubic Hermite spline with the chords of the neighbours as tangents.
double Eyelid::Margin::at(double u) const noexcept {
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

Eyelid::Eyelid(const Landmarks& points, const FaceAxes& face, Side side) {
    const auto point = [&](std::size_t right) {
        return points[side == Side::patient_right ? right : wflw::partner[right]];
    };
    m_outer = point(right_upper.front());
    const Point along = point(right_upper.back()) - m_outer;
    m_width = std::max(length(along), 1.0);
    m_along = (1 / m_width) * along;
    m_down = side == Side::patient_right ? Point{-m_along.y, m_along.x} : Point{m_along.y, -m_along.x};
    for (std::size_t i = 0; i < right_upper.size(); ++i) {
        m_upper.nodes[i] = to_eye(point(right_upper[i]));
        m_lower.nodes[i] = to_eye(point(right_lower[i]));
    }
    constexpr int samples = 32;
    for (int i = 0; i <= samples; ++i) {
        m_widest_gap = std::max(m_widest_gap, gap(static_cast<double>(i) / samples));
    }
    double brow = to_eye(point(right_brow_lower[0])).y;
    for (const std::size_t k : right_brow_lower) {
        brow = std::max(brow, to_eye(point(k)).y);
    }
    m_zone = std::max(least_zone_oed * face.eye_px, m_upper.at(0.5) - brow);
    const double half = m_width / 2;
    const double reach = std::hypot(half, m_zone + m_widest_gap);
    const Point center = from_eye({0.5, 0});
    m_bounds = {center.x - reach, center.y - reach, center.x + reach, center.y + reach};
}

Point Eyelid::to_eye(Point p) const noexcept {
    const Point d = p - m_outer;
    return {dot(d, m_along) / m_width, dot(d, m_down)};
}

Point Eyelid::from_eye(Point p) const noexcept {
    return m_outer + p.x * m_width * m_along + p.y * m_down;
}

double Eyelid::gap(double u) const noexcept {
    return u <= 0 || u >= 1 ? 0 : std::max(0.0, m_lower.at(u) - m_upper.at(u));
}

double Eyelid::stretch(double height) const noexcept {
    const double s = std::clamp(height / m_zone, 0.0, 1.0);
    return (1 - s) * (1 - s) * (1 + 2 * s);
}

Eyelid::Source Eyelid::source(Point p, double closure) const noexcept {
    const Point in_eye = to_eye(p);
    const double shift = closure * gap(in_eye.x);
    if (shift <= 0) {
        return {p, 1};
    }
    const double margin = m_upper.at(in_eye.x);
    const double skin_share = std::clamp(0.5 + (margin + shift - in_eye.y) / edge_px, 0.0, 1.0);
    double low = in_eye.y - shift; // y + shift * stretch() rises with y
    double high = in_eye.y;
    for (int i = 0; i < halvings; ++i) {
        const double y = (low + high) / 2;
        (y + shift * stretch(margin - y) < in_eye.y ? low : high) = y;
    }
    return {from_eye({in_eye.x, high}), skin_share};
}

Point Eyelid::forward(Point x, double closure) const noexcept {
    const Point in_eye = to_eye(x);
    const double shift = closure * gap(in_eye.x);
    const double height = shift > 0 ? m_upper.at(in_eye.x) - in_eye.y : -1;
    if (height < -on_margin_px) {
        return x;
    }
    return x + shift * stretch(height) * m_down;
}

} // namespace facemirror
