// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/color.hpp>
#include <facemirror/core/error.hpp>
#include <facemirror/detect/detail/retinaface.hpp>
#include <facemirror/detect/retinaface_detector.hpp>

#include <support/fake_network.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace facemirror {
namespace {

/// A dark frame with a bright disc, and a little texture in every channel.
Frame frame_with_disc(int width, int height, Point center, double radius) {
    Frame frame = make_frame(rgb_layout(width, height));
    for (int plane = 0; plane < 3; ++plane) {
        const Plane& to = frame.planes[static_cast<std::size_t>(plane)];
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const double edge = radius - distance(center, {double(x), double(y)}) + 0.5;
                to.data[y * to.stride + x] = static_cast<std::uint8_t>(
                    std::lround(200 * std::clamp(edge, 0.0, 1.0)) + (x * 7 + y * 5 + plane * 3) % 8);
            }
        }
    }
    return frame;
}

/// What the fake networks were asked for and saw.
struct Seen {
    std::vector<std::pair<int, int>> opened;
    int runs = 0;
    int width = 0;
    std::vector<float> input;
};

/// Centre and radius of the bright pixels of the first channel; px in the input.
std::pair<Point, double> disc_in(std::span<const float> planes, std::size_t width, std::size_t height) {
    Point sum;
    double weight = 0;
    for (std::size_t i = 0; i < width * height; ++i) {
        const double light = std::max(0.0, static_cast<double>(planes[i]) - 8) / 192;
        sum = sum + light * Point{static_cast<double>(i % width), static_cast<double>(i / width)};
        weight += light;
    }
    return {(1 / std::max(weight, 1e-9)) * sum, std::sqrt(weight / 3.14159)};
}

/// Opens networks that find the bright disc: a box round it, the five points at its centre and rim, at prior
/// 1 (and once more, a bit worse, at prior 2).
RetinaFaceDetector::OpenNetwork networks(const std::shared_ptr<Seen>& seen) {
    return [seen](int width, int height) {
        seen->opened.emplace_back(width, height);
        const retinaface::PriorGrid priors{width, height};
        const auto w = static_cast<std::size_t>(width);
        const auto h = static_cast<std::size_t>(height);
        const auto answer = [=](std::span<const float> input, FakeNetwork::Tensors& outputs) {
            ++seen->runs;
            seen->width = width;
            seen->input.assign(input.begin(), input.end());
            const auto [center, radius] = disc_in(input, w, h);
            if (radius < 0.5) {
                return;
            }
            for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
                const retinaface::Prior prior = priors[i];
                const Point shift = (10 / prior.side) * (center - prior.center);
                const double growth = 5 * std::log(2 * radius / prior.side);
                const std::array values{shift.x, shift.y, growth, growth};
                for (std::size_t k = 0; k < 4; ++k) {
                    outputs[0][4 * i + k] = static_cast<float>(values[k]);
                }
                outputs[1][2 * i + 1] = i == 1 ? 0.99F : 0.95F;
                for (std::size_t k = 0; k < 5; ++k) {
                    const double rim = 10 / prior.side * radius * (static_cast<double>(k) - 2) / 2;
                    outputs[2][10 * i + 2 * k] = static_cast<float>(shift.x + rim);
                    outputs[2][10 * i + 2 * k + 1] = static_cast<float>(shift.y);
                }
            }
        };
        return std::make_unique<FakeNetwork>(TensorInfo{"image", {1, 3, h, w}},
                                             std::vector<TensorInfo>{{"loc", {1, priors.size(), 4}},
                                                                     {"conf", {1, priors.size(), 2}},
                                                                     {"landms", {1, priors.size(), 10}}},
                                             answer);
    };
}

void expect_face_on_disc(const std::vector<Face>& faces, Point center, double radius, double tolerance_px) {
    ASSERT_EQ(faces.size(), 1U) << "the second answer overlaps the first";
    const Face& face = faces[0];
    EXPECT_NEAR(face.score, 0.99, 1e-6);
    EXPECT_NEAR(face.box.center().x, center.x, tolerance_px);
    EXPECT_NEAR(face.box.center().y, center.y, tolerance_px);
    EXPECT_NEAR(face.box.width(), 2 * radius, 3 * tolerance_px);
    EXPECT_NEAR(face.box.height(), 2 * radius, 3 * tolerance_px);
    ASSERT_EQ(face.points.size(), 5U);
    for (std::size_t k = 0; k < 5; ++k) {
        const double rim = radius * (static_cast<double>(k) - 2) / 2;
        EXPECT_NEAR(face.points[k].x, center.x + rim, 2 * tolerance_px) << "point " << k;
        EXPECT_NEAR(face.points[k].y, center.y, 2 * tolerance_px) << "point " << k;
    }
}

