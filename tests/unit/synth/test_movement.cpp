// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/synth/head.hpp>
#include <facemirror/synth/movement.hpp>
#include <facemirror/synth/obstacle.hpp>

#include <gtest/gtest.h>

namespace facemirror::testing {
namespace {

TEST(Envelope, RisesHoldsAndFallsAtItsTimes) {
    const Envelope envelope{1.0, 0.4, 0.8, 0.2};
    EXPECT_EQ(envelope.at(0.99), 0);
    EXPECT_NEAR(envelope.at(1.2), 0.5, 1e-12); // half of the rise
    EXPECT_EQ(envelope.at(1.4), 1);
    EXPECT_EQ(envelope.at(2.19), 1);
    EXPECT_NEAR(envelope.at(2.3), 0.5, 1e-12); // half of the fall
    EXPECT_EQ(envelope.at(2.41), 0);
}

TEST(Envelope, WithoutRiseAndFallIsAStep) {
    const Envelope envelope{1.0, 0, 0.5, 0};
    EXPECT_EQ(envelope.at(0.999), 0);
    EXPECT_EQ(envelope.at(1.0), 1);
    EXPECT_EQ(envelope.at(1.5), 0);
}

TEST(Envelope, MayBeginBeforeTheClip) {
    const Envelope envelope{-1, 0.4, 2, 0.4};
    EXPECT_EQ(envelope.at(0), 1);
}

TEST(ParseMovement, ReadsEachKeyAndKeepsTheOtherDefaults) {
    const Movement movement = parse_movement("smile:left=0.4,amount=9.5,start=-1,hold=2");
    EXPECT_EQ(movement.kind, MovementKind::smile);
    EXPECT_EQ(movement.left, 0.4);
    EXPECT_EQ(movement.right, 1);
    EXPECT_EQ(movement.amount, 9.5);
    EXPECT_EQ(movement.envelope, (Envelope{-1, 0.3, 2, 0.3}));
    EXPECT_EQ(parse_movement("lower-lid").amount, default_amount(MovementKind::lower_lid));
}

TEST(ParseMovement, RefusesWhatItDoesNotKnow) {
    for (const char* text :
         {"grin", "smile:sides=1", "smile:left", "smile:left=", "smile:left=x", "smile:left=nan",
          "smile:amount=40", "smile:rise=-1", "blink:amount=-5", "smile:left=1.5x", ""}) {
        EXPECT_THROW(static_cast<void>(parse_movement(text)), Error) << text;
    }
}

TEST(ParseHeadMotion, RefusesMoreThanTheMarginAllows) {
    EXPECT_EQ(parse_head_motion("roll=5,period=2").roll_deg, 5);
    EXPECT_THROW(static_cast<void>(parse_head_motion("roll=50")), Error);
    EXPECT_THROW(static_cast<void>(parse_head_motion("period=0")), Error);
}

TEST(ParseObstacles, ReadSidesTimesAndShares) {
    const OccluderOptions occluder = parse_occluder("side=lower,start=0.5,end=1.5,share=0.3");
    EXPECT_EQ(occluder.side, CoveredSide::lower);
    EXPECT_EQ(occluder.interval, (Interval{0.5, 1.5}));
    EXPECT_EQ(occluder.share, 0.3);
    EXPECT_EQ(parse_occluder("share=0.2,side=upper").side, CoveredSide::upper);
    EXPECT_EQ(parse_second_face("start=1,end=1.5,size=1.2").size, 1.2);
    EXPECT_THROW(static_cast<void>(parse_occluder("side=middle")), Error);
    EXPECT_THROW(static_cast<void>(parse_occluder("share=2")), Error);
    EXPECT_THROW(static_cast<void>(parse_second_face("start=2,end=1")), Error);
}

TEST(HeadMotion, IsAtRestFirstAndUndoesItself) {
    const HeadMotion motion = parse_head_motion("shift=10,roll=8,zoom=10,period=3");
    const FaceAxes face{{240, 200}, {1, 0}, {0, 1}, 160};
    const Similarity first = motion.at(0, face);
    EXPECT_NEAR(distance(first({17, 301}), {17, 301}), 0, 1e-9);
    const Similarity later = motion.at(0.8, face);
    EXPECT_NEAR(distance(later.inverse()(later({17, 301})), {17, 301}), 0, 1e-9);
    EXPECT_GT(later(face.origin).x, face.origin.x);
    // Counter-clockwise on screen: the patient's left eye, image-right, goes up.
    const Point left_eye{320, 200};
    EXPECT_LT(later(left_eye).y - later(face.origin).y, -5);
}

} // namespace
} // namespace facemirror::testing
