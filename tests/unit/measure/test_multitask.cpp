// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/color.hpp>
#include <facemirror/core/error.hpp>
#include <facemirror/measure/multitask.hpp>

#include <support/fake_network.hpp>

#include "made_up_face.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace facemirror {
namespace {

constexpr std::size_t crop_px = 224;
constexpr std::size_t crop_values = 3 * crop_px * crop_px;

std::unique_ptr<FakeNetwork> network_with(FakeNetwork::Answer answer, std::size_t batch = 2) {
    return std::make_unique<FakeNetwork>(
        TensorInfo{"image", {batch, 3, crop_px, crop_px}},
        std::vector<TensorInfo>{{"emotion", {batch, 8}}, {"gaze", {batch, 2}}, {"au", {batch, 8}}},
        std::move(answer));
}

/// A picture whose level is `level(x, y)` in all channels.
template <class Level>
Frame picture(int width, int height, Level level) {
    Frame frame = make_frame(rgb_layout(width, height));
    for (std::size_t plane = 0; plane < 3; ++plane) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                frame.planes[plane].data[y * frame.planes[plane].stride + x] =
                    static_cast<std::uint8_t>(level(x, y));
            }
        }
    }
    return frame;
}

Landmarks face_in_picture() {
    return test::Placement{.px_per_cm = 20, .origin = {300, 220}}.place(test::face_cm());
}
const Midline upright{.origin = {300, 180}, .direction = {0, 1}};

std::array<MultitaskValues, 2> look(MultitaskNetwork& network, const Frame& frame, const Landmarks& points,
                                    const Midline& midline) {
    const CropView view = multitask_view(points, midline, {});
    RgbRegion region;
    Box box = bounds_of(view);
    box = {box.x1 - 2, box.y1 - 2, box.x2 + 2, box.y2 + 2};
    region.load(frame, box, RgbRegion::reduction_for(view.roi.side, view.size_px));
    return network.run(region, view, midline);
}

TEST(MultitaskNetwork, GivesEachHalfItsOwnRowOfTheBatch) {
    MultitaskNetwork network{network_with([](std::span<const float>, FakeNetwork::Tensors& out) {
        for (std::size_t i = 0; i < 16; ++i) {
            out[2][i] = 0.05F * static_cast<float>(i);
        }
        out[0][3] = std::log(3.0F); // left: surprise three times as likely as each of the others
        out[1] = {0.1F, 0.2F, 0.1F, 0.2F};
    })};
    const auto values =
        look(network, picture(600, 500, [](int, int) { return 90; }), face_in_picture(), upright);
    const auto& left = values[static_cast<std::size_t>(Side::patient_left)];
    const auto& right = values[static_cast<std::size_t>(Side::patient_right)];
    EXPECT_FLOAT_EQ(static_cast<float>(left.au_score[5]), 0.25F); // the sixth is AU 12 (T1)
    EXPECT_EQ(facs::multitask[5], 12);
    EXPECT_FLOAT_EQ(static_cast<float>(right.au_score[0]), 0.4F);
    EXPECT_NEAR(left.emotion[3], 0.3, 1e-6);
    EXPECT_NEAR(left.emotion[0], 0.1, 1e-6);
    EXPECT_NEAR(right.emotion[7], 0.125, 1e-6);
    // behaviour.md 14: yaw > 0 looks to the picture's left, pitch > 0 up; ours have the other signs. The left
    // half was shown flipped, so its yaw turns round once more.
    constexpr double deg = 180 / std::numbers::pi;
    EXPECT_NEAR(right.gaze_yaw_deg, -0.1 * deg, 1e-5);
    EXPECT_NEAR(left.gaze_yaw_deg, 0.1 * deg, 1e-5);
    EXPECT_NEAR(right.gaze_pitch_deg, -0.2 * deg, 1e-5);
    EXPECT_NEAR(left.gaze_pitch_deg, -0.2 * deg, 1e-5);
}

TEST(MultitaskNetwork, ShowsBothHalvesOfASymmetricPictureAsTheSameBits) {
    // 600 px wide about 299.5: the midline lies between two columns.
    const Frame frame = picture(600, 500, [](int x, int y) {
        const int from_middle = x < 300 ? 299 - x : x - 300;
        return (from_middle * 7 + y * 3) % 200 + 20;
    });
    Midline midline = upright;
    midline.origin.x = 299.5;
    std::vector<float> seen;
    MultitaskNetwork network{network_with([&seen](std::span<const float> input, FakeNetwork::Tensors&) {
        seen.assign(input.begin(), input.end());
    })};
    Landmarks points = face_in_picture();
    for (Point& p : points) {
        p.x -= 0.5;
    }
    look(network, frame, points, midline);
    ASSERT_EQ(seen.size(), 2 * crop_values);
    EXPECT_TRUE(std::equal(seen.begin(), seen.begin() + crop_values, seen.begin() + crop_values));
}

