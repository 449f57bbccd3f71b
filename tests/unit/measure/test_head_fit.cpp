// SPDX-License-Identifier: Apache-2.0
#include "made_up_face.hpp"

#include <facemirror/core/error.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <limits>

namespace facemirror {
namespace {

using test::made_up_canonical;
using test::mesh_of;

constexpr double tolerance_deg = 1e-9;
constexpr double tolerance_cm = 1e-9;

TEST(FitHead, RecoversPoseScaleAndPlaceExactly) {
    const CanonicalFace face = made_up_canonical();
    for (const double yaw : {-40.0, -5.0, 0.0, 30.0}) {
        for (const double pitch : {-25.0, 0.0, 15.0}) {
            for (const double roll : {-170.0, -20.0, 0.0, 35.0, 90.0}) {
                const HeadPose pose{.yaw_deg = yaw, .pitch_deg = pitch, .roll_deg = roll};
                const auto fit = fit_head(mesh_of(face, pose, 23.5, {640, 360, -12}), face);
                ASSERT_TRUE(fit.has_value());
                EXPECT_NEAR(fit->pose.yaw_deg, yaw, tolerance_deg);
                EXPECT_NEAR(fit->pose.pitch_deg, pitch, tolerance_deg);
                EXPECT_NEAR(fit->pose.roll_deg, roll, tolerance_deg);
                EXPECT_NEAR(fit->px_per_cm, 23.5, 1e-9);
                EXPECT_NEAR(fit->residual_cm, 0, tolerance_cm);
            }
        }
    }
}

TEST(FitHead, CountsYawTowardsThePicturesRightAndPitchDownAndRollCounterClockwise) {
    const CanonicalFace face = made_up_canonical();
    const Mesh frontal = mesh_of(face, {}, 10, {0, 0, 0});
    const auto moved = [&](const HeadPose& pose, std::size_t vertex) {
        const Mesh mesh = mesh_of(face, pose, 10, {0, 0, 0});
        return Point{mesh[vertex].x - frontal[vertex].x, mesh[vertex].y - frontal[vertex].y};
    };
    constexpr std::size_t nose_tip = 4; // in front of the generic face's origin
    EXPECT_GT(moved({.yaw_deg = 10, .pitch_deg = 0, .roll_deg = 0}, nose_tip).x, 0);
    EXPECT_GT(moved({.yaw_deg = 0, .pitch_deg = 10, .roll_deg = 0}, nose_tip).y, 0);
    constexpr std::size_t left_outer_canthus = 263; // on the picture's right: it rises on screen
    EXPECT_LT(moved({.yaw_deg = 0, .pitch_deg = 0, .roll_deg = 10}, left_outer_canthus).y, 0);
}

TEST(FitHead, AFlippedPictureChangesTheSignOfYawAndRoll) {
    const CanonicalFace face = made_up_canonical();
    const Mesh mesh = mesh_of(face, {.yaw_deg = 12, .pitch_deg = 7, .roll_deg = -9}, 15, {100, 80, 0});
    Mesh flipped{};
    for (std::size_t i = 0; i < mesh.size(); ++i) {
        const Point3& p = mesh[face.partner(i)];
        flipped[i] = {200 - p.x, p.y, p.z};
    }
    const auto fit = fit_head(flipped, face);
    ASSERT_TRUE(fit.has_value());
    EXPECT_NEAR(fit->pose.yaw_deg, -12, tolerance_deg);
    EXPECT_NEAR(fit->pose.pitch_deg, 7, tolerance_deg);
    EXPECT_NEAR(fit->pose.roll_deg, 9, tolerance_deg);
}

TEST(FitHead, BringsEveryVertexBackToTheGenericFace) {
    const CanonicalFace face = made_up_canonical();
    const Mesh mesh = mesh_of(face, {.yaw_deg = -15, .pitch_deg = 4, .roll_deg = 30}, 31, {500, 400, 20});
    const auto fit = fit_head(mesh, face);
    ASSERT_TRUE(fit.has_value());
    for (std::size_t i = 0; i < CanonicalFace::size; ++i) {
        const Point3 back = to_canonical(*fit, mesh[i]);
        EXPECT_NEAR(back.x, face.vertices()[i].x, tolerance_cm);
        EXPECT_NEAR(back.y, face.vertices()[i].y, tolerance_cm);
        EXPECT_NEAR(back.z, face.vertices()[i].z, tolerance_cm);
    }
}

TEST(FitHead, ReportsWhatItLeavesOver) {
    const CanonicalFace face = made_up_canonical();
    Mesh mesh = mesh_of(face, {}, 10, {0, 0, 0});
    mesh[4].x += 10; // 1 cm aside
    const auto fit = fit_head(mesh, face);
    ASSERT_TRUE(fit.has_value());
    EXPECT_GT(fit->residual_cm, 0.1);
    EXPECT_LT(fit->residual_cm, 1.0);
}

TEST(FitHead, RefusesMeshesWithoutExtentOrWithMissingPoints) {
    const CanonicalFace face = made_up_canonical();
    EXPECT_FALSE(fit_head(Mesh{}, face).has_value());
    Mesh mesh = mesh_of(face, {}, 10, {0, 0, 0});
    mesh[133].y = missing;
    EXPECT_FALSE(fit_head(mesh, face).has_value());
}

Landmarks landmarks_of(const Mesh& mesh) {
    Landmarks points;
    for (std::size_t k = 0; k < points.size(); ++k) {
        const Point3 p = wflw::from_mesh[k].in(mesh);
        points[k] = {p.x, p.y};
    }
    return points;
}

TEST(FitHead, RecoversPoseScaleAndPlaceFromThePointsAlone) {
    const CanonicalFace face = made_up_canonical();
    for (const double yaw : {-40.0, -5.0, 0.0, 30.0}) {
        for (const double pitch : {-25.0, 0.0, 15.0}) {
            for (const double roll : {-170.0, -20.0, 0.0, 35.0, 90.0}) {
                const HeadPose pose{.yaw_deg = yaw, .pitch_deg = pitch, .roll_deg = roll};
                const auto fit = fit_head(landmarks_of(mesh_of(face, pose, 23.5, {640, 360, -12})), face);
                ASSERT_TRUE(fit.has_value());
                EXPECT_NEAR(fit->pose.yaw_deg, yaw, 1e-7);
                EXPECT_NEAR(fit->pose.pitch_deg, pitch, 1e-7);
                EXPECT_NEAR(fit->pose.roll_deg, roll, 1e-7);
                EXPECT_NEAR(fit->px_per_cm, 23.5, 1e-7);
                EXPECT_NEAR(fit->residual_cm, 0, tolerance_cm);
                EXPECT_NEAR(fit->shift.x, 640, 1e-7);
                EXPECT_NEAR(fit->shift.y, -360, 1e-7);
            }
        }
    }
}

TEST(FitHead, TakesNoMovementOfLidsBrowsOrLipsForATurnOfTheHead) {
    const CanonicalFace face = made_up_canonical();
    const HeadPose pose{.yaw_deg = 6, .pitch_deg = 3, .roll_deg = -4};
    Landmarks points = landmarks_of(mesh_of(face, pose, 20, {300, 200, 0}));
    for (const std::size_t moved : {16U, 35U, 44U, 62U, 70U, 76U, 82U, 85U, 96U, 97U}) {
        points[moved] = points[moved] + Point{15, -10};
    }
    const auto fit = fit_head(points, face);
    ASSERT_TRUE(fit.has_value());
    EXPECT_NEAR(fit->pose.yaw_deg, 6, 1e-7);
    EXPECT_NEAR(fit->pose.pitch_deg, 3, 1e-7);
}

TEST(ShapeResidual, IsSmallForAFaceInAnyPoseAndLargeForScatteredPoints) {
    const CanonicalFace face = made_up_canonical();
    const HeadPose pose{.yaw_deg = 20, .pitch_deg = -10, .roll_deg = 25};
    Landmarks points = landmarks_of(mesh_of(face, pose, 20, {300, 200, 0}));
    EXPECT_NEAR(shape_residual_cm(points, face), 0, 1e-7);
    for (std::size_t k = 0; k < 96; ++k) {
        points[k].x += k % 2 == 0 ? 20 : -20; // 1 cm
    }
    EXPECT_NEAR(shape_residual_cm(points, face), 1, 0.1);
    points.fill({7, 7});
    EXPECT_EQ(shape_residual_cm(points, face), std::numeric_limits<double>::infinity());
}

TEST(FitHead, HasNoPoseForPointsThatAreNoFace) {
    const CanonicalFace face = made_up_canonical();
    Landmarks points{};
    EXPECT_FALSE(fit_head(points, face).has_value());
    points = landmarks_of(mesh_of(face, {}, 20, {300, 200, 0}));
    points[54].x = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(fit_head(points, face).has_value());
}

TEST(CanonicalFace, PairsEveryVertexWithItsMirrorPartner) {
    const CanonicalFace face = made_up_canonical();
    EXPECT_EQ(face.partner(33), 263U);
    EXPECT_EQ(face.partner(61), 291U);
    EXPECT_EQ(face.partner(152), 152U);
    EXPECT_EQ(face.partner(468), 473U);
    EXPECT_EQ(face.partner(469), 476U);
    for (std::size_t i = 0; i < 478; ++i) {
        EXPECT_EQ(face.partner(face.partner(i)), i);
    }
}

TEST(CanonicalFace, RefusesOtherShapes) {
    const CanonicalFace face = made_up_canonical();
    std::vector<Point3> few{face.vertices().begin(), face.vertices().end() - 1};
    EXPECT_THROW((CanonicalFace{few, face.points()}), Error);
    EXPECT_THROW((CanonicalFace{face.vertices(), {{4, 1.0}, {6, 1.0}}}), Error);
    EXPECT_THROW((CanonicalFace{face.vertices(), {{4, 1.0}, {6, 1.0}, {468, 1.0}}}), Error);
    EXPECT_THROW((CanonicalFace{face.vertices(), {{4, 1.0}, {6, 1.0}, {7, -1.0}}}), Error);
}

class CanonicalFile : public ::testing::Test {
protected:
    void write(const std::string& text) const { std::ofstream{file} << text; }
    void TearDown() override { std::filesystem::remove(file); }

