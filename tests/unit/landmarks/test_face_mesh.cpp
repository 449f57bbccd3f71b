// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/landmarks/detail/mesh_tables.hpp>
#include <facemirror/landmarks/face_mesh.hpp>

#include <support/fake_network.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace facemirror {
namespace {

std::vector<TensorInfo> mesh_outputs() {
    return {{"conv_faceflag", {1, 1, 1, 1}},      {"output_mesh", {1, 1, 1, 1404}},
            {"output_lips", {1, 1, 1, 160}},      {"output_left_eye", {1, 1, 1, 142}},
            {"output_right_eye", {1, 1, 1, 142}}, {"output_left_iris", {1, 1, 1, 10}},
            {"output_right_iris", {1, 1, 1, 10}}};
}

/// A mesh network whose plain vertex i lies at (i % 19, i / 19) * 10, depth i; its refined outputs are all at
/// (50, 60), its eyes' at (20, 30) image-left and (120, 30) image-right.
std::unique_ptr<FakeNetwork> fake_mesh() {
    const auto fill = [](std::vector<float>& values, float x, float y) {
        for (std::size_t i = 0; i < values.size(); i += 2) {
            values[i] = x;
            values[i + 1] = y;
        }
    };
    const auto answer = [fill](std::span<const float>, FakeNetwork::Tensors& outputs) {
        outputs[0][0] = 25;
        for (std::size_t i = 0; i < 468; ++i) {
            outputs[1][3 * i] = static_cast<float>(i % 19) * 10;
            outputs[1][3 * i + 1] = static_cast<float>(i / 19) * 10;
            outputs[1][3 * i + 2] = static_cast<float>(i);
        }
        fill(outputs[2], 50, 60);
        fill(outputs[3], 20, 30);
        fill(outputs[4], 120, 30);
        fill(outputs[5], 21, 31);
        fill(outputs[6], 121, 31);
    };
    return std::make_unique<FakeNetwork>(TensorInfo{"input_1", {1, 192, 192, 3}}, mesh_outputs(), answer);
}

RgbRegion black_region() {
    PixelLayout layout;
    layout.width = 400;
    layout.height = 400;
    layout.model = ColorModel::gray;
    layout.plane_count = 1;
    const Frame frame = make_frame(layout);
    std::fill_n(frame.planes[0].data, frame.planes[0].stride * 400, std::uint8_t{16});
    RgbRegion region;
    region.load(frame, {0, 0, 399, 399}, 1);
    return region;
}

const Roi upright_roi{{200, 210}, 96, 0}; // half a frame px per crop px

TEST(FaceMesh, PlacesVerticesInTheFrame) {
    FaceMesh mesh{fake_mesh()};
    const auto result =
        mesh.run(black_region(), {upright_roi, 192, CropFlip::none, CropBorder::replicate, {}});
    EXPECT_DOUBLE_EQ(result.face_logit, 25);
    constexpr std::size_t plain = 9; // neither lip nor eye: at (90, 0), depth 9
    EXPECT_DOUBLE_EQ(result.mesh[plain].x, 200 - 48 + 45);
    EXPECT_DOUBLE_EQ(result.mesh[plain].y, 210 - 48);
    EXPECT_DOUBLE_EQ(result.mesh[plain].z, 4.5);
}

TEST(FaceMesh, RefinesLipsAndEyesButKeepsTheirDepth) {
    FaceMesh mesh{fake_mesh()};
    const auto result =
        mesh.run(black_region(), {upright_roi, 192, CropFlip::none, CropBorder::replicate, {}});
    EXPECT_EQ(result.mesh[61], (Point3{152 + 25, 162 + 30, 30.5}));
    EXPECT_EQ(result.mesh[33], (Point3{152 + 10, 162 + 15, 16.5})); // image-left is the patient's right eye
    EXPECT_EQ(result.mesh[263], (Point3{152 + 60, 162 + 15, 131.5}));
}

TEST(FaceMesh, TakesTheDepthOfAnIrisFromTheFirstSixteenOfItsEye) {
    FaceMesh mesh{fake_mesh()};
    const auto result =
        mesh.run(black_region(), {upright_roi, 192, CropFlip::none, CropBorder::replicate, {}});
    double depth = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        depth += static_cast<double>(mesh_tables::right_eye[i]) / 16;
    }
    EXPECT_DOUBLE_EQ(result.mesh[468].x, 152 + 10.5);
    EXPECT_DOUBLE_EQ(result.mesh[468].z, depth / 2);
    EXPECT_DOUBLE_EQ(result.mesh[473].x, 152 + 60.5);
}

TEST(FaceMesh, GivesThePatientsSidesBackForAFlippedCrop) {
    FaceMesh mesh{fake_mesh()};
    const CropView view{upright_roi, 192, CropFlip::none, CropBorder::replicate, {}};
    CropView flipped = view;
    flipped.flip = CropFlip::horizontal;
    const Mesh plain = mesh.run(black_region(), view).mesh;
    const Mesh swapped = mesh.run(black_region(), flipped).mesh;
    const Mesh expected = reflect(plain, {upright_roi.center, {0, 1}});
    for (std::size_t i = 0; i < plain.size(); ++i) {
        constexpr double tolerance_px = 1e-9;
        EXPECT_NEAR(swapped[i].x, expected[i].x, tolerance_px) << i;
        EXPECT_NEAR(swapped[i].y, expected[i].y, tolerance_px) << i;
        EXPECT_NEAR(swapped[i].z, expected[i].z, tolerance_px) << i;
    }
}

TEST(FaceMesh, RefusesNetworksThatLackAnOutput) {
    for (std::size_t missing = 0; missing < 7; ++missing) {
        auto outputs = mesh_outputs();
        const std::string name = outputs[missing].name;
        outputs.erase(outputs.begin() + static_cast<std::ptrdiff_t>(missing));
        try {
            FaceMesh{std::make_unique<FakeNetwork>(TensorInfo{"input_1", {1, 192, 192, 3}}, outputs)};
            FAIL() << "accepted a network without " << name;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::mismatch);
            EXPECT_NE(std::string{error.what()}.find(name), std::string::npos) << error.what();
        }
    }
    EXPECT_THROW(FaceMesh{nullptr}, std::logic_error);
    EXPECT_THROW((FaceMesh{std::make_unique<FakeNetwork>(TensorInfo{"a", {1, 192, 96, 3}}, mesh_outputs())}),
                 Error);
}

} // namespace
} // namespace facemirror
