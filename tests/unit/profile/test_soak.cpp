// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/soak.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace facemirror {
namespace {

/// Frames at so many a second in each ten seconds.
std::vector<double> frames(const std::vector<int>& fps) {
    std::vector<double> times;
    for (std::size_t i = 0; i < fps.size(); ++i) {
        for (int k = 0; k < 10 * fps[i]; ++k) {
            times.push_back(10 * static_cast<double>(i) + k / static_cast<double>(fps[i]));
        }
    }
    return times;
}

TEST(Soak, CountsFramesInTensOfSeconds) {
    const SoakReport report = soak_report(frames({20, 30}), 25);
    ASSERT_EQ(report.intervals.size(), 2U);
    EXPECT_NEAR(report.intervals[0].fps, 20, 0.11);
    EXPECT_NEAR(report.intervals[1].fps, 30, 0.11);
    EXPECT_DOUBLE_EQ(report.fps, 500 / 25.0);
    EXPECT_EQ(report.verdict, SoakVerdict::too_short);
    EXPECT_TRUE(std::isnan(report.drift));
}

TEST(Soak, ShorterThanAnIntervalHasOneOfItsLength) {
    const SoakReport report = soak_report({0.5, 1, 1.5}, 2);
    ASSERT_EQ(report.intervals.size(), 1U);
    EXPECT_DOUBLE_EQ(report.intervals[0].end_s, 2);
    EXPECT_DOUBLE_EQ(report.intervals[0].fps, 1.5);
}

TEST(Soak, FindsThrottlingWhereEveryIntervalOfTheLastMinuteIsSlower) {
    std::vector<int> fps(6, 30);
    fps.insert(fps.end(), 12, 24);
    const SoakReport report = soak_report(frames(fps), 180);
    EXPECT_EQ(report.verdict, SoakVerdict::throttling);
    EXPECT_NEAR(report.drift, -0.2, 0.01);
}

TEST(Soak, CallsOneSlowIntervalUnclearAndALittleDriftSteady) {
    std::vector<int> disturbed(12, 30);
    disturbed.back() = 3;
    EXPECT_EQ(soak_report(frames(disturbed), 120).verdict, SoakVerdict::unclear);
    std::vector<int> drifting(6, 50);
    drifting.insert(drifting.end(), 6, 49);
    EXPECT_EQ(soak_report(frames(drifting), 120).verdict, SoakVerdict::steady);
}

TEST(Soak, NamesItsVerdicts) {
    EXPECT_STREQ(name_of(SoakVerdict::too_short), "too short");
    EXPECT_STREQ(name_of(SoakVerdict::throttling), "throttling");
}

} // namespace
} // namespace facemirror