TEST(RetinaFaceDetector, ShowsTheNetworkTheFramesOwnPixels) {
    const auto seen = std::make_shared<Seen>();
    RetinaFaceDetector detector{networks(seen), {}};
    const Frame frame = frame_with_disc(61, 43, {20, 30}, 8);
    expect_face_on_disc(detector.detect(frame, std::nullopt), {20, 30}, 8, 0.2);
    EXPECT_EQ(seen->opened.back(), (std::pair{61, 43}));
    ASSERT_EQ(seen->input.size(), 3U * 61 * 43);
    constexpr std::array<std::size_t, 3> plane_of_channel{1, 0, 2}; // B, G, R of planes G, B, R
    for (std::size_t channel = 0; channel < 3; ++channel) {
        const Plane& from = frame.planes[plane_of_channel[channel]];
        for (int y = 0; y < 43; ++y) {
            for (int x = 0; x < 61; ++x) {
                const auto at = static_cast<std::size_t>((static_cast<int>(channel) * 43 + y) * 61 + x);
                ASSERT_EQ(seen->input[at], static_cast<float>(from.data[y * from.stride + x]));
            }
        }
    }
}

TEST(RetinaFaceDetector, PutsFacesOfAReducedFrameBack) {
    const auto seen = std::make_shared<Seen>();
    RetinaFaceOptions options;
    options.long_side_px = 100;
    RetinaFaceDetector detector{networks(seen), options};
    expect_face_on_disc(detector.detect(frame_with_disc(640, 362, {400.3, 101.6}, 60), std::nullopt),
                        {400.3, 101.6}, 60, 0.5);
    EXPECT_EQ(seen->opened.back(), (std::pair{100, 57}));
    expect_face_on_disc(detector.detect(frame_with_disc(362, 640, {100, 500}, 60), std::nullopt), {100, 500},
                        60, 0.5);
    EXPECT_EQ(seen->opened.back(), (std::pair{57, 100}));
}

TEST(RetinaFaceDetector, EnlargesNoFrame) {
    const auto seen = std::make_shared<Seen>();
    RetinaFaceOptions options;
    options.long_side_px = 640;
    RetinaFaceDetector detector{networks(seen), options};
    detector.detect(frame_with_disc(90, 50, {40, 20}, 8), std::nullopt);
    EXPECT_EQ(seen->opened.back(), (std::pair{90, 50}));
}

TEST(RetinaFaceDetector, LooksAtAPartOfTheFrameInASquareOfFixedSize) {
    const auto seen = std::make_shared<Seen>();
    RetinaFaceOptions options;
    options.part_px = 96;
    RetinaFaceDetector detector{networks(seen), options};
    const Frame frame = frame_with_disc(640, 360, {300.5, 200.25}, 40);
    for (const Box& within : {Box{220, 120, 400, 280}, Box{250, 150, 350, 250}, Box{100, 0, 460, 359}}) {
        expect_face_on_disc(detector.detect(frame, within), {300.5, 200.25}, 40, 0.5);
        EXPECT_EQ(seen->width, 96);
    }
    EXPECT_EQ(seen->opened, (std::vector<std::pair<int, int>>{{96, 96}})) << "one network for all of them";
}

TEST(RetinaFaceDetector, SeesNothingOutsideThePart) {
    RetinaFaceDetector detector{networks(std::make_shared<Seen>()), {}};
    const Frame frame = frame_with_disc(640, 360, {500, 200}, 40);
    EXPECT_TRUE(detector.detect(frame, Box{50, 50, 250, 250}).empty());
    EXPECT_EQ(detector.detect(frame, std::nullopt).size(), 1U);
}

TEST(RetinaFaceDetector, MovesAPartAtTheRimIntoTheFrame) {
    const auto seen = std::make_shared<Seen>();
    RetinaFaceOptions options;
    options.part_px = 64;
    RetinaFaceDetector detector{networks(seen), options};
    const Frame frame = frame_with_disc(320, 200, {290, 180}, 15);
    expect_face_on_disc(detector.detect(frame, Box{250, 140, 350, 240}), {290, 180}, 15, 0.5);
    const auto darkest = std::ranges::min(std::span{seen->input}.first(64));
    EXPECT_GT(darkest, 0.1F) << "picture up to the edge, no black bar";
}

