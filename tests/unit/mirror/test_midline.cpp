// SPDX-License-Identifier: Apache-2.0
#include <facemirror/mirror/midline.hpp>

#include <gtest/gtest.h>

#include <numbers>
#include <random>

namespace facemirror {
namespace {

constexpr double degree = std::numbers::pi / 180;

// A symmetric upright face: outer canthi 170 px apart about x = 300, drawn after behaviour.md 25.
Landmarks symmetric_face() {
    Landmarks face{};
    const auto set = [&face](std::size_t k, double x, double y) {
        face[k] = {300 - x, y}; // image-left points have the lower index
        face[wflw::partner[k]] = {300 + x, y};
    };
    for (std::size_t k = 0; k <= 16; ++k) {
        const double angle = static_cast<double>(k) / 16 * std::numbers::pi / 2;
        set(k, 140 * std::cos(angle), 250 + 220 * std::sin(angle));
    }
    for (std::size_t k = 33; k <= 41; ++k) {
        set(k, 110 - 12 * static_cast<double>(std::min<std::size_t>(k - 33, 41 - k) * 2), 195);
    }
    for (std::size_t k = 51; k <= 54; ++k) {
        set(k, 0, 240 + 25 * static_cast<double>(k - 51));
    }
    for (std::size_t k = 55; k <= 57; ++k) {
        set(k, 15 * static_cast<double>(57 - k), 335);
    }
    constexpr std::array eye_x{85, 73, 58, 45, 35, 45, 58, 73};
    constexpr std::array eye_y{250, 243, 240, 243, 252, 257, 259, 257};
    for (std::size_t k = 0; k < 8; ++k) {
        set(60 + k, eye_x[k], eye_y[k]);
    }
    set(96, 59, 249);
    for (std::size_t k = 76; k <= 79; ++k) {
        set(k, 45 - 15 * static_cast<double>(k - 76), 385 - 4 * static_cast<double>(k - 76));
        set(k + 12 > 90 ? 90 : k + 12, k + 12 > 90 ? 0 : 38 - 15 * static_cast<double>(k - 76), 388);
    }
    set(85, 0, 408);
    set(86, 15, 405);
    set(87, 30, 398);
    set(94, 0, 392);
    set(95, 20, 391);
    return face;
}

Landmarks turned(Landmarks face, double tilt_deg) {
    const double c = std::cos(tilt_deg * degree);
    const double s = std::sin(tilt_deg * degree);
    for (Point& p : face) {
        const Point d = p - Point{300, 300};
        p = {300 + c * d.x - s * d.y, 300 + s * d.x + c * d.y};
    }
    return face;
}

double tilt_deg_of(const Midline& line) {
    return std::atan2(-line.direction.x, line.direction.y) / degree;
}

class FitMidlineByEveryRule : public ::testing::TestWithParam<MidlineRule> {};
INSTANTIATE_TEST_SUITE_P(Rules, FitMidlineByEveryRule,
                         ::testing::Values(MidlineRule::brow_chin, MidlineRule::robust));

TEST_P(FitMidlineByEveryRule, FollowsTheTiltOfTheHead) {
    constexpr double tolerance_deg = 1e-6;
    constexpr double tolerance_px = 1e-6;
    for (const double tilt_deg : {-150.0, -30.0, 0.0, 12.5, 90.0, 180.0}) {
        const auto line = fit_midline(turned(symmetric_face(), tilt_deg), GetParam());
        ASSERT_TRUE(line.has_value());
        EXPECT_NEAR(std::remainder(tilt_deg_of(*line) - tilt_deg, 360), 0, tolerance_deg);
        EXPECT_NEAR(line->signed_distance({300, 300}), 0, tolerance_px);
        EXPECT_NEAR(length(line->direction), 1, 1e-12);
    }
}

TEST_P(FitMidlineByEveryRule, HasThePatientsRightOnItsPositiveSide) {
    const Landmarks face = turned(symmetric_face(), 20);
    const auto line = fit_midline(face, GetParam());
    ASSERT_TRUE(line.has_value());
    EXPECT_GT(line->signed_distance(face[60]), 0) << "the image-left eye is the patient's right one";
    EXPECT_LT(line->signed_distance(face[72]), 0);
}

TEST_P(FitMidlineByEveryRule, IsMirroredWithAFlippedFace) {
    std::mt19937 random{1};
    std::normal_distribution<double> noise_px{0, 2};
    Landmarks face = turned(symmetric_face(), 7);
    for (Point& p : face) {
        p = p + Point{noise_px(random), noise_px(random)};
    }
    Landmarks flipped{};
    for (std::size_t k = 0; k < face.size(); ++k) {
        flipped[wflw::partner[k]] = {639 - face[k].x, face[k].y};
    }
    const auto line = fit_midline(face, GetParam());
    const auto mirrored = fit_midline(flipped, GetParam());
    ASSERT_TRUE(line && mirrored);
    EXPECT_NEAR(tilt_deg_of(*line), -tilt_deg_of(*mirrored), 1e-9);
    EXPECT_NEAR(line->origin.x, 639 - mirrored->origin.x, 1e-9);
    EXPECT_NEAR(line->origin.y, mirrored->origin.y, 1e-9);
}

TEST_P(FitMidlineByEveryRule, IsUndefinedWhenBrowsAndChinMeet) {
    EXPECT_FALSE(fit_midline(Landmarks{}, GetParam()).has_value());
    Landmarks face = symmetric_face();
    face[16] = middle(face[38], face[50]) + Point{0.6, 0.6};
    EXPECT_FALSE(fit_midline(face, GetParam()).has_value());
    face[16].y += 0.3;
    EXPECT_EQ(fit_midline(face, GetParam()).has_value(), true);
}

TEST_P(FitMidlineByEveryRule, IsUndefinedWhenAPointIsNoNumber) {
    Landmarks face = symmetric_face();
    face[50].x = NAN;
    EXPECT_FALSE(fit_midline(face, GetParam()).has_value());
    face[50].x = INFINITY;
    EXPECT_FALSE(fit_midline(face, GetParam()).has_value());
}

TEST(FitMidline, BrowChinRunsThroughPoint16AndTheMiddleOf38And50) {
    Landmarks face = symmetric_face();
    face[38] = {250, 200};
    face[50] = {350, 210};
    face[16] = {320, 470};
    const auto line = fit_midline(face, MidlineRule::brow_chin);
    ASSERT_TRUE(line.has_value());
    EXPECT_EQ(line->origin, (Point{300, 205}));
    EXPECT_NEAR(line->signed_distance({320, 470}), 0, 1e-9);
    EXPECT_GT(line->direction.y, 0);
}

// What a palsy does: mouth and chin drawn to the healthy side, one brow down (px at 170 px between the outer
// canthi).
TEST(FitMidline, RobustRuleHardlyTurnsWhenMouthChinAndBrowArePulled) {
    Landmarks face = symmetric_face();
    for (std::size_t k = 76; k <= 95; ++k) {
        face[k] = face[k] + Point{14, -3};
    }
    for (std::size_t k = 14; k <= 18; ++k) {
        face[k] = face[k] + Point{8, 0};
    }
    for (std::size_t k = 33; k <= 41; ++k) {
        face[k] = face[k] + Point{3, 12};
    }
    const auto plain = fit_midline(face, MidlineRule::brow_chin);
    const auto robust = fit_midline(face, MidlineRule::robust);
    ASSERT_TRUE(plain && robust);
    EXPECT_GT(std::abs(tilt_deg_of(*plain)), 1.0);
    EXPECT_LT(std::abs(tilt_deg_of(*robust)), 0.1);
    EXPECT_LT(std::abs(robust->signed_distance({300, 300})), 0.1) << "px";
}

TEST(FitMidline, RobustRuleHardlyTurnsWithABentNose) {
    Landmarks face = symmetric_face();
    for (std::size_t k = 51; k <= 59; ++k) {
        face[k] = face[k] + Point{4, 0};
    }
    const auto line = fit_midline(face, MidlineRule::robust);
    ASSERT_TRUE(line.has_value());
    EXPECT_LT(std::abs(tilt_deg_of(*line)), 0.1);
    EXPECT_LT(std::abs(line->signed_distance({300, 300})), 0.3) << "px";
}

TEST(FitMidline, RobustRuleTrusts98NoisyPointsMoreThanThree) {
    std::mt19937 random{2};
    std::normal_distribution<double> noise_px{0, 1.5};
    double plain_sum = 0;
    double robust_sum = 0;
    constexpr int rounds = 300;
    for (int round = 0; round < rounds; ++round) {
        Landmarks face = symmetric_face();
        for (Point& p : face) {
            p = p + Point{noise_px(random), noise_px(random)};
        }
        plain_sum += std::abs(tilt_deg_of(*fit_midline(face, MidlineRule::brow_chin)));
        robust_sum += std::abs(tilt_deg_of(*fit_midline(face, MidlineRule::robust)));
    }
    EXPECT_LT(robust_sum, plain_sum);
    RecordProperty("plain_mean_deg", std::to_string(plain_sum / rounds));
    RecordProperty("robust_mean_deg", std::to_string(robust_sum / rounds));
}

TEST(MidlineRuleNames, AreThoseOfTheCommandLine) {
    EXPECT_EQ(midline_rule("brow-chin"), MidlineRule::brow_chin);
    EXPECT_EQ(midline_rule("robust"), MidlineRule::robust);
    EXPECT_FALSE(midline_rule("pupils").has_value());
    EXPECT_STREQ(name_of(MidlineRule::robust), "robust");
}

} // namespace
} // namespace facemirror
