// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/color.hpp>
#include <facemirror/core/sample_planes.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace facemirror {
namespace {

/// Planes G, B, R of random levels.
Frame random_frame(int width, int height) {
    Frame frame = make_frame(rgb_layout(width, height));
    std::mt19937 random{7};
    for (int plane = 0; plane < 3; ++plane) {
        const Plane& to = frame.planes[static_cast<std::size_t>(plane)];
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                to.data[y * to.stride + x] = static_cast<std::uint8_t>(random() % 256);
            }
        }
    }
    return frame;
}

Frame flat_frame(int width, int height, int level) {
    Frame frame = random_frame(width, height);
    for (int plane = 0; plane < 3; ++plane) {
        const Plane& to = frame.planes[static_cast<std::size_t>(plane)];
        std::fill_n(to.data, to.stride * height, static_cast<std::uint8_t>(level));
    }
    return frame;
}

Box edges_of(const Frame& frame) {
    return {-0.5, -0.5, frame.layout.width - 0.5, frame.layout.height - 0.5};
}

std::vector<float> sample(const Frame& frame, const PlaneView& view, int reduction = 1) {
    RgbRegion region;
    region.load(frame, bounds_of(view), reduction);
    std::vector<float> planes(3 * static_cast<std::size_t>(view.width_px) *
                              static_cast<std::size_t>(view.height_px));
    sample_planes(region, view, planes);
    return planes;
}

TEST(SamplePlanes, CopiesThePixelsAtTheirOwnSize) {
    const Frame frame = random_frame(37, 23);
    const auto bgr = sample(frame, {edges_of(frame), 37, 23, ChannelOrder::bgr});
    const auto rgb = sample(frame, {edges_of(frame), 37, 23, ChannelOrder::rgb});
    for (int y = 0; y < 23; ++y) {
        for (int x = 0; x < 37; ++x) {
            const auto at = static_cast<std::size_t>(37 * y + x);
            const auto level = [&](std::size_t plane) {
                const Plane& from = frame.planes[plane];
                return static_cast<float>(from.data[y * from.stride + x]);
            };
            ASSERT_EQ(bgr[at], level(1)) << "blue of " << x << ", " << y;
            ASSERT_EQ(bgr[at + 37 * 23], level(0)) << "green";
            ASSERT_EQ(bgr[at + 2 * 37 * 23], level(2)) << "red";
            ASSERT_EQ(rgb[at], level(2)) << "red first";
            ASSERT_EQ(rgb[at + 2 * 37 * 23], level(1)) << "blue last";
        }
    }
}

TEST(SamplePlanes, CopiesAPartOfWholePixels) {
    const Frame frame = random_frame(64, 48);
    const auto whole = sample(frame, {edges_of(frame), 64, 48, ChannelOrder::bgr});
    const auto part = sample(frame, {{9.5, 4.5, 29.5, 14.5}, 20, 10, ChannelOrder::bgr});
    for (std::size_t y = 0; y < 10; ++y) {
        for (std::size_t x = 0; x < 20; ++x) {
            ASSERT_EQ(part[20 * y + x], whole[64 * (y + 5) + x + 10]) << x << ", " << y;
        }
    }
}

TEST(SamplePlanes, ReducesByATriangleOfTwoOutputPixels) {
    const Frame frame = random_frame(40, 1);
    const auto seen = sample(frame, {edges_of(frame), 20, 1, ChannelOrder::bgr});
    const auto blue = [&](int x) { return static_cast<double>(frame.planes[1].data[x]); };
    // Output pixel 5 lies at 10.5 and reaches 2 px to each side: shares 1/4, 3/4, 3/4, 1/4 of 2.
    const double expected = (blue(9) + 3 * blue(10) + 3 * blue(11) + blue(12)) / 8;
    constexpr double tolerance_levels = 1e-4;
    EXPECT_NEAR(static_cast<double>(seen[5]), expected, tolerance_levels);
    // At the edge what lies outside does not count: 3/4, 3/4, 1/4 of 7/4.
    EXPECT_NEAR(static_cast<double>(seen[0]), (3 * blue(0) + 3 * blue(1) + blue(2)) / 7, tolerance_levels);
}

TEST(SamplePlanes, EnlargesBilinearly) {
    const Frame frame = random_frame(8, 1);
    const auto seen = sample(frame, {edges_of(frame), 16, 1, ChannelOrder::bgr});
    const auto blue = [&](int x) { return static_cast<double>(frame.planes[1].data[x]); };
    EXPECT_NEAR(static_cast<double>(seen[6]), 0.25 * blue(2) + 0.75 * blue(3), 1e-4);
}

TEST(SamplePlanes, KeepsAnEvenColourAtEverySizeAndReduction) {
    const Frame frame = flat_frame(101, 67, 200);
    for (const int width : {1, 13, 50, 101, 160}) {
        for (const int reduction : {1, 2, 3, 7}) {
            const PlaneView view{edges_of(frame), width, 1 + width / 2, ChannelOrder::bgr};
            for (const float value : sample(frame, view, reduction)) {
                ASSERT_NEAR(static_cast<double>(value), 200, 1e-3) << width << " px, reduction " << reduction;
            }
        }
    }
}

TEST(SamplePlanes, IsBlackOutsideTheFrame) {
    const Frame frame = flat_frame(20, 10, 200);
    const auto seen = sample(frame, {{-10.5, -5.5, 29.5, 14.5}, 40, 20, ChannelOrder::bgr});
    for (std::size_t y = 0; y < 20; ++y) {
        for (std::size_t x = 0; x < 40; ++x) {
            const bool is_inside = x >= 10 && x < 30 && y >= 5 && y < 15;
            ASSERT_EQ(seen[40 * y + x], is_inside ? 200.0F : 0.0F) << x << ", " << y;
        }
    }
}

TEST(SamplePlanes, KeepsFinePatternsFromComingBackAsCoarseOnes) {
    Frame frame = flat_frame(300, 4, 0);
    for (int plane = 0; plane < 3; ++plane) {
        const Plane& to = frame.planes[static_cast<std::size_t>(plane)];
        for (int y = 0; y < 4; ++y) {
            for (int x = 0; x < 300; x += 2) {
                to.data[y * to.stride + x] = 255;
            }
        }
    }
    const auto seen = sample(frame, {edges_of(frame), 100, 1, ChannelOrder::bgr});
    for (std::size_t x = 1; x + 1 < 100; ++x) {
        ASSERT_NEAR(static_cast<double>(seen[x]), 127.5, 15) << x; // levels; unfiltered: 0 and 255
    }
}

TEST(SamplePlanes, IsStrictAboutItsCaller) {
    const Frame frame = flat_frame(8, 8, 1);
    RgbRegion region;
    std::vector<float> planes(3 * 8 * 8);
    const PlaneView whole{edges_of(frame), 8, 8, ChannelOrder::bgr};
    EXPECT_THROW(sample_planes(region, whole, planes), std::logic_error) << "nothing loaded";
    region.load(frame, bounds_of(whole), 1);
    EXPECT_THROW(sample_planes(region, whole, std::span{planes}.first(5)), std::logic_error);
    PlaneView wrong = whole;
    wrong.edges.x2 = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW(sample_planes(region, wrong, planes), std::logic_error);
    wrong = whole;
    wrong.edges.x2 = wrong.edges.x1;
    EXPECT_THROW(sample_planes(region, wrong, planes), std::logic_error);
    wrong = whole;
    wrong.width_px = 0;
    EXPECT_THROW(sample_planes(region, wrong, planes), std::logic_error);
}

} // namespace
} // namespace facemirror
