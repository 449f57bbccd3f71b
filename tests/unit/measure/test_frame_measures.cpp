// SPDX-License-Identifier: Apache-2.0
#include "made_up_face.hpp"

#include <facemirror/measure/neutral.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace facemirror {
namespace {

using test::face_cm;
using test::made_up_canonical;
using test::shape_of;

constexpr double tolerance = 1e-9;

class FrameRow : public ::testing::Test {
protected:
    [[nodiscard]] FrameMeasures measure(const Landmarks& frame, const Landmarks& left, const Landmarks& right,
                                        double yaw_deg = 0) const {
        const FaceShape frame_shape = shape_of(face, frame, yaw_deg);
        const FaceShape left_shape = shape_of(face, left);
        const FaceShape right_shape = shape_of(face, right);
        return measure_frame(frame_shape, &left_shape, &right_shape, midline, face);
    }
    [[nodiscard]] FrameMeasures measure(const Landmarks& all, double yaw_deg = 0) const {
        return measure(all, all, all, yaw_deg);
    }
    static Neutral neutral_of(const FrameMeasures& measures) {
        return {.span = {}, .median = measures, .frames = 1};
    }
    static double column(const FrameMeasures& measures, const Neutral* neutral, const std::string& name) {
        const auto& names = measure_columns();
        std::vector<double> row(names.size(), -1);
        write_row(measures, neutral, row);
        return row.at(static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()));
    }
    static Landmarks with_left_corner(double out_cm, double up_cm) {
        Landmarks cm = face_cm();
        test::move(cm, 82, out_cm, up_cm);
        return cm;
    }

    CanonicalFace face = made_up_canonical();
    Midline midline{.origin = {300, 100}, .direction = {0, 1}};
    std::string up = "commissure_up_canonical_cm";
};

TEST_F(FrameRow, HasUniqueNamesWithUnitSourceAndSide) {
    const auto& names = measure_columns();
    const std::set<std::string> unique(names.begin(), names.end());
    EXPECT_EQ(unique.size(), names.size());
    for (const char* name :
         {"commissure_excursion_canonical_cm_left", "commissure_excursion_canonical_cm_halves_left",
          "commissure_excursion_canonical_cm_frame_right", "palpebral_fissure_oed_right",
          "eye_aspect_ratio_left", "au12_left", "au45_halves_right", "au1_frame_left", "gaze_yaw_deg_left",
          "gaze_camera_pitch_deg_right", "fai_oed", "fai_canonical_cm_halves", "oral_tilt_deg",
          "philtrum_deviation_oed", "symmetry_residual_oed", "pose_ok", "summary_ok"}) {
        EXPECT_TRUE(unique.contains(name)) << name;
    }
}

TEST_F(FrameRow, IsRefusedWhenItsLengthIsWrong) {
    std::vector<double> row(measure_columns().size() - 1);
    EXPECT_THROW(write_row(missing_measures(), nullptr, row), std::logic_error);
}

TEST_F(FrameRow, IsAllMissingWithoutAFace) {
    std::vector<double> row(measure_columns().size(), 0);
    write_row(missing_measures(), nullptr, row);
    EXPECT_TRUE(std::all_of(row.begin(), row.end(), [](double v) { return std::isnan(v); }));
    const FrameMeasures unmeasured = measure_frame(FaceShape{}, nullptr, nullptr, midline, face);
    EXPECT_TRUE(std::isnan(unmeasured.pose.yaw_deg));
    EXPECT_TRUE(std::isnan(unmeasured.frame.side[0][0]));
}

TEST_F(FrameRow, GivesBothSourcesOfEachSide) {
    const FrameMeasures now = measure(with_left_corner(0, 0.1), with_left_corner(0, 0.3), face_cm());
    EXPECT_NEAR(column(now, nullptr, up + "_frame_left"), -6.9, tolerance);
    EXPECT_NEAR(column(now, nullptr, up + "_halves_left"), -6.7, tolerance);
    EXPECT_NEAR(column(now, nullptr, up + "_halves_right"), -7, tolerance);
}

TEST_F(FrameRow, WithoutANeutralThePlainValueIsTheFramesAndUnitsAreMissing) {
    const FrameMeasures now = measure(with_left_corner(0, 0.1), with_left_corner(0, 0.3), face_cm());
    EXPECT_NEAR(column(now, nullptr, up + "_left"), -6.9, tolerance);
    EXPECT_TRUE(std::isnan(column(now, nullptr, "au12_left")));
    EXPECT_TRUE(std::isnan(column(now, nullptr, "au12_halves_left")));
}

