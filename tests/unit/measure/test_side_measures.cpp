// SPDX-License-Identifier: Apache-2.0
#include "made_up_face.hpp"

#include <gtest/gtest.h>

#include <numbers>
#include <set>

namespace facemirror {
namespace {

using test::face_cm;
using test::Placement;

constexpr double tolerance = 1e-9; // cm, OED, degrees
constexpr double oed_cm = 8.9;     // distance of points 60 and 72 of the made-up face

SideValues measure(const Landmarks& cm, Side side, const Placement& at = {}) {
    return measure_side(at.place(cm), at.midline(), at.frame(oed_cm), side);
}

double cm_of(const SideValues& values, Quantity quantity) {
    return values[index_of(quantity, Scale::canonical_cm)];
}

struct Expected {
    Quantity quantity;
    double value;
};

// Worked out by hand from the points of made_up_face.cpp; cm, cm2, ratio, degrees.
const std::array expected{
    Expected{Quantity::brow_height, 2.9 - 0.2 * 0.375 - 0.1},
    Expected{Quantity::brow_peak_height, 2.9},
    Expected{Quantity::brow_position, (2.6 + 2.9 + 2.7 + 2.2 + 2.4 + 2.1) / 6},
    Expected{Quantity::palpebral_fissure, 1.3},
    Expected{Quantity::mrd1, 0.7},
    Expected{Quantity::mrd2, 0.6},
    Expected{Quantity::upper_lid_position, 2.0 / 3},
    Expected{Quantity::lower_lid_position, -1.3 / 3},
    Expected{Quantity::commissure_excursion, std::sqrt(2.5 * 2.5 + 1.1 * 1.1)},
    Expected{Quantity::commissure_out, 2.5},
    Expected{Quantity::commissure_up, -7},
    Expected{Quantity::canthus_commissure, std::sqrt(0.65 * 0.65 + 49)},
    Expected{Quantity::lip_gap, 0.2},
    Expected{Quantity::dental_show, 0.2 * 1.15 / 1.3},
    Expected{Quantity::upper_lip_height, -6.5 + 0.3 * 0.35 / 0.9},
    Expected{Quantity::lower_lip_height, -7.6 - 0.4 * 0.35 / 0.8},
    Expected{Quantity::lower_lip_position, -(8 + 7.6 + 7.1) / 3},
    Expected{Quantity::nostril_out, 1.5},
    Expected{Quantity::nostril_up, -4},
    Expected{Quantity::eye_area, 1.30 + 0.845},
    Expected{Quantity::dental_area, 0.13 + 0.35},
    Expected{Quantity::eye_aspect_ratio, 3.3 / 7.8},
    Expected{Quantity::smile_angle,
             90 + 180 / std::numbers::pi* std::asin(1.1 / std::sqrt(2.5 * 2.5 + 1.1 * 1.1))},
};

TEST(MeasureSide, GivesTheHandComputedValuesOnBothSides) {
    for (const Side side : {Side::patient_left, Side::patient_right}) {
        const SideValues values = measure(face_cm(), side);
        for (const Expected& e : expected) {
            EXPECT_NEAR(cm_of(values, e.quantity), e.value, tolerance)
                << side_value_names()[index_of(e.quantity)] << " " << name_of(side);
        }
    }
}

TEST(MeasureSide, GivesLengthsAndAreasInOuterEyeDistancesToo) {
    const SideValues values = measure(face_cm(), Side::patient_left);
    for (std::size_t q = 0; q < scaled_count; ++q) {
        const double unit = q < length_count ? oed_cm : oed_cm * oed_cm;
        EXPECT_NEAR(values[2 * q + 1], values[2 * q] / unit, tolerance) << side_value_names()[2 * q];
    }
}

TEST(MeasureSide, DoesNotChangeWhenThePictureIsShiftedScaledOrTurned) {
    const SideValues upright = measure(face_cm(), Side::patient_right);
    for (const double roll : {-90.0, -20.0, 33.0, 180.0}) {
        const Placement at{.px_per_cm = 37.5, .origin = {811, 402.5}, .roll_deg = roll};
        const SideValues values = measure(face_cm(), Side::patient_right, at);
        for (std::size_t i = 0; i < values.size(); ++i) {
            EXPECT_NEAR(values[i], upright[i], tolerance) << side_value_names()[i] << " at " << roll;
        }
    }
}

Landmarks lopsided_cm() {
    Landmarks face = face_cm();
    test::move(face, 82, 0.3, 0.5);  // left corner out and up
    test::move(face, 44, 0.0, 0.4);  // left brow peak
    test::move(face, 62, 0.0, -0.3); // right upper lid
    test::move(face, 84, 0.1, -0.2); // left half of the lower lip
    return face;
}

TEST(MeasureSide, FindsAKnownAsymmetryOnItsSideOnly) {
    const SideValues left = measure(lopsided_cm(), Side::patient_left);
    const SideValues right = measure(lopsided_cm(), Side::patient_right);
    EXPECT_NEAR(cm_of(left, Quantity::commissure_out), 2.8, tolerance);
    EXPECT_NEAR(cm_of(left, Quantity::commissure_up), -6.5, tolerance);
    EXPECT_NEAR(cm_of(left, Quantity::commissure_excursion), std::hypot(2.8, 1.6), tolerance);
    EXPECT_NEAR(cm_of(left, Quantity::brow_peak_height), 3.3, tolerance);
    EXPECT_NEAR(cm_of(left, Quantity::lower_lip_position), -(8.2 + 7.6 + 7.1) / 3, tolerance);
    EXPECT_NEAR(cm_of(left, Quantity::palpebral_fissure), 1.3, tolerance);
    EXPECT_NEAR(cm_of(right, Quantity::palpebral_fissure), 1.0, tolerance);
    EXPECT_NEAR(right[index_of(Quantity::eye_aspect_ratio)], 3.0 / 7.8, tolerance);
    EXPECT_NEAR(cm_of(right, Quantity::commissure_out), 2.5, tolerance);
    EXPECT_NEAR(cm_of(right, Quantity::brow_peak_height), 2.9, tolerance);
}

TEST(MeasureSide, SwappingLeftAndRightSwapsTheValues) {
    const Landmarks face = lopsided_cm();
    Landmarks swapped{};
    for (std::size_t i = 0; i < face.size(); ++i) {
        const Point p = face[wflw::partner[i]];
        swapped[i] = {-p.x, p.y};
    }
    for (const Side side : {Side::patient_left, Side::patient_right}) {
        const SideValues values = measure(face, side);
        const SideValues mirrored = measure(swapped, other(side));
        for (std::size_t i = 0; i < values.size(); ++i) {
            EXPECT_NEAR(values[i], mirrored[i], tolerance) << side_value_names()[i];
        }
    }
}

TEST(MeasureSide, LeavesTheExcursionEmptyWhenTheMidlinePassesTheMouthBy) {
    const Placement at;
    const Midline aside{.origin = {6, 0}, .direction = {0, 1}};
    const SideValues values = measure_side(at.place(face_cm()), aside, at.frame(oed_cm), Side::patient_left);
    EXPECT_TRUE(std::isnan(cm_of(values, Quantity::commissure_excursion)));
    EXPECT_TRUE(std::isnan(values[index_of(Quantity::smile_angle)]));
    EXPECT_NEAR(cm_of(values, Quantity::commissure_out), 2.5, tolerance);
}

TEST(MeasureSide, LeavesPupilValuesEmptyWhenThePupilLeavesTheEye) {
    Landmarks face = face_cm();
    test::move(face, 97, 9, 0);
    const SideValues values = measure(face, Side::patient_left);
    EXPECT_TRUE(std::isnan(cm_of(values, Quantity::brow_height)));
    EXPECT_TRUE(std::isnan(cm_of(values, Quantity::mrd1)));
    EXPECT_TRUE(std::isnan(cm_of(values, Quantity::mrd2)));
    EXPECT_NEAR(cm_of(values, Quantity::palpebral_fissure), 1.3, tolerance);
}

TEST(MeasureSide, AClosedMouthShowsNoTeeth) {
    Landmarks face = face_cm();
    for (const auto& [lower, upper] : {std::pair{95U, 89U}, std::pair{94U, 90U}, std::pair{93U, 91U}}) {
        face[lower] = face[upper] + Point{0, 0.05}; // lips overlap
    }
    const SideValues values = measure(face, Side::patient_right);
    EXPECT_EQ(cm_of(values, Quantity::dental_show), 0);
    EXPECT_NEAR(cm_of(values, Quantity::lip_gap), -0.05, tolerance);
}

TEST(EyeAspectRatio, IsEmptyForAnEyeWithoutWidth) {
    EXPECT_TRUE(std::isnan(eye_aspect_ratio(Landmarks{}, Side::patient_left)));
}

TEST(EyeAspectRatio, FollowsTheWorkedExampleOfTheSpecification) {
    // behaviour.md 16: an eye 34 px wide and 10 px open has 0.255.
    Landmarks points{};
    points[60] = {0, 0};
    points[64] = {34, 0};
    for (const auto& [upper, lower, gap] :
         {std::tuple{61U, 67U, 8.0}, std::tuple{62U, 66U, 10.0}, std::tuple{63U, 65U, 8.0}}) {
        points[upper] = {17, -gap / 2};
        points[lower] = {17, gap / 2};
    }
    EXPECT_NEAR(eye_aspect_ratio(points, Side::patient_right), 0.255, 5e-4);
}

TEST(FaceFrame, StandsStillWhenBrowAndChinArePulledAside) {
    const CanonicalFace face = test::made_up_canonical();
    FaceShape shape = test::shape_of(face, face_cm());
    const auto fit = fit_head(shape, face);
    ASSERT_TRUE(fit.has_value());
    const auto before = face_frame(shape.points, *fit);
    for (const std::size_t k : {16U, 38U, 50U}) { // the points of the brow-chin line
        shape.points[k] = shape.points[k] + Point{15, 4};
    }
    const auto after = face_frame(shape.points, *fit);
    ASSERT_TRUE(before && after);
    EXPECT_EQ(before->origin, after->origin);
    EXPECT_EQ(before->right, after->right);
    EXPECT_NEAR(before->cm_per_px, 1 / test::shape_px_per_cm, 1e-12);
    EXPECT_NEAR(before->oed_px, oed_cm * test::shape_px_per_cm, 1e-9);
    EXPECT_NEAR(before->origin.x, 300, 1e-9);
    EXPECT_NEAR(before->origin.y, 200 - 2.6 * test::shape_px_per_cm, 1e-9);
}

TEST(FaceFrame, TurnsWithTheEyes) {
    const Placement at{.px_per_cm = 14, .origin = {70, 90}, .roll_deg = 25};
    const HeadFit fit{.px_per_cm = 14, .rotation = {}, .shift = {}, .pose = {}, .residual_cm = 0};
    const auto frame = face_frame(at.place(face_cm()), fit);
    ASSERT_TRUE(frame.has_value());
    for (const Point cm : {Point{0, 0}, Point{2.5, -7}, Point{-3, 4}}) {
        const Point back = (1.0 / 14) * frame->from_picture(at.place(cm));
        EXPECT_NEAR(back.x, cm.x, tolerance);
        EXPECT_NEAR(back.y, cm.y, tolerance);
    }
}

TEST(FaceFrame, IsUndefinedWithoutOuterEyeCorners) {
    const CanonicalFace face = test::made_up_canonical();
    const auto fit = fit_head(test::shape_of(face, face_cm()), face);
    ASSERT_TRUE(fit.has_value());
    EXPECT_FALSE(face_frame(Landmarks{}, *fit).has_value());
}

TEST(SideValueNames, AreUniqueAndCarryTheirUnit) {
    const auto& names = side_value_names();
    ASSERT_EQ(names.size(), side_value_count);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    EXPECT_EQ(names[index_of(Quantity::commissure_excursion, Scale::canonical_cm)],
              "commissure_excursion_canonical_cm");
    EXPECT_EQ(names[index_of(Quantity::palpebral_fissure, Scale::oed)], "palpebral_fissure_oed");
    EXPECT_EQ(names[index_of(Quantity::dental_area, Scale::oed)], "dental_area_oed2");
    EXPECT_EQ(names[index_of(Quantity::eye_aspect_ratio)], "eye_aspect_ratio");
    EXPECT_EQ(names[index_of(Quantity::smile_angle)], "smile_angle_deg");
}

} // namespace
} // namespace facemirror
