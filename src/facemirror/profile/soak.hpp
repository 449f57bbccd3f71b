// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace facemirror {

/// Ten seconds of a soak.
struct SoakInterval {
    double start_s = 0;
    double end_s = 0;
    double fps = 0;
};

enum class SoakVerdict {
    too_short,  ///< Its first and last minute overlap.
    steady,     ///< The last minute is at most 5 % slower than the first.
    unclear,    ///< It is slower, but some of its intervals are as fast as some of the first minute.
    throttling, ///< Each interval of the last minute is slower than each of the first.
};

/// "too short", "steady", "unclear", "throttling".
[[nodiscard]] const char* name_of(SoakVerdict verdict) noexcept;

/// How the speed of continuous work went. Source: docs/decisions/0080-bench.md.
struct SoakReport {
    std::vector<SoakInterval> intervals; ///< Whole ones; the only one of a shorter soak may be shorter.
    double fps = 0;                      ///< Of all.
    double first_minute_fps = 0;         ///< NaN for a soak that is too short, as the next two.
    double last_minute_fps = 0;
    double drift = 0; ///< Last minute / first minute - 1.
    SoakVerdict verdict = SoakVerdict::too_short;
};

/// `frame_times_s`: when each frame was done, rising, 0 = the soak's start. `duration_s` > 0.
[[nodiscard]] SoakReport soak_report(const std::vector<double>& frame_times_s, double duration_s);

} // namespace facemirror
