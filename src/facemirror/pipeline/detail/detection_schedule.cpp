// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/detection_schedule.hpp>

#include <algorithm>

namespace facemirror {

namespace {

// Constants of behaviour.md 5.5.
constexpr int max_interval = 8;
constexpr int min_yaws = 3;
constexpr double margin = 0.25; // of width and height, on each side
constexpr double kept_share = 0.6;

Box widened(const Box& box) {
    const double x = margin * box.width();
    const double y = margin * box.height();
    return {box.x1 - x, box.y1 - y, box.x2 + x, box.y2 + y};
}

Box blend(const Box& last, const Box& next) {
    const auto mix = [](double a, double b) { return kept_share * a + (1 - kept_share) * b; };
    return {mix(last.x1, next.x1), mix(last.y1, next.y1), mix(last.x2, next.x2), mix(last.y2, next.y2)};
}

} // namespace

void DetectionSchedule::push(const Box& face, std::optional<double> yaw_deg) {
    m_region = m_region ? blend(*m_region, widened(face)) : widened(face);
    const bool is_stable = m_quality.push(yaw_deg).is_stable;
    m_yaws += yaw_deg ? 1 : 0;
    if (m_yaws < min_yaws) {
        m_interval = 1;
    } else {
        m_interval = is_stable ? std::min(m_interval + 1, max_interval) : std::max(m_interval - 1, 1);
    }
}

void DetectionSchedule::lose() noexcept {
    m_region.reset();
    m_quality = {};
    m_yaws = 0;
    m_interval = 1;
}

} // namespace facemirror
