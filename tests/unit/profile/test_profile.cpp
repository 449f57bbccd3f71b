// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/profile.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <thread>

namespace facemirror {
namespace {

using namespace std::chrono_literals;

TEST(Operation, CountsCallsItemsAndTotal) {
    Operation operation{"io", "decode"};
    operation.add(2ms, 1);
    operation.add(4ms, 2);
    const StageRow row = operation.row();
    EXPECT_EQ(row.calls, 2);
    EXPECT_EQ(row.items, 3);
    EXPECT_NEAR(row.total_s, 0.006, 1e-12);
    EXPECT_NEAR(row.mean_ms, 3, 1e-9);
    EXPECT_NEAR(row.max_ms, 4, 1e-9);
}

TEST(Operation, PercentilesAreExactToOnePercent) {
    Operation operation{"io", "decode"};
    for (int ms = 1; ms <= 1000; ++ms) {
        operation.add(std::chrono::milliseconds{ms}, 1);
    }
    EXPECT_NEAR(operation.row().p50_ms, 500, 0.011 * 500);
    EXPECT_NEAR(operation.row().p95_ms, 950, 0.011 * 950);
}

TEST(Operation, KeepsShortestAndLongestDurationsInRange) {
    Operation operation{"io", "decode"};
    operation.add(0ns, 1);
    operation.add(std::chrono::hours{2}, 1);
    EXPECT_EQ(operation.row().calls, 2);
    EXPECT_NEAR(operation.row().max_ms, 7.2e6, 1);
}

TEST(Span, DoesNotCountTheTimeOfSpansInsideIt) {
    Profile profile;
    Operation& outer = profile.operation("preprocessing", "landmarks");
    Operation& inner = profile.operation("model_inference", "mesh");
    {
        const Span whole{outer};
        const Span network{inner};
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_GE(inner.row().total_s, 0.020);
    EXPECT_LT(outer.row().total_s, inner.row().total_s / 2);
}

TEST(Pause, IsLeftOutOfTheSpanRoundIt) {
    Profile profile;
    Operation& operation = profile.operation("preprocessing", "follow_face");
    {
        const Span span{operation};
        const Pause pause;
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_LT(operation.row().total_s, 0.010);
    EXPECT_EQ(operation.row().calls, 1);
}

TEST(Pause, MayBeOutsideOfAnySpan) {
    EXPECT_NO_THROW(Pause{});
}

TEST(Profile, GivesTheSameOperationForTheSameName) {
    Profile profile;
    EXPECT_EQ(&profile.operation("io", "decode"), &profile.operation("io", "decode"));
    EXPECT_NE(&profile.operation("io", "decode"), &profile.operation("io", "encode"));
}

TEST(Profile, SortsByTotalAndSharesAddUpToOne) {
    Profile profile;
    profile.operation("io", "decode").add(10ms, 1);
    profile.operation("model_inference", "mesh").add(30ms, 1);
    const auto rows = profile.rows();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].operation, "mesh");
    EXPECT_NEAR(rows[0].share, 0.75, 1e-9);
    EXPECT_NEAR(rows[0].share + rows[1].share, 1, 1e-9);
}

TEST(Profile, LeavesOutWhatWasNeverCalled) {
    Profile profile;
    profile.operation("model_inference", "face_detector_full_range");
    EXPECT_TRUE(profile.rows().empty());
}

TEST(Profile, JsonHoldsCategoriesAndStages) {
    Profile profile;
    profile.operation("io", "decode").add(10ms, 1);
    profile.operation("io", "encode_left").add(10ms, 1);
    const auto json = nlohmann::json::parse(format_json(profile));
    EXPECT_NEAR(json.at("categories").at("io").get<double>(), 0.02, 1e-9);
    EXPECT_EQ(json.at("stages").size(), 2U);
    EXPECT_EQ(json.at("stages")[0].at("calls"), 1);
    EXPECT_GT(json.at("wall_s").get<double>(), 0);
}

TEST(Profile, TakesSpansFromSeveralThreads) {
    Profile profile;
    Operation& operation = profile.operation("io", "decode");
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&operation] {
            for (int k = 0; k < 1000; ++k) {
                const Span span{operation};
            }
        });
    }
    threads.clear();
    EXPECT_EQ(operation.row().calls, 4000);
}

TEST(Profile, PeakMemoryOfThisProcessIsPlausible) {
    EXPECT_GT(peak_rss_mib(), 1);
    EXPECT_LT(peak_rss_mib(), 100'000);
}

} // namespace
} // namespace facemirror
