// SPDX-License-Identifier: Apache-2.0
#include "drawn_face.hpp"

#include <gtest/gtest.h>

namespace facemirror::testing {
namespace {

// Inside a convex polygon that turns one way?
bool is_inside(const std::vector<Point>& polygon, Point p) {
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const Point edge = polygon[(i + 1) % polygon.size()] - polygon[i];
        const Point to = p - polygon[i];
        if (edge.x * to.y - edge.y * to.x < 0) {
            return false;
        }
    }
    return true;
}

TEST(HullOf, HoldsAllPointsAndHasTheirArea) {
    const Landmarks points = schematic_face({240, 170}, 160);
    const auto hull = hull_of(points);
    for (const Point p : points) {
        EXPECT_TRUE(is_inside(hull, (1 - 1e-9) * (p - Point{240, 170}) + Point{240, 170}));
    }
    EXPECT_EQ(area_of({{0, 0}, {4, 0}, {4, 3}, {0, 3}}), 12);
}

class CoveredFrom : public ::testing::TestWithParam<CoveredSide> {};

TEST_P(CoveredFrom, CoversTheStatedShareOfTheFaceOnItsSide) {
    const Landmarks points = schematic_face({240, 170}, 160);
    const auto hull = hull_of(points);
    for (const double share : {0.25, 0.5, 0.9}) {
        const Occluder occluder{{GetParam(), share, {}}, points, face_axes_of(points)};
        double inside = 0;
        double covered = 0;
        for (int y = 0; y < 480; ++y) {
            for (int x = 0; x < 480; ++x) {
                const Point p{double(x), double(y)};
                const bool in_face = is_inside(hull, p);
                inside += in_face ? 1 : 0;
                covered += in_face ? double(occluder.cover(p)) : 0;
            }
        }
        EXPECT_NEAR(covered / inside, share, 0.01);
    }
}

INSTANTIATE_TEST_SUITE_P(Sides, CoveredFrom,
                         ::testing::Values(CoveredSide::left, CoveredSide::right, CoveredSide::lower,
                                           CoveredSide::upper));

TEST(Occluder, OfTheLeftCoversThePatientsLeftEyeOnly) {
    const Landmarks points = schematic_face({240, 170}, 160);
    const Occluder occluder{{CoveredSide::left, 0.5, {}}, points, face_axes_of(points)};
    EXPECT_EQ(occluder.cover(points[72]), 1); // the patient's left outer corner
    EXPECT_EQ(occluder.cover(points[60]), 0);
}

TEST(Scene, ShowsTheClothOnlyInItsInterval) {
    SceneOptions options;
    options.duration_s = 1;
    options.fps = 10;
    options.occluder = parse_occluder("start=0.3,end=0.6");
    const Scene scene{plain_base(), options};
    for (std::size_t i = 0; i < scene.frame_count(); ++i) {
        const bool expected = i >= 3 && i < 6;
        EXPECT_EQ(scene.truth(i).occluded, expected);
        EXPECT_EQ(equal_samples(scene.render(i), still_of(scene.base())), !expected) << i;
    }
}

TEST(SecondFace, CrossesTheWholeClipInItsIntervalAndIsGoneAfterwards) {
    Base base = plain_base();
    draw_dot(base, base.points[54]);
    SceneOptions options;
    options.duration_s = 2;
    options.fps = 10;
    options.second_face = parse_second_face("start=0.5,end=1.5");
    const Scene scene{base, options};
    EXPECT_TRUE(equal_samples(scene.render(4), still_of(base)));
    EXPECT_FALSE(equal_samples(scene.render(10), still_of(base)));
    EXPECT_TRUE(equal_samples(scene.render(15), still_of(base)));
    const SecondFace face{*options.second_face, base, scene.face()};
    EXPECT_LT(face.center(0.5).x, 0);
    EXPECT_NEAR(face.center(1.0).x, 240, 0.5);
    EXPECT_GT(face.center(1.5).x, 480);
}

} // namespace
} // namespace facemirror::testing