TEST(MultitaskNetwork, ShowsTheKeptHalfAndItsReflection) {
    // The patient's right half is dark, the left half bright.
    const Frame frame = picture(600, 500, [](int x, int) { return x < 300 ? 40 : 200; });
    std::vector<float> seen;
    MultitaskNetwork network{network_with([&seen](std::span<const float> input, FakeNetwork::Tensors&) {
        seen.assign(input.begin(), input.end());
    })};
    Midline between = upright;
    between.origin.x = 299.5;
    look(network, frame, face_in_picture(), between);
    const auto level = [&](Side half, std::size_t u) {
        return seen[static_cast<std::size_t>(half) * crop_values + 100 * crop_px + u];
    };
    for (const std::size_t u : {5U, 60U, 160U, 220U}) {
        EXPECT_EQ(level(Side::patient_right, u), 40) << u;
        EXPECT_EQ(level(Side::patient_left, u), 200) << u;
    }
}

TEST(MultitaskNetwork, DoesNotAlias) {
    // Stripes of one pixel, reduced about 2.7 times: an even grey, not a moiré of black and white.
    const Frame frame = picture(600, 500, [](int x, int) { return x % 2 == 0 ? 0 : 240; });
    std::vector<float> seen;
    MultitaskNetwork network{network_with([&seen](std::span<const float> input, FakeNetwork::Tensors&) {
        seen.assign(input.begin(), input.end());
    })};
    look(network, frame, test::Placement{.px_per_cm = 40, .origin = {300, 220}}.place(test::face_cm()),
         upright);
    double largest = 0;
    for (std::size_t u = 20; u < 100; ++u) {
        largest = std::max(largest, std::abs(static_cast<double>(seen[100 * crop_px + u]) - 120));
    }
    EXPECT_LT(largest, 1); // levels; plain bilinear sampling reaches 120
}

TEST(MultitaskView, HoldsTheWholeFaceAndIsDividedByTheMidline) {
    for (const double tilt_deg : {0.0, 20.0}) {
        const test::Placement place{.px_per_cm = 20, .origin = {300, 220}, .roll_deg = tilt_deg};
        const Landmarks tilted = place.place(test::face_cm());
        const CropView view = multitask_view(tilted, place.midline(), {});
        const double side = view.roi.side;
        const Point right{std::cos(view.roi.angle_rad), std::sin(view.roi.angle_rad)};
        EXPECT_NEAR(place.midline().signed_distance(view.roi.center), 0, 1e-9);
        for (const Point p : tilted) {
            const Point from = p - view.roi.center;
            EXPECT_LE(std::abs(dot(from, right)), side / 2 + 1e-6);
            EXPECT_LE(std::abs(dot(from, {-right.y, right.x})), view.aspect * side / 2 + 1e-6);
        }
        const CropView wider = multitask_view(tilted, place.midline(), {.margin = 0.15});
        EXPECT_NEAR(wider.roi.side, 1.3 * side, 1e-9);
        EXPECT_NEAR(wider.aspect, view.aspect, 1e-12);
    }
}

TEST(MultitaskNetwork, RefusesOtherNetworks) {
    const auto code_of = [](auto make) {
        try {
            make();
        } catch (const Error& error) {
            return std::optional{error.code()};
        }
        return std::optional<ErrorCode>{};
    };
    EXPECT_FALSE(code_of([] { MultitaskNetwork{network_with({})}; }).has_value());
    EXPECT_EQ(code_of([] { MultitaskNetwork{network_with({}, 1)}; }), ErrorCode::mismatch);
    EXPECT_EQ(code_of([] {
                  MultitaskNetwork{std::make_unique<FakeNetwork>(
                      TensorInfo{"image", {2, 3, crop_px, crop_px}},
                      std::vector<TensorInfo>{{"emotion", {2, 8}}, {"gaze", {2, 2}}, {"au", {2, 12}}})};
              }),
              ErrorCode::mismatch);
}

} // namespace
} // namespace facemirror
