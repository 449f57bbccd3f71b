// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/plan_table.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace facemirror {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

StageRow inference(const char* network, std::int64_t calls, std::int64_t items, double total_s) {
    return {.category = "model_inference",
            .operation = network,
            .calls = calls,
            .items = items,
            .total_s = total_s,
            .share = 0.25};
}

TEST(PlanTable, PutsEachNetworkBesideThePlanAndItsTargets) {
    const PlanTable table =
        plan_table({inference("star", 100, 100, 5.2), inference("mtl", 100, 200, 7.4)}, 1.5, 7.5, 1000);
    const PlanRow& star = table.rows[0];
    EXPECT_EQ(star.component, "STAR");
    EXPECT_DOUBLE_EQ(star.item_ms, 52);
    EXPECT_DOUBLE_EQ(star.plan_ms, 166.9);
    ASSERT_EQ(star.targets.size(), 3U);
    EXPECT_TRUE(star.targets[0].is_met);
    EXPECT_TRUE(star.targets[1].is_met);
    EXPECT_FALSE(star.targets[2].is_met);
    EXPECT_DOUBLE_EQ(table.rows[1].call_ms, 74); // both halves
    EXPECT_DOUBLE_EQ(table.rows[1].item_ms, 37);
    EXPECT_TRUE(table.rows[1].targets[0].is_met);
    EXPECT_FALSE(table.rows[1].targets[1].is_met);
    EXPECT_TRUE(table.rows[3].targets[0].is_met);
    EXPECT_TRUE(table.totals[0].targets[1].is_met);
    EXPECT_FALSE(table.totals[0].targets[2].is_met);
    EXPECT_NEAR(table.totals[1].value, 1.048576, 1e-9);
}

TEST(PlanTable, MeetsNoTargetWithWhatWasNotRun) {
    const PlanTable table = plan_table({}, nan, 100, 10);
    for (const PlanRow& row : table.rows) {
        EXPECT_FALSE(row.was_run) << row.component;
        EXPECT_TRUE(std::isnan(row.item_ms)) << row.component;
        for (const PlanTarget& target : row.targets) {
            EXPECT_FALSE(target.is_met) << row.component;
        }
    }
}

} // namespace
} // namespace facemirror
