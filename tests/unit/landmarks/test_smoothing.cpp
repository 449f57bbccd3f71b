// SPDX-License-Identifier: Apache-2.0
#include <facemirror/landmarks/mesh_geometry.hpp>
#include <facemirror/landmarks/smoothing.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

namespace facemirror {
namespace {

constexpr double frame_s = 1.0 / 30;

/// A resting face with this outer-eye distance; all other points at the origin plus `shift`.
Landmarks face(double oed_px, Point shift = {}) {
    Landmarks points;
    points.fill(shift);
    points[72] = points[72] + Point{oed_px, 0};
    return points;
}

Landmarks noisy(Landmarks points, double sigma_px, std::mt19937& random) {
    std::normal_distribution<double> noise{0, sigma_px};
    for (Point& p : points) {
        p = p + Point{noise(random), noise(random)};
    }
    return points;
}

/// Rms second difference of point 0 over `frames` frames, in px.
double jitter_of(LandmarkSmoother& smoother, double oed_px, double sigma_px, int frames) {
    std::mt19937 random{1};
    Point before;
    Point last;
    double sum = 0;
    for (int i = 0; i < frames; ++i) {
        const Point now = smoother.push(noisy(face(oed_px), sigma_px, random), i * frame_s)[0];
        if (i >= 10) {
            const Point second = now - 2 * last + before;
            sum += dot(second, second);
        }
        before = last;
        last = now;
    }
    return std::sqrt(sum / (frames - 10));
}

TEST(LandmarkSmoother, LeavesAConstantFaceAndTheFirstFrameAlone) {
    LandmarkSmoother smoother;
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(smoother.push(face(100, {3, 4}), i * frame_s), face(100, {3, 4}));
    }
}

TEST(LandmarkSmoother, TakesAtLeastHalfOfTheNoiseOfARestingFace) {
    LandmarkSmoother none{{Smoothing::none}};
    LandmarkSmoother one_euro;
    constexpr double sigma_px = 0.1; // on 100 px between the eyes
    EXPECT_LT(jitter_of(one_euro, 100, sigma_px, 300), 0.5 * jitter_of(none, 100, sigma_px, 300));
}

TEST(LandmarkSmoother, DoesTheSameOnALargeFaceAsOnASmallOne) {
    LandmarkSmoother small;
    LandmarkSmoother large;
    EXPECT_NEAR(10 * jitter_of(small, 50, 0.05, 100), jitter_of(large, 500, 0.5, 100), 1e-9);
}

TEST(LandmarkSmoother, FollowsAMovingFaceWithinOneFrame) {
    LandmarkSmoother smoother;
    Point smoothed;
    constexpr double speed_px_s = 100; // one outer-eye distance per second
    for (int i = 0; i < 60; ++i) {
        smoothed = smoother.push(face(100, {speed_px_s * i * frame_s, 0}), i * frame_s)[0];
    }
    EXPECT_LT(speed_px_s * 59 * frame_s - smoothed.x, speed_px_s * frame_s);
}

TEST(LandmarkSmoother, CountsSecondsNotFrames) {
    LandmarkSmoother slow;
    LandmarkSmoother fast;
    slow.push(face(100), 0);
    fast.push(face(100), 0);
    const double after_long_step = slow.push(face(100, {1, 0}), 0.1)[0].x;
    const double after_short_step = fast.push(face(100, {1, 0}), 0.004)[0].x;
    EXPECT_GT(after_long_step, after_short_step);
}

TEST(LandmarkSmoother, StartsAnewAfterAResetAndRefusesTimeThatStandsStill) {
    LandmarkSmoother smoother;
    smoother.push(face(100), 0);
    EXPECT_THROW(smoother.push(face(100), 0), std::logic_error);
    smoother.reset();
    EXPECT_EQ(smoother.push(face(100, {50, 50}), 0), face(100, {50, 50}));
}

TEST(LandmarkSmoother, SurvivesAFaceWithoutSize) {
    LandmarkSmoother smoother;
    smoother.push(face(0), 0);
    EXPECT_TRUE(std::isfinite(smoother.push(face(0, {1, 1}), frame_s)[0].x));
}

} // namespace
} // namespace facemirror
