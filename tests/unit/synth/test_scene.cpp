// SPDX-License-Identifier: Apache-2.0
#include "drawn_face.hpp"

#include <facemirror/core/error.hpp>

#include <gtest/gtest.h>

namespace facemirror::testing {
namespace {

SceneOptions short_scene(const std::vector<std::string>& moves, double duration_s = 1) {
    SceneOptions options;
    options.duration_s = duration_s;
    options.fps = 10;
    for (const std::string& move : moves) {
        options.movements.push_back(parse_movement(move));
    }
    return options;
}

double moved_px(const Scene& scene, std::size_t frame, std::size_t point) {
    return length(scene.truth(frame).displacement[point]);
}

struct Feature {
    const char* move;
    std::size_t point;
};

class DotOnTheFace : public ::testing::TestWithParam<Feature> {};

TEST_P(DotOnTheFace, MovesByTheStatedDisplacement) {
    constexpr double tolerance_px = 0.1;
    constexpr std::size_t held = 5; // 0.5 s
    Base base = plain_base();
    draw_dot(base, base.points[GetParam().point]);
    SceneOptions options = short_scene({std::string{GetParam().move} + ":start=0,rise=0.2,hold=1"});
    const Scene still{base, options};
    const FrameTruth truth = still.truth(held);
    EXPECT_GT(length(truth.displacement[GetParam().point]), 4); // px: it is a movement
    const Point seen = dot_near(still.render(held), truth.position[GetParam().point]);
    EXPECT_LT(distance(seen, truth.position[GetParam().point]), tolerance_px);

    options.head = parse_head_motion("shift=8,roll=5,zoom=6,yaw=8,period=1.7");
    const Scene swaying{base, options};
    const Point place = swaying.truth(held).position[GetParam().point];
    EXPECT_GT(distance(place, truth.position[GetParam().point]), 2);
    EXPECT_LT(distance(dot_near(swaying.render(held), place), place), tolerance_px);
}

INSTANTIATE_TEST_SUITE_P(Kinds, DotOnTheFace,
                         ::testing::Values(Feature{"smile", 76}, Feature{"smile", 82},
                                           Feature{"corner-down", 82}, Feature{"brow-raise", 40},
                                           Feature{"lower-lip", 86}, Feature{"lip-part", 94},
                                           Feature{"upper-lid", 62}, Feature{"lower-lid", 74}));

TEST(Scene, ShowsItsBaseWhereNothingMoves) {
    Base base = plain_base();
    draw_dot(base, base.points[76]);
    const Scene scene{base, short_scene({"smile:start=0.5"})};
    EXPECT_TRUE(equal_samples(scene.render(0), still_of(base)));
    EXPECT_FALSE(equal_samples(scene.render(9), still_of(base)));
}

TEST(Scene, MovesEachSideByItsShare) {
    const Scene scene{plain_base(), short_scene({"smile:left=0.4,start=0,rise=0,hold=1"})};
    const double full_px = 0.08 * 160 * std::hypot(0.77, 0.64);
    // The corners are four sigma apart, so the other side's tail adds nothing here.
    EXPECT_NEAR(moved_px(scene, 0, 76), full_px, 0.02);
    EXPECT_NEAR(moved_px(scene, 0, 82), 0.4 * full_px, 0.02);
    EXPECT_LT(scene.truth(0).displacement[76].x, 0); // outward on the patient's right is image-left
    EXPECT_GT(scene.truth(0).displacement[82].x, 0);
    EXPECT_LT(scene.truth(0).displacement[82].y, 0);
}

TEST(Scene, StatesTheTailOnTheOtherSide) {
    const Scene scene{plain_base(), short_scene({"lower-lip:left=0,start=0,rise=0,hold=1"})};
    const double tail_px = moved_px(scene, 0, 84); // partner of 86, at the midline's other side
    EXPECT_GT(tail_px, 0.2);
    EXPECT_LT(tail_px, moved_px(scene, 0, 86) / 2);
}

TEST(Scene, MovesTheLidsOfABlinkToTheLowerLids) {
    const Scene scene{plain_base(), short_scene({"blink:start=0,rise=0.1,hold=1"})};
    const FrameTruth truth = scene.truth(5);
    EXPECT_NEAR(distance(truth.position[62], truth.position[66]), 0, 0.5); // px
    EXPECT_NEAR(distance(truth.position[70], truth.position[74]), 0, 0.5);
    EXPECT_EQ(truth.displacement[96], Point{});
}

TEST(Scene, IsTheSameOnEveryCallAndDiffersByItsSeed) {
    SceneOptions options = short_scene({"smile:start=0"});
    options.noise_sigma = 3;
    const Scene one{plain_base(), options};
    const Scene two{plain_base(), options};
    EXPECT_TRUE(equal_samples(one.render(4), two.render(4)));
    EXPECT_TRUE(equal_samples(one.render(4), one.render(4)));
    EXPECT_FALSE(equal_samples(one.render(4), one.render(5)));
    options.seed = 2;
    EXPECT_FALSE(equal_samples(one.render(4), Scene{plain_base(), options}.render(4)));
}

TEST(Scene, AddsNoiseOfTheGivenStrength) {
    SceneOptions options = short_scene({});
    options.noise_sigma = 3;
    const Frame frame = Scene{plain_base(), options}.render(0);
    double sum = 0;
    const double count = 480.0 * 480.0;
    for (int y = 0; y < 480; ++y) {
        for (int x = 0; x < 480; ++x) {
            const double off = frame.planes[0].data[y * frame.planes[0].stride + x] - 60.0;
            sum += off * off;
        }
    }
    EXPECT_NEAR(std::sqrt(sum / count), 3, 0.1); // levels; rounding adds 1/12 to the variance
}

TEST(FrameTimes, RiseByTheFrameDuration) {
    SceneOptions options = short_scene({}, 2);
    options.fps = 30;
    const auto times = frame_times(options);
    ASSERT_EQ(times.size(), 60U);
    EXPECT_EQ(times[0], 0);
    EXPECT_EQ(times[59], 59 * 3000);
}

TEST(FrameTimes, OfVariableRateRiseUnevenlyWithinTheirBounds) {
    SceneOptions options = short_scene({}, 3);
    options.fps = 30;
    options.timing = FrameTiming::variable;
    const auto times = frame_times(options);
    std::int64_t shortest = ticks_per_second;
    std::int64_t longest = 0;
    for (std::size_t i = 1; i < times.size(); ++i) {
        shortest = std::min(shortest, times[i] - times[i - 1]);
        longest = std::max(longest, times[i] - times[i - 1]);
    }
    EXPECT_GE(shortest, 1499); // half a frame, rounded
    EXPECT_LE(longest, 4501);
    EXPECT_LT(shortest, 2000);
    EXPECT_GT(longest, 4000);
    EXPECT_LT(times.back(), 3 * ticks_per_second);
}

TEST(Scene, RefusesMovementsThatWouldFoldThePicture) {
    const std::vector<std::string> opposed{"smile:amount=14,start=0", "corner-down:amount=-18,start=0"};
    EXPECT_THROW((Scene{plain_base(), short_scene(opposed)}), Error);
}

TEST(DemoMovements, LeaveACalmSecondAtTheStart) {
    for (const Movement& movement : demo_movements()) {
        EXPECT_GE(movement.envelope.start_s, 1);
    }
}

} // namespace
} // namespace facemirror::testing
