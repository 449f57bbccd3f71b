// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/percentiles.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace facemirror {
namespace {

TEST(Percentiles, AreValuesThatWereMeasured) {
    std::vector<double> values;
    for (int i = 100; i >= 1; --i) { // not sorted
        values.push_back(i);
    }
    const LatencySummary summary = summarise(values);
    EXPECT_EQ(summary.calls, 100);
    EXPECT_DOUBLE_EQ(summary.mean_ms, 50.5);
    EXPECT_DOUBLE_EQ(summary.p50_ms, 50);
    EXPECT_DOUBLE_EQ(summary.p90_ms, 90);
    EXPECT_DOUBLE_EQ(summary.p95_ms, 95);
    EXPECT_DOUBLE_EQ(summary.p99_ms, 99);
    EXPECT_DOUBLE_EQ(summary.max_ms, 100);
}

TEST(Percentiles, OfOneValueAreThatValue) {
    const LatencySummary summary = summarise({7});
    EXPECT_DOUBLE_EQ(summary.p50_ms, 7);
    EXPECT_DOUBLE_EQ(summary.p99_ms, 7);
    EXPECT_DOUBLE_EQ(percentile({7}, 0), 7);
}

TEST(Percentiles, OfNothingAreRefusedAndTheirSummaryIsEmpty) {
    EXPECT_THROW(static_cast<void>(percentile({}, 0.5)), std::logic_error);
    EXPECT_EQ(summarise({}).calls, 0);
}

} // namespace
} // namespace facemirror
