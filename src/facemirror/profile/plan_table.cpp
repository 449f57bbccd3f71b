// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/plan_table.hpp>

#include <algorithm>
#include <limits>

namespace facemirror {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<PlanTarget> below(double value, const std::vector<double>& limits) {
    std::vector<PlanTarget> targets;
    for (const double limit : limits) {
        targets.push_back({limit, value < limit});
    }
    return targets;
}

std::vector<PlanTarget> above(double value, const std::vector<double>& limits) {
    std::vector<PlanTarget> targets;
    for (const double limit : limits) {
        targets.push_back({limit, value > limit});
    }
    return targets;
}

/// What the plan says of a network.
struct Planned {
    const char* component;
    const char* operation;
    double ms;
    std::int64_t calls;
    std::vector<double> limits_ms;
};

PlanRow row_of(const Planned& planned, const std::vector<StageRow>& stages) {
    PlanRow row{.component = planned.component,
                .share = nan,
                .call_ms = nan,
                .item_ms = nan,
                .plan_ms = planned.ms,
                .plan_calls = planned.calls};
    const auto stage = std::ranges::find_if(stages, [&](const StageRow& each) {
        return each.category == "model_inference" && each.operation == planned.operation;
    });
    if (stage != stages.end() && stage->calls > 0) {
        row.was_run = true;
        row.calls = stage->calls;
        row.items = stage->items;
        row.total_s = stage->total_s;
        row.share = stage->share;
        row.call_ms = 1e3 * stage->total_s / static_cast<double>(stage->calls);
        row.item_ms = 1e3 * stage->total_s / static_cast<double>(std::max(stage->items, std::int64_t{1}));
    }
    row.targets = below(row.item_ms, planned.limits_ms);
    return row;
}

PlanRow detector_post_row(double post_ms) {
    PlanRow row{.component = "RetinaFace post",
                .total_s = nan,
                .share = nan,
                .call_ms = post_ms,
                .item_ms = post_ms,
                .plan_ms = 40.8,
                .plan_calls = 147};
    row.was_run = post_ms >= 0;
    row.targets = below(post_ms, {5});
    return row;
}

} // namespace

PlanTable plan_table(const std::vector<StageRow>& stages, double detector_post_ms, double fps,
                     double peak_rss_mib) {
    PlanTable table;
    table.rows.push_back(row_of({"STAR", "star", 166.9, 1111, {60, 55, 50}}, stages));
    table.rows.push_back(row_of({"multitask", "mtl", 58.0, 2223, {40, 35}}, stages));
    table.rows.push_back(row_of({"RetinaFace", "retinaface", 102.3, 147, {}}, stages));
    table.rows.push_back(detector_post_row(detector_post_ms));
    table.rows.push_back(row_of({"mesh", "mesh", nan, 0, {}}, stages));
    constexpr double gb_per_mib = 1024.0 * 1024 / 1e9;
    const double peak_gb = peak_rss_mib * gb_per_mib;
    table.totals.push_back({"frames/s", fps, 3.2, above(fps, {6, 7, 8})});
    table.totals.push_back({"peak memory, GB", peak_gb, nan, below(peak_gb, {2, 1.5})});
    return table;
}

} // namespace facemirror
