// SPDX-License-Identifier: Apache-2.0
#include "drawn_face.hpp"

#include <gtest/gtest.h>

namespace facemirror::testing {
namespace {

TEST(Warp, MovesTheCentreOfASpotByItsShift) {
    const Warp warp{{1, 0}, {{{100, 100}, 25, 22, {8, -11}}}};
    EXPECT_EQ(warp.displacement({100, 100}), (Point{8, -11}));
    // one sigma to the side: exp(-1/2)
    EXPECT_NEAR(warp.displacement({125, 100}).x, 8 * std::exp(-0.5), 1e-12);
    EXPECT_EQ(warp.displacement({300, 100}), Point{});
}

TEST(Warp, InverseUndoesForwardWithinAHundredthOfAPixel) {
    constexpr double tolerance_px = 0.01;
    const Warp warp{{0.995, 0.0998}, {{{100, 100}, 25, 22, {8, -24}}, {{150, 90}, 20, 11, {0, 10}}}};
    for (double y = 20; y < 200; y += 3.7) {
        for (double x = 20; x < 260; x += 3.7) {
            if (warp.steepness({x, y}) < 0.9) {
                EXPECT_LT(distance(warp.inverse(warp.forward({x, y})), {x, y}), tolerance_px);
            }
        }
    }
}

TEST(Warp, SteepnessIsTheDerivative) {
    const Warp warp{{1, 0}, {{{100, 100}, 25, 22, {8, -11}}}};
    constexpr double step = 1e-5;
    const Point x{112, 87};
    const Point by_x = (1 / step) * (warp.displacement({x.x + step, x.y}) - warp.displacement(x));
    const Point by_y = (1 / step) * (warp.displacement({x.x, x.y + step}) - warp.displacement(x));
    EXPECT_NEAR(warp.steepness(x), std::sqrt(dot(by_x, by_x) + dot(by_y, by_y)), 1e-4);
}

TEST(Warp, WithoutMovingSpotsIsTheIdentity) {
    const Warp warp{{1, 0}, {{{100, 100}, 25, 22, {0, 0}}}};
    EXPECT_TRUE(warp.is_identity());
    EXPECT_EQ(warp.inverse({97, 99}), (Point{97, 99}));
}

class EyelidOfBothSides : public ::testing::TestWithParam<Side> {
protected:
    Landmarks points = schematic_face({240, 170}, 160);
    SlidingSkin lid{eye_opening(points, face_axes_of(points), GetParam())};
    [[nodiscard]] Point point(std::size_t right) const {
        return points[GetParam() == Side::patient_right ? right : wflw::partner[right]];
    }
};

TEST_P(EyelidOfBothSides, ClosesOntoTheLowerLid) {
    const Point closed = lid.forward(point(62), 1);
    EXPECT_NEAR(distance(closed, point(66)), 0, 0.5); // px; the two lie almost above each other
    const Point half = lid.forward(point(62), 0.5);
    EXPECT_NEAR(half.y, (point(62).y + closed.y) / 2, 1e-9);
}

TEST_P(EyelidOfBothSides, LeavesEyeballLowerLidCornersAndBrowAtRest) {
    for (const std::size_t k : {60U, 64U, 65U, 66U, 67U, 96U, 40U, 39U}) {
        EXPECT_LT(distance(lid.forward(point(k), 1), point(k)), 0.01) << k;
    }
}

TEST_P(EyelidOfBothSides, SourceUndoesForwardOnTheSkin) {
    for (double up = 0; up < 30; up += 1.3) {
        const Point skin = point(61) - Point{0, up};
        const auto source = lid.source(lid.forward(skin, 0.8), 0.8);
        EXPECT_LT(distance(source.skin, skin), 0.01);
        EXPECT_EQ(source.skin_share, up < 0.75 ? source.skin_share : 1.0);
    }
}

TEST_P(EyelidOfBothSides, ShowsTheEyeballBelowTheMargin) {
    EXPECT_EQ(lid.source(point(66) - Point{0, 2}, 0.3).skin_share, 0);
    EXPECT_EQ(lid.source(point(66) - Point{0, 2}, 1).skin_share, 1);
}

TEST(CloseLips, BringsTheInnerLipsTogetherAndKeepsTheChin) {
    Base base = plain_base();
    const Landmarks open = base.points;
    draw_dot(base, open[85]);
    close_lips(base);
    EXPECT_LT(distance(base.points[94], open[90]), 0.5); // px
    EXPECT_LT(distance(base.points[95], base.points[89]), 0.5);
    EXPECT_EQ(base.points[16], open[16]);
    EXPECT_EQ(base.points[90], open[90]);
    EXPECT_LT(base.points[85].y, open[85].y - 5); // the outer lower lip comes along
    EXPECT_LT(distance(dot_near(still_of(base), base.points[85]), base.points[85]), 0.15);
}

INSTANTIATE_TEST_SUITE_P(Lids, EyelidOfBothSides, ::testing::Values(Side::patient_left, Side::patient_right));

} // namespace
} // namespace facemirror::testing
