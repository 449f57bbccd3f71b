// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/frame_clock.hpp>

#include <gtest/gtest.h>

namespace facemirror::detail {
namespace {

TEST(FrameClock, PassesRisingTimes) {
    FrameClock clock{40};
    EXPECT_EQ(clock.next(100, 20).pts, 100);
    EXPECT_EQ(clock.next(103, 20).pts, 103);
    EXPECT_EQ(clock.next(900, 0).duration, 40);
    EXPECT_EQ(clock.repaired(), 0);
}

TEST(FrameClock, RepairsEqualFallingAndMissingTimes) {
    FrameClock clock{40};
    EXPECT_EQ(clock.next(100, 40).pts, 100);
    EXPECT_EQ(clock.next(100, 40).pts, 140);          // Equal.
    EXPECT_EQ(clock.next(120, 40).pts, 180);          // Falling.
    EXPECT_EQ(clock.next(std::nullopt, 40).pts, 220); // Missing.
    EXPECT_EQ(clock.next(260, 40).pts, 260);
    EXPECT_EQ(clock.repaired(), 3);
}

TEST(FrameClock, BeginsAtZeroWithoutATime) {
    FrameClock clock{40};
    EXPECT_EQ(clock.next(std::nullopt, 0).pts, 0);
    EXPECT_EQ(clock.next(std::nullopt, 0).pts, 40);
}

TEST(FrameClock, TakesTheLastStepWhenNothingSaysHowLongAFrameLasts) {
    FrameClock clock{0};
    EXPECT_EQ(clock.next(0, 0).duration, 1);
    EXPECT_EQ(clock.next(33, 0).duration, 33);
}

} // namespace
} // namespace facemirror::detail
