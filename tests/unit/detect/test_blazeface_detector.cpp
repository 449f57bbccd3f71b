// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/detect/blazeface_detector.hpp>
#include <facemirror/detect/detail/blazeface.hpp>

#include <support/fake_network.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

namespace facemirror {
namespace {

Frame gray_frame(int width, int height, int level) {
    PixelLayout layout;
    layout.width = width;
    layout.height = height;
    layout.model = ColorModel::gray;
    layout.plane_count = 1;
    layout.full_range = true;
    Frame frame = make_frame(layout);
    for (int y = 0; y < height; ++y) {
        std::memset(frame.planes[0].data + y * frame.planes[0].stride, level,
                    static_cast<std::size_t>(width));
    }
    return frame;
}

/// A BlazeFace that finds one face of half the input's side round anchor `found`, or none if it is negative.
std::unique_ptr<FakeNetwork> fake_blazeface(std::size_t side, int found, std::vector<float>* seen = nullptr) {
    const std::size_t anchors = blazeface::anchors_for(static_cast<int>(side)).size();
    const auto answer = [=](std::span<const float> input, FakeNetwork::Tensors& outputs) {
        if (seen) {
            seen->assign(input.begin(), input.end());
        }
        std::fill(outputs[1].begin(), outputs[1].end(), -50.0F);
        if (found >= 0) {
            const auto i = static_cast<std::size_t>(found);
            outputs[0][16 * i + 2] = static_cast<float>(side) / 2;
            outputs[0][16 * i + 3] = static_cast<float>(side) / 2;
            outputs[1][i] = 3;
        }
    };
    return std::make_unique<FakeNetwork>(
        TensorInfo{"input", {1, side, side, 3}},
        std::vector<TensorInfo>{{"regressors", {1, anchors, 16}}, {"classificators", {1, anchors, 1}}},
        answer);
}

TEST(BlazeFaceDetector, PutsTheLetterboxedFaceBackIntoTheFrame) {
    constexpr int middle = 2 * (8 * 16 + 8); // cell (8, 8) of 16: centre at 17/32 of the square
    BlazeFaceDetector detector{fake_blazeface(128, middle), nullptr, {}};
    const auto faces = detector.detect(gray_frame(400, 200, 128), std::nullopt);
    ASSERT_EQ(faces.size(), 1U);
    constexpr double tolerance_px = 1e-6;
    EXPECT_NEAR(faces[0].box.x1, 400 * (17 / 32.0 - 0.25), tolerance_px);
    EXPECT_NEAR(faces[0].box.x2, 400 * (17 / 32.0 + 0.25), tolerance_px);
    EXPECT_NEAR(faces[0].box.y1, 400 * (17 / 32.0 - 0.25) - 100, tolerance_px);
    EXPECT_NEAR(faces[0].points[0].x, 400 * 17 / 32.0, tolerance_px);
    EXPECT_NEAR(faces[0].points[0].y, 400 * 17 / 32.0 - 100, tolerance_px);
}

TEST(BlazeFaceDetector, ShowsTheNetworkTheFrameBetweenBlackBars) {
    std::vector<float> seen;
    BlazeFaceDetector detector{fake_blazeface(128, -1, &seen), nullptr, {}};
    EXPECT_TRUE(detector.detect(gray_frame(256, 128, 255), std::nullopt).empty());
    ASSERT_EQ(seen.size(), 128U * 128 * 3);
    const auto red_at = [&](std::size_t x, std::size_t y) { return seen[3 * (128 * y + x)]; };
    EXPECT_FLOAT_EQ(red_at(64, 10), -1);
    EXPECT_FLOAT_EQ(red_at(64, 64), 1);
    EXPECT_FLOAT_EQ(red_at(64, 120), -1);
}

TEST(BlazeFaceDetector, AsksTheFullRangeNetworkOnlyWhenTheFirstFindsNothing) {
    const Frame frame = gray_frame(192, 192, 100);
    BlazeFaceDetector both{fake_blazeface(128, 0), fake_blazeface(192, 0), {}};
    EXPECT_NEAR(both.detect(frame, std::nullopt)[0].box.center().x, 192 * 0.5 / 16, 1e-6);
    BlazeFaceDetector far{fake_blazeface(128, -1), fake_blazeface(192, 0), {}};
    EXPECT_NEAR(far.detect(frame, std::nullopt)[0].box.center().x, 192 * 0.5 / 48, 1e-6);
    BlazeFaceDetector none{fake_blazeface(128, -1), fake_blazeface(192, -1), {}};
    EXPECT_TRUE(none.detect(frame, std::nullopt).empty());
}

TEST(BlazeFaceDetector, RefusesOtherNetworks) {
    const auto with_outputs = [](std::size_t side, std::vector<TensorInfo> outputs) {
        return std::make_unique<FakeNetwork>(TensorInfo{"input", {1, side, side, 3}}, std::move(outputs));
    };
    EXPECT_THROW((BlazeFaceDetector{with_outputs(128, {}), nullptr, {}}), Error);
    EXPECT_THROW((BlazeFaceDetector{with_outputs(64, {}), nullptr, {}}), Error);
    EXPECT_THROW(
        (BlazeFaceDetector{with_outputs(128, {{"a", {1, 896, 16}}, {"b", {1, 2304, 1}}}), nullptr, {}}),
        Error);
    EXPECT_THROW((BlazeFaceDetector{nullptr, nullptr, {}}), std::logic_error);
}

} // namespace
} // namespace facemirror
