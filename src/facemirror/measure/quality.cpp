// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/quality.hpp>

#include <algorithm>
#include <cmath>

namespace facemirror {
namespace {

// Constants of behaviour.md 11.
constexpr std::size_t history_length = 5;
constexpr std::size_t min_yaws = 3;
constexpr double good_yaw_deg = 3;
constexpr double acceptable_yaw_deg = 5;

double population_deviation(const std::deque<std::optional<double>>& yaws, double count) {
    double sum = 0;
    double squares = 0;
    for (const auto& yaw : yaws) {
        sum += yaw.value_or(0);
    }
    for (const auto& yaw : yaws) {
        squares += yaw ? (*yaw - sum / count) * (*yaw - sum / count) : 0;
    }
    return std::sqrt(squares / count);
}

double yaw_quality(double yaw_deg) {
    const double turn = std::abs(yaw_deg);
    return turn <= good_yaw_deg ? 1 : std::max(0.0, 1 - (turn - good_yaw_deg) / 7);
}

} // namespace

PoseQuality PoseQualityTracker::push(std::optional<double> yaw_deg) {
    m_yaws.push_back(yaw_deg);
    if (m_yaws.size() > history_length) {
        m_yaws.pop_front();
    }
    const auto valid = static_cast<std::size_t>(
        std::ranges::count_if(m_yaws, [](const auto& yaw) { return yaw.has_value(); }));
    PoseQuality result;
    if (valid >= min_yaws) {
        result.stability = std::max(0.0, 1 - population_deviation(m_yaws, static_cast<double>(valid)) / 5);
        result.is_stable = result.stability >= 0.7;
    }
    if (yaw_deg) {
        const double stability = valid >= min_yaws ? result.stability : 0.5;
        result.quality = 0.9 * yaw_quality(*yaw_deg) + 0.1 * stability;
    }
    return result;
}

PoseClass pose_class(double yaw_deg) noexcept {
    const double turn = std::abs(yaw_deg);
    if (turn <= good_yaw_deg) {
        return PoseClass::good;
    }
    return turn <= acceptable_yaw_deg ? PoseClass::acceptable : PoseClass::excessive;
}

const char* name_of(PoseClass pose) noexcept {
    switch (pose) {
    case PoseClass::good:
        return "good";
    case PoseClass::acceptable:
        return "acceptable";
    case PoseClass::excessive:
        return "excessive";
    }
    return "unknown";
}

} // namespace facemirror