    const std::filesystem::path file =
        std::filesystem::path{::testing::TempDir()} /
        (std::string{"canonical_"} + ::testing::UnitTest::GetInstance()->current_test_info()->name() +
         ".json");
};

TEST_F(CanonicalFile, IsReadBackAsItWasWritten) {
    const CanonicalFace face = made_up_canonical();
    nlohmann::json json;
    for (const Point3& v : face.vertices()) {
        json["vertices"].push_back({v.x, v.y, v.z});
    }
    for (const auto& p : face.points()) {
        json["procrustes"].push_back({{"id", p.id}, {"weight", p.weight}});
    }
    write(json.dump());
    const CanonicalFace read = CanonicalFace::load(file);
    EXPECT_EQ(read.vertices(), face.vertices());
    ASSERT_EQ(read.points().size(), face.points().size());
    EXPECT_EQ(read.points().back().id, face.points().back().id);
}

TEST_F(CanonicalFile, IsRefusedWithItsNameWhenBroken) {
    for (const char* text : {"", "[]", "{\"vertices\": 3}", "{\"vertices\": [[1, 2]], \"procrustes\": []}",
                             "{\"vertices\": [[1, 2, 3]], \"procrustes\": []}"}) {
        write(text);
        try {
            (void)CanonicalFace::load(file);
            FAIL() << "accepted " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::corrupted);
            EXPECT_NE(std::string{error.what()}.find(file.string()), std::string::npos);
        }
    }
}

TEST_F(CanonicalFile, IsNotFoundWhenItIsAbsent) {
    try {
        (void)CanonicalFace::load(file);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::not_found);
    }
}

} // namespace
} // namespace facemirror
