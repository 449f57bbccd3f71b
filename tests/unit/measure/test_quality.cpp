// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/quality.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace facemirror {
namespace {

constexpr double tolerance = 1e-12;

TEST(PoseQuality, OfAStillFrontalFaceIsOneAfterThreeFrames) {
    PoseQualityTracker tracker;
    EXPECT_NEAR(tracker.push(1.0).quality, 0.9 + 0.1 * 0.5, tolerance);
    EXPECT_NEAR(tracker.push(1.0).quality, 0.95, tolerance);
    const PoseQuality third = tracker.push(1.0);
    EXPECT_NEAR(third.quality, 1.0, tolerance);
    EXPECT_NEAR(third.stability, 1.0, tolerance);
    EXPECT_TRUE(third.is_stable);
}

TEST(PoseQuality, FallsFromThreeToTenDegreesOnEitherSide) {
    for (const double sign : {-1.0, 1.0}) {
        PoseQualityTracker tracker;
        EXPECT_NEAR(tracker.push(sign * 3.0).quality, 0.95, tolerance);
        PoseQualityTracker at_six;
        EXPECT_NEAR(at_six.push(sign * 6.5).quality, 0.9 * 0.5 + 0.05, tolerance);
        PoseQualityTracker profile;
        const double quality = profile.push(sign * 40.0).quality;
        EXPECT_NEAR(quality, 0.05, tolerance);
        EXPECT_LT(quality, min_quality);
    }
}

TEST(PoseQuality, IsZeroWithoutAFace) {
    PoseQualityTracker tracker;
    for (int i = 0; i < 4; ++i) {
        (void)tracker.push(0.0);
    }
    EXPECT_EQ(tracker.push(std::nullopt).quality, 0);
}

TEST(PoseQuality, StabilityIsThePopulationDeviationOverTheLastFiveFrames) {
    PoseQualityTracker tracker;
    (void)tracker.push(90.0); // leaves the window
    PoseQuality last;
    for (const double yaw : {-2.0, -1.0, 0.0, 1.0, 2.0}) {
        last = tracker.push(yaw);
    }
    EXPECT_NEAR(last.stability, 1 - std::sqrt(2.0) / 5, tolerance);
    EXPECT_TRUE(last.is_stable);
    PoseQuality moving;
    for (const double yaw : {0.0, 4.0, 0.0, 4.0, 0.0}) {
        moving = tracker.push(yaw);
    }
    EXPECT_FALSE(moving.is_stable);
}

TEST(PoseQuality, NeedsThreeYawsAmongFiveFrames) {
    PoseQualityTracker tracker;
    (void)tracker.push(0.0);
    (void)tracker.push(std::nullopt);
    (void)tracker.push(std::nullopt);
    const PoseQuality two = tracker.push(0.0);
    EXPECT_EQ(two.stability, 0);
    EXPECT_NEAR(two.quality, 0.95, tolerance);
    EXPECT_NEAR(tracker.push(0.0).stability, 1, tolerance);
}

TEST(PoseClass, ChangesAtThreeAndFiveDegrees) {
    EXPECT_EQ(pose_class(-3.0), PoseClass::good);
    EXPECT_EQ(pose_class(3.1), PoseClass::acceptable);
    EXPECT_EQ(pose_class(-5.0), PoseClass::acceptable);
    EXPECT_EQ(pose_class(5.1), PoseClass::excessive);
    EXPECT_STREQ(name_of(PoseClass::good), "good");
    EXPECT_STREQ(name_of(PoseClass::acceptable), "acceptable");
    EXPECT_STREQ(name_of(PoseClass::excessive), "excessive");
}

} // namespace
} // namespace facemirror