TEST_F(FrameRow, TakesRestFromTheFrameAndMovementFromTheHalves) {
    // At rest the halves read 0.05 cm higher than the frame; then they see 0.4 cm of movement, the frame 0.3.
    const Neutral neutral =
        neutral_of(measure(with_left_corner(0, 0.2), with_left_corner(0, 0.25), face_cm()));
    EXPECT_NEAR(column(neutral.median, &neutral, up + "_left"), -6.8, tolerance);
    const FrameMeasures now = measure(with_left_corner(0, 0.5), with_left_corner(0, 0.65), face_cm());
    EXPECT_NEAR(column(now, &neutral, up + "_left"), -6.8 + 0.4, tolerance);
    EXPECT_NEAR(column(now, &neutral, up + "_right"), -7, tolerance);
    EXPECT_NEAR(column(now, &neutral, "commissure_height_deviation_canonical_cm"), 0.6, tolerance);
}

TEST_F(FrameRow, TakesTheFrameAloneWhenTheHeadIsTurnedFromTheNeutral) {
    const Neutral neutral = neutral_of(measure(face_cm(), 2.0));
    const Landmarks moved = with_left_corner(0, 0.3);
    const auto value = [&](double yaw_deg) {
        const FrameMeasures now = measure(moved, with_left_corner(0, 0.9), face_cm(), yaw_deg);
        return column(now, &neutral, up + "_left") - column(now, &neutral, up + "_frame_left");
    };
    EXPECT_GT(value(6.9), 0.1);
    EXPECT_NEAR(value(7.1), 0, tolerance);
    EXPECT_GT(value(-2.9), 0.1);
    EXPECT_NEAR(value(-3.1), 0, tolerance);
}

TEST_F(FrameRow, TakesTheFrameWhereTheHalvesWereNotRun) {
    const FaceShape shape = shape_of(face, face_cm());
    const FrameMeasures now = measure_frame(shape, nullptr, nullptr, midline, face);
    const Neutral neutral = neutral_of(now);
    EXPECT_TRUE(std::isnan(column(now, &neutral, up + "_halves_left")));
    EXPECT_NEAR(column(now, &neutral, up + "_left"), -7, tolerance);
    EXPECT_NEAR(column(now, &neutral, "au45_left"), 0, tolerance);
}

TEST_F(FrameRow, ComputesUnitsOfEachSourceAgainstItsOwnNeutral) {
    const Neutral neutral = neutral_of(measure(face_cm()));
    Landmarks shut = face_cm();
    for (const auto& [upper, lower] : {std::pair{69U, 75U}, std::pair{70U, 74U}, std::pair{71U, 73U}}) {
        shut[upper] = middle(shut[upper], shut[lower]) + Point{0, 0.1};
        shut[lower] = shut[upper] + Point{0, -0.2};
    }
    const FrameMeasures now = measure(face_cm(), shut, face_cm());
    const double ratio = 0.2 / 2.6;
    const double au45 = 5 * (1 - ratio / (3.3 / 7.8)) / 0.8;
    EXPECT_NEAR(column(now, &neutral, "au45_halves_left"), std::min(5.0, au45), tolerance);
    EXPECT_NEAR(column(now, &neutral, "au45_frame_left"), 0, tolerance);
    EXPECT_NEAR(column(now, &neutral, "au45_left"), std::min(5.0, au45), tolerance);
    EXPECT_NEAR(column(now, &neutral, "au45_right"), 0, tolerance);
    EXPECT_NEAR(chosen_action_units(now, &neutral, Side::patient_left).back(), std::min(5.0, au45),
                tolerance);
    EXPECT_TRUE(std::isnan(chosen_action_units(now, nullptr, Side::patient_left).back()));
}

TEST_F(FrameRow, FlagsYawAboveFiveAndTenDegrees) {
    const auto flags = [&](double yaw_deg) {
        const FrameMeasures now = measure(face_cm(), yaw_deg);
        return std::pair{column(now, nullptr, "pose_ok"), column(now, nullptr, "summary_ok")};
    };
    EXPECT_EQ(flags(-4.9), (std::pair{1.0, 1.0}));
    EXPECT_EQ(flags(5.1), (std::pair{0.0, 1.0}));
    EXPECT_EQ(flags(-10.1), (std::pair{0.0, 0.0}));
}

