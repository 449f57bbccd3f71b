// SPDX-License-Identifier: Apache-2.0
#include <facemirror/landmarks/detail/mesh_tables.hpp>
#include <facemirror/landmarks/mesh_geometry.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <set>

namespace facemirror {
namespace {

Mesh random_mesh(unsigned seed) {
    std::mt19937 random{seed};
    std::uniform_real_distribution<double> coordinate{100, 300};
    Mesh mesh;
    for (Point3& p : mesh) {
        p = {coordinate(random), coordinate(random), coordinate(random) - 200};
    }
    mesh[33] = {150, 200, 0};
    mesh[263] = {250, 200, 0};
    return mesh;
}

Midline tilted_line(double x, double y, double tilt_deg) {
    const double tilt = tilt_deg * std::numbers::pi / 180;
    return {{x, y}, {std::sin(tilt), std::cos(tilt)}};
}

TEST(MeshPartner, IsItsOwnInverseAndJoinsTheKnownPairs) {
    for (std::size_t i = 0; i < mesh_partner.size(); ++i) {
        EXPECT_EQ(mesh_partner[mesh_partner[i]], i);
    }
    EXPECT_EQ(mesh_partner[33], 263U);
    EXPECT_EQ(mesh_partner[61], 291U);
    EXPECT_EQ(mesh_partner[152], 152U);
    EXPECT_EQ(mesh_partner[468], 473U);
    EXPECT_EQ(mesh_partner[469], 476U);
    EXPECT_EQ(mesh_partner[470], 475U);
}

TEST(MeshTables, NameNoVertexTwiceAndEyesMirrorEachOther) {
    const std::set<std::size_t> lips{mesh_tables::lips.begin(), mesh_tables::lips.end()};
    EXPECT_EQ(lips.size(), 80U);
    for (const std::size_t vertex : lips) {
        EXPECT_TRUE(lips.contains(mesh_partner[vertex])) << vertex;
    }
    for (std::size_t i = 0; i < 71; ++i) {
        EXPECT_EQ(mesh_partner[mesh_tables::right_eye[i]], mesh_tables::left_eye[i]);
    }
}

TEST(WflwFromMesh, SwapsTheSidesWhenTheMeshIsReflected) {
    const Mesh mesh = random_mesh(1);
    const Midline line = tilted_line(200, 200, 20);
    const Landmarks points = wflw_from_mesh(mesh);
    const Landmarks reflected = wflw_from_mesh(reflect(mesh, line));
    for (std::size_t k = 0; k < points.size(); ++k) {
        constexpr double tolerance_px = 1e-9;
        EXPECT_LT(distance(reflected[wflw::partner[k]], line.reflect(points[k])), tolerance_px) << k;
    }
}

TEST(WflwFromMesh, TakesPupilsFromTheIrisAndCornersFromTheirVertices) {
    const Mesh mesh = random_mesh(2);
    const Landmarks points = wflw_from_mesh(mesh);
    EXPECT_EQ(points[60], (Point{mesh[33].x, mesh[33].y}));
    EXPECT_EQ(points[97], (Point{mesh[473].x, mesh[473].y}));
    EXPECT_DOUBLE_EQ(points[33].x, (mesh[70].x + mesh[46].x) / 2);
    EXPECT_DOUBLE_EQ(outer_eye_distance(points), 100);
    EXPECT_DOUBLE_EQ(outer_eye_distance(mesh), 100);
}

TEST(Reflect, TwiceIsTheMeshItself) {
    const Mesh mesh = random_mesh(3);
    const Midline line = tilted_line(180, 10, -35);
    const Mesh twice = reflect(reflect(mesh, line), line);
    for (std::size_t i = 0; i < mesh.size(); ++i) {
        constexpr double tolerance_px = 1e-9;
        EXPECT_NEAR(twice[i].x, mesh[i].x, tolerance_px);
        EXPECT_NEAR(twice[i].y, mesh[i].y, tolerance_px);
        EXPECT_EQ(twice[i].z, mesh[i].z);
    }
}

TEST(Average, IsTheMiddleOfBothMeshes) {
    Mesh a{};
    Mesh b{};
    a[7] = {1, 2, 3};
    b[7] = {3, 6, -3};
    EXPECT_EQ(average(a, b)[7], (Point3{2, 4, 0}));
}

TEST(BoxOf, HoldsEveryPointExactly) {
    Mesh mesh{};
    mesh[477] = {-5, 9, 0};
    mesh[0] = {7, -1, 0};
    EXPECT_EQ(box_of(mesh), (Box{-5, -1, 7, 9}));
}

TEST(RoiFromFace, IsOneAndAHalfTimesTheLongerSideAndTurnsWithTheEyes) {
    const Roi upright = roi_from_face({{10, 20, 50, 80}, 1, {}});
    EXPECT_EQ(upright, (Roi{{30, 50}, 90, 0}));
    const Roi turned = roi_from_face({{10, 20, 50, 80}, 1, {{20, 40}, {30, 50}}});
    EXPECT_DOUBLE_EQ(turned.angle_rad, std::numbers::pi / 4);
}

TEST(RoiFromMesh, TurnsAndMovesWithTheMesh) {
    const Mesh mesh = random_mesh(4);
    const Roi roi = roi_from_mesh(mesh);
    EXPECT_DOUBLE_EQ(roi.angle_rad, 0);
    const double angle = 0.4;
    Mesh turned = mesh;
    for (Point3& p : turned) {
        p = {std::cos(angle) * p.x - std::sin(angle) * p.y + 12,
             std::sin(angle) * p.x + std::cos(angle) * p.y, 0};
    }
    const Roi moved = roi_from_mesh(turned);
    constexpr double tolerance_px = 1e-9;
    EXPECT_NEAR(moved.angle_rad, angle, 1e-12);
    EXPECT_NEAR(moved.side, roi.side, tolerance_px);
    EXPECT_NEAR(moved.center.x, std::cos(angle) * roi.center.x - std::sin(angle) * roi.center.y + 12,
                tolerance_px);
    EXPECT_NEAR(moved.center.y, std::sin(angle) * roi.center.x + std::cos(angle) * roi.center.y,
                tolerance_px);
}

TEST(RoiFromMesh, IgnoresTheIrisPoints) {
    Mesh mesh = random_mesh(5);
    const Roi roi = roi_from_mesh(mesh);
    mesh[470] = {1000, 1000, 0};
    EXPECT_EQ(roi_from_mesh(mesh), roi);
}

TEST(SymmetricRoi, IsDividedByTheLineIntoEqualHalves) {
    const Midline line = tilted_line(190, 200, 10);
    const Roi roi = symmetric_roi(random_mesh(6), line);
    constexpr double tolerance_px = 1e-9;
    EXPECT_NEAR(line.signed_distance(roi.center), 0, tolerance_px);
    const Point x_axis{std::cos(roi.angle_rad), std::sin(roi.angle_rad)};
    EXPECT_NEAR(dot(x_axis, line.direction), 0, 1e-12);
}

} // namespace
} // namespace facemirror
