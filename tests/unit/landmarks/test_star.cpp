// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/color.hpp>
#include <facemirror/core/error.hpp>
#include <facemirror/landmarks/star.hpp>

#include <support/fake_network.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace facemirror {
namespace {

constexpr std::size_t side = 64;

std::unique_ptr<FakeNetwork> network_with(FakeNetwork::Answer answer,
                                          std::vector<TensorInfo> outputs = {{"heat", {1, 98}},
                                                                             {"spread", {1, 98}},
                                                                             {"landmarks", {1, 98, 2}}},
                                          TensorInfo input = {"image", {1, 3, side, side}}) {
    return std::make_unique<FakeNetwork>(std::move(input), std::move(outputs), std::move(answer));
}

/// A frame of one colour.
Frame frame_of(int width, int height, Rgb color) {
    Frame frame = make_frame(rgb_layout(width, height));
    const std::array<std::uint8_t, 3> planes{color.green, color.blue, color.red};
    for (std::size_t plane = 0; plane < 3; ++plane) {
        for (int y = 0; y < height; ++y) {
            std::fill_n(frame.planes[plane].data + y * frame.planes[plane].stride, width, planes[plane]);
        }
    }
    return frame;
}

StarNetwork::Result look(StarNetwork& star, const Frame& frame, const CropView& view) {
    RgbRegion region;
    region.load(frame, bounds_of(view), RgbRegion::reduction_for(view.roi.side, view.size_px));
    return star.run(region, view);
}

TEST(StarNetwork, MapsTheEdgesOfItsUnitSquareToTheEdgesOfTheCrop) {
    // behaviour.md 6 and T7: x = cx + (side / 2) p, for every p, also at the rim.
    StarNetwork star{network_with([](std::span<const float>, FakeNetwork::Tensors& out) {
        for (std::size_t k = 0; k < 98; ++k) {
            out[2][2 * k] = k == 0 ? -1.0F : (k == 1 ? 1.0F : 0.25F);
            out[2][2 * k + 1] = k == 0 ? 1.0F : -0.5F;
        }
    })};
    const Frame frame = frame_of(400, 300, {});
    for (const double crop_side : {50.0, 128.0, 200.0}) {
        const auto found = look(star, frame, star.view_of({180, 140}, crop_side, CropFlip::none));
        constexpr double tolerance_px = 1e-5; // float32 of the network's numbers
        EXPECT_NEAR(found.points[0].x, 180 - crop_side / 2, tolerance_px);
        EXPECT_NEAR(found.points[0].y, 140 + crop_side / 2, tolerance_px);
        EXPECT_NEAR(found.points[1].x, 180 + crop_side / 2, tolerance_px);
        EXPECT_NEAR(found.points[2].x, 180 + crop_side / 8, tolerance_px);
        EXPECT_NEAR(found.points[2].y, 140 - crop_side / 4, tolerance_px);
    }
}

TEST(StarNetwork, SamplesPixelCentresAsTheReferenceDoes) {
    // u = s (x - cx) + (side - 1) / 2: with s = 1 and the centre between two pixels, crop pixel 0 shows the
    // frame's pixel cx - 31.5.
    std::vector<float> seen;
    StarNetwork star{network_with([&seen](std::span<const float> input, FakeNetwork::Tensors&) {
        seen.assign(input.begin(), input.end());
    })};
    Frame frame = frame_of(200, 200, {});
    for (int y = 0; y < 200; ++y) {
        for (int x = 0; x < 200; ++x) {
            for (std::size_t plane = 0; plane < 3; ++plane) {
                frame.planes[plane].data[y * frame.planes[plane].stride + x] =
                    static_cast<std::uint8_t>(plane == 0 ? x : (plane == 1 ? y : 7));
            }
        }
    }
    look(star, frame, star.view_of({99.5, 119.5}, side, CropFlip::none));
    ASSERT_EQ(seen.size(), 3 * side * side);
    const auto at = [&](std::size_t channel, std::size_t u, std::size_t v) {
        return seen[(channel * side + v) * side + u];
    };
    EXPECT_EQ(at(1, 0, 5), 68); // green holds x
    EXPECT_EQ(at(1, 63, 5), 131);
    EXPECT_EQ(at(0, 3, 0), 88); // blue, which holds y, comes first
    EXPECT_EQ(at(2, 3, 0), 7);  // red last
}

TEST(StarNetwork, SeesBlackOutsideOfThePicture) {
    std::vector<float> seen;
    StarNetwork star{network_with([&seen](std::span<const float> input, FakeNetwork::Tensors&) {
        seen.assign(input.begin(), input.end());
    })};
    look(star, frame_of(100, 100, {200, 200, 200}), star.view_of({0, 50}, 64, CropFlip::none));
    EXPECT_EQ(seen[10 * side + 5], 0);
    EXPECT_EQ(seen[10 * side + 60], 200);
}

TEST(StarNetwork, NamesTheSidesOfAFlippedCropByThePatient) {
    StarNetwork star{network_with([](std::span<const float>, FakeNetwork::Tensors& out) {
        out[2][2 * 60] = -0.5F; // what the network takes for the patient's right eye
        std::fill(out[0].begin(), out[0].end(), 1.0F);
        std::fill(out[1].begin(), out[1].end(), 0.8F);
        out[1][60] = 0;
    })};
    const Frame frame = frame_of(300, 300, {});
    const auto found = look(star, frame, star.view_of({150, 150}, 100, CropFlip::horizontal));
    constexpr double tolerance_px = 1e-5;
    EXPECT_NEAR(found.points[72].x, 175, tolerance_px); // the left eye, on the picture's right
    EXPECT_EQ(found.confidence[72], 1);
    EXPECT_LT(found.confidence[60], 0.1);
}

TEST(StarNetwork, IsSureOfAPointOfHeatAndUnsureOfHeatAllOver) {
    StarNetwork star{network_with([](std::span<const float>, FakeNetwork::Tensors& out) {
        std::fill(out[0].begin(), out[0].end(), 1.0F);
        out[1][0] = 0;
        out[1][1] = static_cast<float>(std::sqrt(2.0 / 3));     // heat all over the square
        out[1][2] = static_cast<float>(std::sqrt(2.0 / 3) / 2); // half of that
        out[1][3] = 1.2F;                                       // heat in the corners
        out[0][4] = 0;                                          // no heat at all
    })};
    const auto found = look(star, frame_of(300, 300, {}), star.view_of({150, 150}, 100, CropFlip::none));
    EXPECT_EQ(found.confidence[0], 1);
    EXPECT_NEAR(found.confidence[1], 0, 1e-6);
    EXPECT_NEAR(found.confidence[2], 0.5, 1e-6);
    EXPECT_EQ(found.confidence[3], 0);
    EXPECT_EQ(found.confidence[4], 0);
    LandmarkConfidence half{};
    half[0] = 49;
    EXPECT_DOUBLE_EQ(mean_of(half), 0.5);
}

TEST(StarNetwork, RefusesPointsThatAreNotFinite) {
    for (const float broken :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        StarNetwork star{network_with(
            [broken](std::span<const float>, FakeNetwork::Tensors& out) { out[2][77] = broken; })};
        EXPECT_THROW(look(star, frame_of(100, 100, {}), star.view_of({50, 50}, 60, CropFlip::none)), Error);
    }
}

TEST(StarNetwork, RefusesOtherNetworks) {
    const std::vector<TensorInfo> good{{"heat", {1, 98}}, {"spread", {1, 98}}, {"landmarks", {1, 98, 2}}};
    const auto refuses = [](std::vector<TensorInfo> outputs, TensorInfo input) {
        try {
            StarNetwork{network_with({}, std::move(outputs), std::move(input))};
        } catch (const Error& error) {
            return error.code() == ErrorCode::mismatch;
        }
        return false;
    };
    const TensorInfo input{"image", {1, 3, side, side}};
    EXPECT_FALSE(refuses(good, input));
    EXPECT_TRUE(refuses(good, {"image", {1, 3, side, side + 1}}));
    EXPECT_TRUE(refuses(good, {"image", {2, 3, side, side}}));
    EXPECT_TRUE(refuses({good[0], good[1]}, input));
    EXPECT_TRUE(refuses({good[0], good[1], {"landmarks", {1, 68, 2}}}, input));
    EXPECT_TRUE(refuses({good[1], good[0], good[2]}, input));
}

TEST(BoxOfLandmarks, TouchesTheOutermostPoints) {
    Landmarks points;
    points.fill({5, 6});
    points[3] = {1, 7};
    points[9] = {4, 2};
    EXPECT_EQ(box_of(points), (Box{1, 2, 5, 7}));
}

} // namespace
} // namespace facemirror
