// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/profile/profile.hpp>

#include <string>
#include <vector>

namespace facemirror {

/// A limit of the plan and whether a value keeps it; false for a value that is missing.
struct PlanTarget {
    double limit = 0;
    bool is_met = false;
};

/// One component of the plan's table, as it was in a run.
struct PlanRow {
    std::string component; ///< "STAR", "multitask", "RetinaFace", "RetinaFace post", "mesh".
    bool was_run = false;
    std::int64_t calls = 0;
    std::int64_t items = 0;
    double total_s = 0;
    double share = 0;   ///< Of the busy time of the run, 0..1; NaN where it was measured beside the run.
    double call_ms = 0; ///< Average of a call.
    double item_ms = 0; ///< Average of a picture: what plan and targets count, one call a half.
    double plan_ms = 0; ///< NaN where the plan has no such number, as plan_calls 0.
    std::int64_t plan_calls = 0;
    std::vector<PlanTarget> targets = {}; ///< ms a picture, not to be exceeded.
};

/// A number of the whole run beside the plan's.
struct PlanTotal {
    std::string what; ///< "frames/s", "peak memory, GB".
    double value = 0;
    double plan = 0; ///< NaN where the plan has none.
    std::vector<PlanTarget> targets;
};

struct PlanTable {
    std::vector<PlanRow> rows;
    std::vector<PlanTotal> totals;
};

/// The plan's table of a run. `stages` as Profile::rows(); `detector_post_ms` is the time of a detection
/// outside its network, NaN if it was not measured.
/// Source   specification of the reference flow, 22: the plan's baseline of 1111 frames and its targets.
[[nodiscard]] PlanTable plan_table(const std::vector<StageRow>& stages, double detector_post_ms, double fps,
                                   double peak_rss_mib);

} // namespace facemirror