TEST(RetinaFaceDetector, FillsUpAPartThatIsLargerThanTheFrame) {
    const auto seen = std::make_shared<Seen>();
    RetinaFaceOptions options;
    options.part_px = 100;
    RetinaFaceDetector detector{networks(seen), options};
    const Frame frame = frame_with_disc(200, 100, {150, 40}, 20);
    expect_face_on_disc(detector.detect(frame, Box{-500, 0, 199, 99}), {150, 40}, 20, 1.5);
    EXPECT_EQ(seen->input[50], 0) << "black above the frame";
    detector.detect(frame, Box{50, 50, 50, 50}); // an empty part is one pixel
}

TEST(RetinaFaceDetector, CompilesEachSizeOnce) {
    const auto seen = std::make_shared<Seen>();
    RetinaFaceDetector detector{networks(seen), {}};
    EXPECT_EQ(seen->opened, (std::vector<std::pair<int, int>>{{192, 192}})) << "known before the first frame";
    const Frame large = frame_with_disc(200, 100, {50, 50}, 10);
    for (int i = 0; i < 3; ++i) {
        detector.detect(large, std::nullopt);
        detector.detect(large, Box{20, 20, 80, 80});
    }
    EXPECT_EQ(seen->opened.size(), 2U);
    EXPECT_EQ(seen->runs, 6);
    detector.detect(frame_with_disc(100, 100, {50, 50}, 10), std::nullopt);
    EXPECT_EQ(seen->opened.back(), (std::pair{100, 100})) << "frames of another size";
}

TEST(RetinaFaceDetector, DropsFacesThatDoNotScoreEnough) {
    RetinaFaceOptions options;
    options.min_score = 0.995;
    RetinaFaceDetector detector{networks(std::make_shared<Seen>()), options};
    EXPECT_TRUE(detector.detect(frame_with_disc(100, 100, {50, 50}, 10), std::nullopt).empty());
}

std::string refusal_of(TensorInfo input, std::vector<TensorInfo> outputs) {
    const auto open = [&](int, int) { return std::make_unique<FakeNetwork>(input, outputs); };
    try {
        RetinaFaceDetector{open, {}};
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::mismatch);
        return error.what();
    }
    ADD_FAILURE() << "expected a refusal";
    return {};
}

TEST(RetinaFaceDetector, RefusesOtherNetworks) {
    const TensorInfo input{"image", {1, 3, 192, 192}};
    const std::vector<TensorInfo> outputs{
        {"loc", {1, 1512, 4}}, {"conf", {1, 1512, 2}}, {"landms", {1, 1512, 10}}};
    EXPECT_NE(refusal_of({"image", {1, 192, 192, 3}}, outputs).find("[1,3,192,192]"), std::string::npos);
    EXPECT_NE(refusal_of({"image", {1, 3, 320, 640}}, outputs).find("[1,3,320,640]"), std::string::npos);
    auto wrong = outputs;
    wrong[0].shape[1] = 1511;
    EXPECT_NE(refusal_of(input, wrong).find("loc [1,1511,4]"), std::string::npos);
    wrong = outputs;
    std::swap(wrong[0], wrong[1]);
    EXPECT_NE(refusal_of(input, wrong).find("[1,1512,4]"), std::string::npos);
    wrong = outputs;
    wrong.pop_back();
    EXPECT_NE(refusal_of(input, wrong).find("3 outputs, found 2"), std::string::npos);
}

TEST(RetinaFaceDetector, IsStrictAboutItsCaller) {
    EXPECT_THROW((RetinaFaceDetector{nullptr, {}}), std::logic_error);
    EXPECT_THROW((RetinaFaceDetector{[](int, int) { return std::unique_ptr<Network>{}; }, {}}),
                 std::logic_error);
    RetinaFaceDetector detector{networks(std::make_shared<Seen>()), {}};
    const Frame frame = frame_with_disc(100, 100, {50, 50}, 10);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW(detector.detect(frame, Box{0, 0, nan, 10}), std::logic_error);
}

} // namespace
} // namespace facemirror
