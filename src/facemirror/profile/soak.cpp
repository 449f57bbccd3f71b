// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/soak.hpp>

#include <facemirror/core/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace facemirror {

namespace {

constexpr double interval_s = 10;
constexpr std::size_t intervals_per_minute = 6;
constexpr double tolerated_drift = -0.05; // docs/decisions/0080-bench.md

double fps_between(const std::vector<double>& times, double start_s, double end_s) {
    const auto first = std::ranges::lower_bound(times, start_s);
    const auto last = std::lower_bound(first, times.end(), end_s);
    return static_cast<double>(last - first) / (end_s - start_s);
}

std::vector<SoakInterval> intervals_of(const std::vector<double>& times, double duration_s) {
    std::vector<SoakInterval> intervals;
    for (double start = 0; start + interval_s <= duration_s; start += interval_s) {
        intervals.push_back({start, start + interval_s, fps_between(times, start, start + interval_s)});
    }
    if (intervals.empty()) {
        intervals.push_back({0, duration_s, fps_between(times, 0, duration_s)});
    }
    return intervals;
}

double mean_fps(std::span<const SoakInterval> intervals) {
    double sum = 0;
    for (const SoakInterval& interval : intervals) {
        sum += interval.fps;
    }
    return sum / static_cast<double>(intervals.size());
}

SoakVerdict judge(std::span<const SoakInterval> first, std::span<const SoakInterval> last, double drift) {
    if (!(drift < tolerated_drift)) {
        return SoakVerdict::steady;
    }
    const double slowest_first = std::ranges::min(first, {}, &SoakInterval::fps).fps;
    const double fastest_last = std::ranges::max(last, {}, &SoakInterval::fps).fps;
    return fastest_last < slowest_first ? SoakVerdict::throttling : SoakVerdict::unclear;
}

} // namespace

const char* name_of(SoakVerdict verdict) noexcept {
    constexpr std::array names{"too short", "steady", "unclear", "throttling"};
    return names[static_cast<std::size_t>(verdict)];
}

SoakReport soak_report(const std::vector<double>& frame_times_s, double duration_s) {
    expects(duration_s > 0, "a soak takes time");
    SoakReport report;
    report.intervals = intervals_of(frame_times_s, duration_s);
    report.fps = static_cast<double>(frame_times_s.size()) / duration_s;
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    report.first_minute_fps = report.last_minute_fps = report.drift = nan;
    if (report.intervals.size() < 2 * intervals_per_minute) {
        return report;
    }
    const std::span all{report.intervals};
    const auto first = all.first(intervals_per_minute);
    const auto last = all.last(intervals_per_minute);
    report.first_minute_fps = mean_fps(first);
    report.last_minute_fps = mean_fps(last);
    report.drift = report.last_minute_fps / report.first_minute_fps - 1; // NaN when nothing was done
    report.verdict = judge(first, last, report.drift);
    return report;
}

} // namespace facemirror
