// SPDX-License-Identifier: Apache-2.0
#include <facemirror/landmarks/smoothing.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/landmarks/mesh_geometry.hpp>

#include <algorithm>
#include <numbers>

namespace facemirror {

namespace {

/// The share of the new value in a first-order low-pass filter.
/// Source   Casiez et al. 2012, appendix.
double share_of_new(double cutoff_hz, double step_s) {
    const double time_constant_s = 1 / (2 * std::numbers::pi * cutoff_hz);
    return 1 / (1 + time_constant_s / step_s);
}

Point blend(Point last, Point next, double share) {
    return last + share * (next - last);
}

} // namespace

Landmarks LandmarkSmoother::push(const Landmarks& points, double time_s) {
    if (m_options.kind == Smoothing::none) {
        return points;
    }
    if (!m_last) {
        m_last = State{points, {}, time_s};
        return points;
    }
    const double step_s = time_s - m_last->time_s;
    expects(step_s > 0, "time rises from push to push");
    const double unit_px = std::max(outer_eye_distance(points), 1.0);
    const double speed_share = share_of_new(m_options.speed_cutoff_hz, step_s);
    for (std::size_t k = 0; k < points.size(); ++k) {
        Point& smoothed = m_last->smoothed[k];
        Point& speed = m_last->speed[k];
        speed = blend(speed, (1 / step_s) * (points[k] - smoothed), speed_share);
        // One cut-off for both axes: the result must not depend on how the picture is turned.
        const double cutoff_hz = m_options.min_cutoff_hz + m_options.beta * length(speed) / unit_px;
        smoothed = blend(smoothed, points[k], share_of_new(cutoff_hz, step_s));
    }
    m_last->time_s = time_s;
    return m_last->smoothed;
}

} // namespace facemirror
