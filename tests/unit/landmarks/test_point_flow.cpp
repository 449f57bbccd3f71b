// SPDX-License-Identifier: Apache-2.0
#include <facemirror/landmarks/mesh_geometry.hpp>
#include <facemirror/landmarks/point_flow.hpp>

#include <support/textured_face.hpp>

#include <gtest/gtest.h>

namespace facemirror {
namespace {

const Point middle_px{200, 200};

Point same(Point p) {
    return p;
}

/// The picture after the head has moved: turned and enlarged about the middle, then shifted.
struct Move {
    Point shift_px;
    double turn_rad = 0;
    double zoom = 1;

    [[nodiscard]] Point operator()(Point p) const { // of a landmark
        const Point q = p - middle_px;
        const Point turned{std::cos(turn_rad) * q.x - std::sin(turn_rad) * q.y,
                           std::sin(turn_rad) * q.x + std::cos(turn_rad) * q.y};
        return middle_px + zoom * turned + shift_px;
    }
    [[nodiscard]] Point shown_at(Point p) const { // the texture that a pixel shows
        const Point q = (1 / zoom) * (p - shift_px - middle_px);
        return middle_px + Point{std::cos(turn_rad) * q.x + std::sin(turn_rad) * q.y,
                                 -std::sin(turn_rad) * q.x + std::cos(turn_rad) * q.y};
    }
};

std::optional<Landmarks> flow(const std::function<Point(Point)>& where, int bit_depth = 8) {
    PointFlow flow;
    flow.start(textured_frame(0, same, bit_depth), textured_landmarks());
    return flow.follow(textured_frame(1, where, bit_depth));
}

void expect_moved(const std::optional<Landmarks>& found, const Move& move, double tolerance_px) {
    ASSERT_TRUE(found.has_value());
    const Landmarks before = textured_landmarks();
    for (std::size_t k = 0; k < wflw::size; ++k) {
        EXPECT_NEAR((*found)[k].x, move(before[k]).x, tolerance_px) << k;
        EXPECT_NEAR((*found)[k].y, move(before[k]).y, tolerance_px) << k;
    }
}

TEST(PointFlow, FollowsAHeadThatMovesTurnsAndComesNearer) {
    constexpr double tolerance_px = 0.1; // 0.1 % of the outer-eye distance is 0.1 px here
    for (const Move& move : {Move{{0, 0}}, Move{{1.3, -0.7}}, Move{{-0.4, 1.9}}, Move{{0.5, 0.2}, 0.008},
                             Move{{0, 0}, 0, 1.01}, Move{{0.6, -0.3}, -0.006, 0.993}}) {
        expect_moved(flow([&move](Point p) { return move.shown_at(p); }), move, tolerance_px);
    }
}

TEST(PointFlow, ReadsDeepPicturesToo) {
    const Move move{{1.3, -0.7}};
    expect_moved(flow([&move](Point p) { return move.shown_at(p); }, 10), move, 0.1);
}

TEST(PointFlow, GivesUpWhenTheHeadHasMovedFurther) {
    const double limit_px = 0.03 * outer_eye_distance(textured_landmarks());
    const Move near{{0.8 * limit_px, 0}};
    const Move far{{1.3 * limit_px, 0}};
    EXPECT_TRUE(flow([&near](Point p) { return near.shown_at(p); }));
    EXPECT_FALSE(flow([&far](Point p) { return far.shown_at(p); }));
}

TEST(PointFlow, GivesUpWhenAPartOfTheFaceMovesByItself) {
    const Landmarks points = textured_landmarks();
    for (const std::size_t k : {62U, 70U, 79U, 38U, 96U}) { // upper lids, upper lip, brow, pupil
        const Point center = points[k];
        const auto pushed = [center](Point p) {
            const double reach = std::exp(-dot(p - center, p - center) / (2 * 18.0 * 18.0));
            return p - reach * Point{0, 3};
        };
        EXPECT_FALSE(flow(pushed)) << k;
    }
}

TEST(PointFlow, GivesUpWhenAPartLooksOtherwiseThoughNothingMoves) {
    // What a closing lid is to the flow: pixels that change round points that stay where they are.
    const Point center = textured_landmarks()[62];
    Frame frame = textured_frame(1, same);
    for (int y = 0; y < frame.layout.height; ++y) {
        std::uint8_t* row = frame.planes[0].data + y * frame.planes[0].stride;
        for (int x = 0; x < frame.layout.width; ++x) {
            const bool is_near = distance(center, {double(x), double(y)}) < 12;
            row[x] = static_cast<std::uint8_t>(is_near ? row[x] / 2 + 64 : row[x]); // the contrast halves
        }
    }
    PointFlow flow;
    flow.start(textured_frame(0, same), textured_landmarks());
    EXPECT_FALSE(flow.follow(frame));
}

TEST(PointFlow, ForgivesNoiseAllOverThePicture) {
    Frame frame = textured_frame(1, same);
    unsigned state = 1;
    for (int y = 0; y < frame.layout.height; ++y) {
        for (int x = 0; x < frame.layout.width; ++x) {
            state = state * 1664525U + 1013904223U;
            std::uint8_t& level = frame.planes[0].data[y * frame.planes[0].stride + x];
            level = static_cast<std::uint8_t>(std::clamp(level + static_cast<int>(state >> 28) - 8, 0, 255));
        }
    }
    PointFlow flow;
    flow.start(textured_frame(0, same), textured_landmarks());
    EXPECT_TRUE(flow.follow(frame));
}

TEST(PointFlow, GivesUpOnAnotherPictureAndOnNone) {
    EXPECT_FALSE(flow([](Point p) { return Point{1.9 * p.y + 31, 2.3 * p.x - 17}; }));
    EXPECT_FALSE(flow([](Point) { return Point{}; })); // a flat picture
}

TEST(PointFlow, NeedsAStartInAPictureOfTheSameSize) {
    PointFlow flow;
    EXPECT_FALSE(flow.follow(textured_frame(0, same)));
    flow.start(textured_frame(0, same), textured_landmarks());
    EXPECT_TRUE(flow.follow(textured_frame(1, same)));
    EXPECT_FALSE(flow.follow(textured_frame(2, same, 8, 300)));
}

TEST(PointFlow, DoesNotStartWhereThereIsNoFace) {
    PointFlow flow;
    const Frame frame = textured_frame(0, same);
    Landmarks outside = textured_landmarks();
    for (Point& p : outside) {
        p = p + Point{5000, 0};
    }
    flow.start(frame, outside);
    EXPECT_FALSE(flow.follow(frame));
    Landmarks missing = textured_landmarks();
    missing[40].x = std::nan("");
    flow.start(frame, missing);
    EXPECT_FALSE(flow.follow(frame));
    flow.start(frame, Landmarks{});
    EXPECT_FALSE(flow.follow(frame));
}

} // namespace
} // namespace facemirror
