// SPDX-License-Identifier: Apache-2.0
#include "made_up_face.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace facemirror {
namespace {

constexpr double tolerance = 1e-9;

double unit(const AuValues& values, int number) {
    const auto at = std::find(facs::geometric.begin(), facs::geometric.end(), number);
    return values[static_cast<std::size_t>(at - facs::geometric.begin())];
}

const AuRaw neutral{.inner_brow_height = 1.2,
                    .outer_brow_height = 1.0,
                    .middle_brow_height = 1.5,
                    .brow_distance = 4,
                    .upper_lid_height = 0.5,
                    .lower_lid_height = -0.4,
                    .cheek_height = -2,
                    .nostril_height = -3.5,
                    .upper_lip_height = -1.5,
                    .corner_out = 2.5,
                    .corner_up = -4.3,
                    .chin_height = -5.9,
                    .lip_gap = 0.1,
                    .jaw_height = -7.3,
                    .eye_aspect_ratio = 0.3};

struct Case {
    int number;
    double AuRaw::* value;
    double full; // cm, default-models.md 6b
};

TEST(ActionUnits, AreZeroAtNeutral) {
    for (const double value : action_units(neutral, neutral)) {
        EXPECT_NEAR(value, 0, tolerance);
    }
}

TEST(ActionUnits, ReachFiveAtTheFullChangeAndGrowInStep) {
    for (const Case& c : {Case{1, &AuRaw::inner_brow_height, 0.8}, Case{2, &AuRaw::outer_brow_height, 0.7},
                          Case{5, &AuRaw::upper_lid_height, 0.35}, Case{6, &AuRaw::cheek_height, 0.5},
                          Case{7, &AuRaw::lower_lid_height, 0.25}, Case{9, &AuRaw::nostril_height, 0.4},
                          Case{10, &AuRaw::upper_lip_height, 0.5}, Case{15, &AuRaw::corner_up, -0.6},
                          Case{17, &AuRaw::chin_height, 0.6}, Case{20, &AuRaw::corner_out, 0.7},
                          Case{25, &AuRaw::lip_gap, 1.0}, Case{26, &AuRaw::jaw_height, -1.5},
                          Case{45, &AuRaw::eye_aspect_ratio, -0.8 * 0.3}}) {
        for (const double share : {0.2, 0.6, 1.0, 1.5, -0.5}) {
            AuRaw now = neutral;
            now.*c.value += share * c.full;
            EXPECT_NEAR(unit(action_units(now, neutral), c.number), std::clamp(5 * share, 0.0, 5.0),
                        tolerance)
                << "unit " << c.number << ", share " << share;
        }
    }
}

TEST(ActionUnits, FourCountsLoweredAndGatheredBrowsHalfEach) {
    AuRaw now = neutral;
    now.middle_brow_height -= 0.3;
    EXPECT_NEAR(unit(action_units(now, neutral), 4), 5 * 0.5 * 0.3 / 0.5, tolerance);
    now.brow_distance -= 0.2;
    EXPECT_NEAR(unit(action_units(now, neutral), 4), 5 * (0.3 + 0.2), tolerance);
}

TEST(ActionUnits, TwelveWeighsTheCornersWayOutAndUp) {
    AuRaw now = neutral;
    now.corner_out += 0.5;
    now.corner_up += 0.4;
    EXPECT_NEAR(unit(action_units(now, neutral), 12), 5 * (0.77 * 0.5 + 0.64 * 0.4) / 1.3, tolerance);
}

TEST(ActionUnits, ASmileIsTakenOffNineTenAndTwenty) {
    AuRaw now = neutral;
    now.corner_up += 0.5;
    now.nostril_height += 0.4;
    now.upper_lip_height += 0.4;
    now.corner_out += 0.6;
    const AuValues units = action_units(now, neutral);
    EXPECT_NEAR(unit(units, 9), 5 * (0.4 - 0.6 * 0.5) / 0.4, tolerance);
    EXPECT_NEAR(unit(units, 10), 5 * (0.4 - 0.35 * 0.5) / 0.5, tolerance);
    EXPECT_NEAR(unit(units, 20), 5 * (0.6 - 0.5) / 0.7, tolerance);
}

TEST(ActionUnits, ASunkenCornerRaisesOnlyFifteen) {
    AuRaw now = neutral;
    now.corner_up -= 0.3;
    const AuValues units = action_units(now, neutral);
    EXPECT_NEAR(unit(units, 15), 2.5, tolerance);
    for (const int number : {9, 10, 12, 20}) {
        EXPECT_NEAR(unit(units, number), 0, tolerance) << number;
    }
}

TEST(ActionUnits, AreMissingWhereTheirValueIs) {
    AuRaw now = neutral;
    now.lip_gap = missing;
    now.eye_aspect_ratio = missing;
    const AuValues units = action_units(now, neutral);
    EXPECT_TRUE(std::isnan(unit(units, 25)));
    EXPECT_TRUE(std::isnan(unit(units, 45)));
    EXPECT_NEAR(unit(units, 12), 0, tolerance);
}

class AuRawOfAMesh : public ::testing::Test {
protected:
    [[nodiscard]] AuRaw measure(Side side) const {
        const auto fit = fit_head(mesh, face);
        return measure_au_raw(mesh, face, *fit, 0.3, side);
    }
    // The fit does not lean on this vertex, so a move in the frontal mesh is a move in canonical cm.
    void move(std::size_t id, double right_cm, double up_cm) {
        mesh[id].x += px_per_cm * right_cm;
        mesh[id].y -= px_per_cm * up_cm;
    }

    static constexpr double px_per_cm = 20;
    CanonicalFace face = test::made_up_canonical();
    Mesh mesh = test::mesh_of(face, {}, px_per_cm, {300, 200, 0});
};

TEST_F(AuRawOfAMesh, IsEqualOnBothSidesOfASymmetricFace) {
    const AuRaw left = measure(Side::patient_left);
    const AuRaw right = measure(Side::patient_right);
    for (const auto value : {&AuRaw::inner_brow_height, &AuRaw::outer_brow_height, &AuRaw::cheek_height,
                             &AuRaw::corner_out, &AuRaw::corner_up, &AuRaw::upper_lip_height}) {
        EXPECT_NEAR(left.*value, right.*value, tolerance);
    }
    const auto& v = face.vertices();
    EXPECT_NEAR(right.inner_brow_height, (v[55].y + v[107].y) / 2 - (v[33].y + v[133].y) / 2, tolerance);
    EXPECT_NEAR(right.corner_out, -v[61].x, tolerance);
    EXPECT_NEAR(right.corner_up, v[61].y, tolerance);
    EXPECT_NEAR(right.jaw_height, v[152].y - v[2].y, tolerance);
    EXPECT_EQ(right.eye_aspect_ratio, 0.3);
}

TEST_F(AuRawOfAMesh, TakesEachSidesOwnVertices) {
    const AuRaw before_left = measure(Side::patient_left);
    const AuRaw before_right = measure(Side::patient_right);
    move(291, 0.5, 0.4); // the left corner, out and up
    move(61, 0.2, -0.3); // the right corner, in and down
    EXPECT_NEAR(measure(Side::patient_left).corner_out - before_left.corner_out, 0.5, tolerance);
    EXPECT_NEAR(measure(Side::patient_left).corner_up - before_left.corner_up, 0.4, tolerance);
    EXPECT_NEAR(measure(Side::patient_right).corner_out - before_right.corner_out, -0.2, tolerance);
    EXPECT_NEAR(measure(Side::patient_right).corner_up - before_right.corner_up, -0.3, tolerance);
}

} // namespace
} // namespace facemirror
