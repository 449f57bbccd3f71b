// SPDX-License-Identifier: Apache-2.0
#include <facemirror/synth/warp.hpp>

namespace facemirror {

namespace {

// exp(-4^2 / 2) = 0.0003: the step at the rim is 0.005 px for a shift of 14 px.
constexpr double reach_in_sigmas = 4;
// A fixed point of steepness 0.9 is off by at most 9 times its last step.
constexpr double last_step_px = 5e-4;
constexpr int most_steps = 100;

Box box_round(Point center, double half) {
    return {center.x - half, center.y - half, center.x + half, center.y + half};
}

bool holds(const Box& box, Point p) {
    return p.x >= box.x1 && p.x <= box.x2 && p.y >= box.y1 && p.y <= box.y2;
}

Box joined(const Box& a, const Box& b) {
    return {std::min(a.x1, b.x1), std::min(a.y1, b.y1), std::max(a.x2, b.x2), std::max(a.y2, b.y2)};
}

} // namespace

Warp::Warp(Point lateral, const std::vector<Spot>& spots)
    : m_lateral{lateral}, m_down{-lateral.y, lateral.x} {
    double longest_shift = 0;
    for (const Spot& spot : spots) {
        if (spot.shift == Point{}) {
            continue;
        }
        const double reach = reach_in_sigmas * std::max(spot.sigma_lateral, spot.sigma_down);
        m_spots.push_back({spot, 1 / (2 * spot.sigma_lateral * spot.sigma_lateral),
                           1 / (2 * spot.sigma_down * spot.sigma_down), box_round(spot.center, reach)});
        m_bounds = m_spots.size() == 1 ? m_spots.back().reach : joined(m_bounds, m_spots.back().reach);
        longest_shift += length(spot.shift);
    }
    m_bounds = {m_bounds.x1 - longest_shift, m_bounds.y1 - longest_shift, m_bounds.x2 + longest_shift,
                m_bounds.y2 + longest_shift};
}

Point Warp::displacement(Point x) const noexcept {
    Point sum;
    for (const Bell& bell : m_spots) {
        if (holds(bell.reach, x)) {
            const Point d = x - bell.spot.center;
            const double u = dot(d, m_lateral);
            const double v = dot(d, m_down);
            sum = sum + std::exp(-u * u * bell.lateral_scale - v * v * bell.down_scale) * bell.spot.shift;
        }
    }
    return sum;
}

Point Warp::inverse(Point p, Point guess) const noexcept {
    Point x = p - guess;
    for (int step = 0; step < most_steps; ++step) {
        const Point next = p - displacement(x);
        const double moved = std::max(std::abs(next.x - x.x), std::abs(next.y - x.y));
        x = next;
        if (moved < last_step_px) {
            break;
        }
    }
    return x;
}

double Warp::steepness(Point x) const noexcept {
    Point by_lateral;
    Point by_down;
    for (const Bell& bell : m_spots) {
        const Point d = x - bell.spot.center;
        const double u = dot(d, m_lateral);
        const double v = dot(d, m_down);
        const double weight = std::exp(-u * u * bell.lateral_scale - v * v * bell.down_scale);
        by_lateral = by_lateral + (-2 * u * bell.lateral_scale * weight) * bell.spot.shift;
        by_down = by_down + (-2 * v * bell.down_scale * weight) * bell.spot.shift;
    }
    return std::sqrt(dot(by_lateral, by_lateral) + dot(by_down, by_down));
}

} // namespace facemirror