TEST_F(FrameRow, OfAFlippedRecordingHasItsSidesSwapped) {
    Landmarks cm = with_left_corner(0, 0.4);
    cm[57].x += 0.3;
    const FrameMeasures now = measure(cm);
    const FrameMeasures swapped = swap_sides(now);
    for (const char* source : {"_frame_", "_halves_"}) {
        EXPECT_EQ(column(swapped, nullptr, up + source + "right"),
                  column(now, nullptr, up + source + "left"));
        EXPECT_EQ(column(swapped, nullptr, up + source + "left"),
                  column(now, nullptr, up + source + "right"));
    }
    EXPECT_NEAR(column(swapped, nullptr, "philtrum_deviation_canonical_cm"), -0.3, tolerance);
    EXPECT_EQ(column(swapped, nullptr, "half_width_ratio"), column(now, nullptr, "half_width_ratio"));
}

TEST_F(FrameRow, WithoutAMeshHasWhatPointsGiveAndNothingElse) {
    // The turn of the head comes from the points; their face is flat, so it is fitted as it stands.
    FaceShape shape = shape_of(face, face_cm());
    shape.mesh.reset();
    for (const std::size_t k : {51U, 52U, 53U, 54U, 55U, 57U, 59U, 60U, 64U, 68U, 72U}) {
        const Point3 p = wflw::from_mesh[k].in(face.vertices());
        shape.points[k] = {300 + test::shape_px_per_cm * p.x, 200 - test::shape_px_per_cm * p.y};
    }
    const FrameMeasures now = measure_frame(shape, nullptr, nullptr, midline, face);
    EXPECT_NEAR(now.pose.yaw_deg, 0, 1e-7);
    const Neutral neutral = neutral_of(now);
    EXPECT_FALSE(std::isnan(column(now, &neutral, "commissure_out_canonical_cm_left")));
    EXPECT_FALSE(std::isnan(column(now, &neutral, "eye_aspect_ratio_right")));
    EXPECT_NEAR(column(now, &neutral, "au45_left"), 0, tolerance);
    for (const char* name :
         {"au12_left", "au1_frame_right", "au45_halves_left", "gaze_yaw_deg_left",
          "commissure_out_canonical_cm_halves_left", "au12_score_left", "emotion_happy_left"}) {
        EXPECT_TRUE(std::isnan(column(now, &neutral, name))) << name;
    }
}

TEST_F(FrameRow, PublishesTheMultitaskNetworksScoresAsTheyAreAndTimesFive) {
    FrameMeasures now = measure(face_cm());
    const std::size_t left = static_cast<std::size_t>(Side::patient_left);
    now.multitask[left].au_score = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8};
    now.multitask[left].emotion = {0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    now.multitask[left].gaze_yaw_deg = -4;
    now.multitask[left].gaze_pitch_deg = 2;
    EXPECT_NEAR(column(now, nullptr, "au12_score_left"), 0.6, tolerance);
    EXPECT_NEAR(column(now, nullptr, "au12_left"), 3, tolerance); // no neutral is needed
    EXPECT_NEAR(column(now, nullptr, "au26_left"), 4, tolerance);
    EXPECT_NEAR(column(now, nullptr, "emotion_neutral_left"), 0.3, tolerance);
    EXPECT_NEAR(column(now, nullptr, "gaze_halves_yaw_deg_left"), -4, tolerance);
    EXPECT_NEAR(column(now, nullptr, "gaze_halves_pitch_deg_left"), 2, tolerance);
    EXPECT_TRUE(std::isnan(column(now, nullptr, "au5_left"))); // the network has no such unit
    EXPECT_TRUE(std::isnan(column(now, nullptr, "au12_score_right")));
    const Neutral neutral = neutral_of(now);
    EXPECT_NEAR(column(now, &neutral, "au12_left"), 3, tolerance);
    EXPECT_NEAR(column(now, &neutral, "au12_halves_left"), 0, tolerance); // geometry stays beside it
    const FrameMeasures flipped = swap_sides(now);
    EXPECT_NEAR(column(flipped, nullptr, "au12_score_right"), 0.6, tolerance);
}

} // namespace
} // namespace facemirror
