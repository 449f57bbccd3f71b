// SPDX-License-Identifier: Apache-2.0
#include "made_up_face.hpp"

#include <gtest/gtest.h>

#include <numbers>

namespace facemirror {
namespace {

using test::face_cm;
using test::Placement;

constexpr double tolerance = 1e-9;
constexpr double oed_cm = 8.9;

double pair_value(const Landmarks& cm, const std::string& name) {
    const Placement at{.px_per_cm = 12, .origin = {50, 60}, .roll_deg = 17};
    const auto side = [&](Side s) { return measure_side(at.place(cm), at.midline(), at.frame(oed_cm), s); };
    const PairValues values = measure_pair(side(Side::patient_left), side(Side::patient_right));
    const auto& names = pair_value_names();
    return values.at(static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()));
}

double middle_value(const Landmarks& cm, const std::string& name) {
    const Placement at{.px_per_cm = 12, .origin = {50, 60}, .roll_deg = 17};
    const MiddleValues values = measure_middle(at.place(cm), at.midline(), at.frame(oed_cm));
    const auto& names = middle_value_names();
    return values.at(static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()));
}

TEST(MeasurePair, IsZeroForASymmetricFace) {
    for (const std::string& name : pair_value_names()) {
        EXPECT_NEAR(pair_value(face_cm(), name), 0, tolerance) << name;
    }
}

TEST(MeasurePair, ReportsAKnownDroopOfTheLeftCorner) {
    Landmarks face = face_cm();
    test::move(face, 82, -0.2, -0.6);
    const double healthy = std::hypot(0.65, 7);
    const double droopy = std::hypot(0.45, 7.6);
    EXPECT_NEAR(pair_value(face, "fai_canonical_cm"), droopy - healthy, tolerance);
    EXPECT_NEAR(pair_value(face, "fai_oed"), (droopy - healthy) / oed_cm, tolerance);
    EXPECT_NEAR(pair_value(face, "commissure_height_deviation_canonical_cm"), 0.6, tolerance);
    EXPECT_NEAR(pair_value(face, "mouth_shift_canonical_cm"), (2.3 - 2.5) / 2, tolerance);
    EXPECT_NEAR(pair_value(face, "oral_tilt_deg"), 180 / std::numbers::pi * std::atan2(0.6, 4.8), tolerance);
}

TEST(MeasureMiddle, IsZeroForASymmetricFace) {
    for (const std::string& name : middle_value_names()) {
        EXPECT_NEAR(middle_value(face_cm(), name), name == "half_width_ratio" ? 1 : 0, tolerance) << name;
    }
}

TEST(MeasureMiddle, ReportsKnownDeviationsTowardsThePatientsLeft) {
    Landmarks face = face_cm();
    face[57].x += 0.3;
    face[16].x -= 0.4;
    EXPECT_NEAR(middle_value(face, "philtrum_deviation_canonical_cm"), 0.3, tolerance);
    EXPECT_NEAR(middle_value(face, "chin_deviation_oed"), -0.4 / oed_cm, tolerance);
    EXPECT_NEAR(middle_value(face, "nose_tip_deviation_oed"), 0, tolerance);
}

TEST(MeasureMiddle, TheResidualIsTheRootMeanSquareOver44Pairs) {
    Landmarks face = face_cm();
    test::move(face, 82, 0.3, 0.4); // 0.5 cm from its partner's mirror image
    EXPECT_NEAR(middle_value(face, "symmetry_residual_oed"), std::sqrt(0.25 / 44) / oed_cm, tolerance);
}

TEST(MeasureMiddle, TheWidthRatioFallsWhenTheLineLiesAside) {
    const Placement at;
    const Midline aside{.origin = {0.5, 0}, .direction = {0, 1}};
    const MiddleValues values = measure_middle(at.place(face_cm()), aside, at.frame(oed_cm));
    EXPECT_NEAR(values.back(), 3.95 / 4.95, tolerance);
}

} // namespace
} // namespace facemirror
