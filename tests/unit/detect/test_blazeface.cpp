// SPDX-License-Identifier: Apache-2.0
#include <facemirror/detect/detail/blazeface.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace facemirror {
namespace {

Face box_face(double x1, double y1, double x2, double y2, double score) {
    return {{x1, y1, x2, y2}, score, {{x1, y1}, {x2, y2}}};
}

TEST(BlazefaceAnchors, FillTheGridsOfBothNetworksRowByRow) {
    const auto short_range = blazeface::anchors_for(128);
    ASSERT_EQ(short_range.size(), 896U);
    EXPECT_EQ(short_range[0], (Point{0.5 / 16, 0.5 / 16}));
    EXPECT_EQ(short_range[1], short_range[0]);
    EXPECT_EQ(short_range[2], (Point{1.5 / 16, 0.5 / 16}));
    EXPECT_EQ(short_range[511], (Point{15.5 / 16, 15.5 / 16}));
    EXPECT_EQ(short_range[512], (Point{0.5 / 8, 0.5 / 8}));
    EXPECT_EQ(short_range[895], (Point{7.5 / 8, 7.5 / 8}));
    const auto full_range = blazeface::anchors_for(192);
    ASSERT_EQ(full_range.size(), 2304U);
    EXPECT_EQ(full_range[48], (Point{0.5 / 48, 1.5 / 48}));
    EXPECT_TRUE(blazeface::anchors_for(256).empty());
}

TEST(BlazefaceDecode, AddsTheAnchorsCentreAndScalesByTheInput) {
    const std::array anchors{Point{0.5, 0.25}};
    std::array<float, 16> values{};
    values[0] = 12.8F;
    values[1] = -12.8F;
    values[2] = 25.6F;
    values[3] = 51.2F;
    values[14] = 6.4F;
    const std::array logit{0.0F};
    const auto faces = blazeface::decode(values, logit, anchors, 128, 0.5);
    ASSERT_EQ(faces.size(), 1U);
    constexpr double tolerance = 1e-6; // of the input's side
    EXPECT_NEAR(faces[0].box.x1, 0.5, tolerance);
    EXPECT_NEAR(faces[0].box.y1, -0.05, tolerance);
    EXPECT_NEAR(faces[0].box.x2, 0.7, tolerance);
    EXPECT_NEAR(faces[0].box.y2, 0.35, tolerance);
    ASSERT_EQ(faces[0].points.size(), 6U);
    EXPECT_NEAR(faces[0].points[5].x, 0.55, tolerance);
    EXPECT_NEAR(faces[0].points[5].y, 0.25, tolerance);
    EXPECT_DOUBLE_EQ(faces[0].score, 0.5);
}

TEST(BlazefaceDecode, DropsWeakAndUndefinedScoresAndSurvivesHugeOnes) {
    const std::array<Point, 4> anchors{};
    const std::vector<float> boxes(64);
    const std::array logits{-0.01F, std::nanf(""), 1e30F, -1e30F};
    const auto faces = blazeface::decode(boxes, logits, anchors, 128, 0.5);
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_DOUBLE_EQ(faces[0].score, 1);
}

TEST(JoinOverlapping, AveragesByScoreAndKeepsTheBestScore) {
    const auto joined =
        blazeface::join_overlapping({box_face(0, 0, 10, 10, 0.6), box_face(1, 0, 11, 10, 0.9)}, 0.3);
    ASSERT_EQ(joined.size(), 1U);
    EXPECT_DOUBLE_EQ(joined[0].score, 0.9);
    constexpr double tolerance = 1e-12; // of the input's side
    EXPECT_NEAR(joined[0].box.x1, 0.6, tolerance);
    EXPECT_NEAR(joined[0].box.x2, 10.6, tolerance);
    EXPECT_NEAR(joined[0].points[1].x, 10.6, tolerance);
}

TEST(JoinOverlapping, KeepsFacesApartAndPutsTheBestFirst) {
    const auto joined =
        blazeface::join_overlapping({box_face(0, 0, 10, 10, 0.7), box_face(6, 0, 16, 10, 0.8)}, 0.3);
    ASSERT_EQ(joined.size(), 2U); // IoU is 4 / 16
    EXPECT_DOUBLE_EQ(joined[0].score, 0.8);
    EXPECT_EQ(joined[1].box, (Box{0, 0, 10, 10}));
    EXPECT_TRUE(blazeface::join_overlapping({}, 0.3).empty());
}

TEST(JoinOverlapping, EndsOnEmptyBoxesToo) {
    EXPECT_EQ(blazeface::join_overlapping({box_face(1, 1, 1, 1, 0.7), box_face(1, 1, 1, 1, 0.7)}, 0.3).size(),
              2U);
}

} // namespace
} // namespace facemirror
