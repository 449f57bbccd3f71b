// SPDX-License-Identifier: Apache-2.0
#include "made_up_face.hpp"

#include <gtest/gtest.h>

#include <numbers>

namespace facemirror {
namespace {

constexpr double tolerance_deg = 1e-6;
constexpr double radius_cm = 1.05; // default-models.md 7
constexpr std::size_t right_iris = 468;
constexpr std::size_t left_iris = 473;

class MeasureGaze : public ::testing::Test {
protected:
    // Puts an iris where an eye that looks along (x, y) of the head would show it.
    [[nodiscard]] Gaze look(const HeadPose& pose, Side side, double right_cm, double up_cm) const {
        Mesh mesh = test::mesh_of(face, pose, px_per_cm, shift);
        const auto fit = fit_head(mesh, face);
        const bool is_right = side == Side::patient_right;
        const auto& a = face.vertices()[is_right ? 33 : 263];
        const auto& b = face.vertices()[is_right ? 133 : 362];
        const Point3 canonical{(a.x + b.x) / 2 + right_cm, (a.y + b.y) / 2 + up_cm, (a.z + b.z) / 2};
        mesh[is_right ? right_iris : left_iris] = test::place(canonical, pose, px_per_cm, shift);
        return measure_gaze(mesh, face, *fit, side);
    }

    static constexpr double px_per_cm = 20;
    static constexpr Point3 shift{300, 200, 0};
    CanonicalFace face = test::made_up_canonical();
};

double offset_for(double angle_deg) {
    return radius_cm * std::sin(angle_deg * std::numbers::pi / 180);
}

TEST_F(MeasureGaze, IsZeroForAnIrisInTheMiddleOfAFrontalEye) {
    for (const Side side : {Side::patient_left, Side::patient_right}) {
        const Gaze gaze = look({}, side, 0, 0);
        EXPECT_NEAR(gaze.yaw_deg, 0, tolerance_deg);
        EXPECT_NEAR(gaze.pitch_deg, 0, tolerance_deg);
        EXPECT_NEAR(gaze.camera_yaw_deg, 0, tolerance_deg);
        EXPECT_NEAR(gaze.camera_pitch_deg, 0, tolerance_deg);
    }
}

TEST_F(MeasureGaze, CountsYawTowardsThePicturesRightAndPitchDown) {
    for (const Side side : {Side::patient_left, Side::patient_right}) {
        const Gaze aside = look({}, side, offset_for(20), 0);
        EXPECT_NEAR(aside.yaw_deg, 20, tolerance_deg);
        EXPECT_NEAR(aside.camera_yaw_deg, 20, tolerance_deg);
        const Gaze up = look({}, side, 0, offset_for(10));
        EXPECT_NEAR(up.pitch_deg, -10, tolerance_deg);
        EXPECT_NEAR(up.camera_pitch_deg, -10, tolerance_deg);
    }
}

TEST_F(MeasureGaze, EyesThatCounterTheHeadLookAtTheCamera) {
    const Gaze gaze =
        look({.yaw_deg = 15, .pitch_deg = 0, .roll_deg = 0}, Side::patient_left, offset_for(-15), 0);
    EXPECT_NEAR(gaze.yaw_deg, -15, tolerance_deg);
    EXPECT_NEAR(gaze.camera_yaw_deg, 0, tolerance_deg);
    const Gaze down =
        look({.yaw_deg = 0, .pitch_deg = 8, .roll_deg = 0}, Side::patient_right, 0, offset_for(8));
    EXPECT_NEAR(down.pitch_deg, -8, tolerance_deg);
    EXPECT_NEAR(down.camera_pitch_deg, 0, tolerance_deg);
}

TEST_F(MeasureGaze, IsMissingWhenTheIrisLiesOffTheEyeball) {
    const Gaze gaze = look({}, Side::patient_left, 1.2, 0);
    EXPECT_TRUE(std::isnan(gaze.yaw_deg));
    EXPECT_TRUE(std::isnan(gaze.camera_pitch_deg));
}

} // namespace
} // namespace facemirror
