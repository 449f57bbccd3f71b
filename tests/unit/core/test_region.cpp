// SPDX-License-Identifier: Apache-2.0
#include "pictures.hpp"

#include <facemirror/core/crop.hpp>

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace facemirror::testing {
namespace {

using Rgb = std::array<double, 3>;

// Plain twin of the region: straight from the definitions, one position at a time, in double.
double plane_at(const Frame& frame, int plane, int x, int y) {
    const PixelLayout& layout = frame.layout;
    const int inside_x = std::clamp(x, 0, layout.width - 1);
    const int inside_y = std::clamp(y, 0, layout.height - 1);
    if (!layout.is_chroma(plane)) {
        return sample_at(frame, plane, inside_x, inside_y);
    }
    const double px = (inside_x - layout.chroma_x) / (1 << layout.chroma_shift_x);
    const double py = (inside_y - layout.chroma_y) / (1 << layout.chroma_shift_y);
    const auto at = [&](double cx, double cy) {
        return sample_at(frame, plane, std::clamp(static_cast<int>(cx), 0, layout.plane_width(plane) - 1),
                         std::clamp(static_cast<int>(cy), 0, layout.plane_height(plane) - 1));
    };
    const double left = std::floor(px);
    const double top = std::floor(py);
    const double fx = px - left;
    const double fy = py - top;
    return (1 - fy) * ((1 - fx) * at(left, top) + fx * at(left + 1, top)) +
           fy * ((1 - fx) * at(left, top + 1) + fx * at(left + 1, top + 1));
}

Rgb to_rgb(const PixelLayout& layout, std::array<double, 3> mean) {
    const double unit = 1 << (layout.bit_depth - 8);
    const double full = ((1 << layout.bit_depth) - 1) / 255.0;
    if (layout.model == ColorModel::rgb) {
        return {mean[2] / full, mean[0] / full, mean[1] / full};
    }
    const double y = layout.full_range ? mean[0] / full : (mean[0] - 16 * unit) / (219 * unit) * 255;
    if (layout.model == ColorModel::gray) {
        return {y, y, y};
    }
    const double chroma = layout.full_range ? 1 / full : 255 / (224 * unit);
    const double u = (mean[1] - 128 * unit) * chroma;
    const double v = (mean[2] - 128 * unit) * chroma;
    const double kr = layout.matrix == ColorMatrix::bt601   ? 0.299
                      : layout.matrix == ColorMatrix::bt709 ? 0.2126
                                                            : 0.2627;
    const double kb = layout.matrix == ColorMatrix::bt601   ? 0.114
                      : layout.matrix == ColorMatrix::bt709 ? 0.0722
                                                            : 0.0593;
    const double r = y + 2 * (1 - kr) * v;
    const double b = y + 2 * (1 - kb) * u;
    return {r, (y - kr * r - kb * b) / (1 - kr - kb), b};
}

Rgb region_pixel_plain(const Frame& frame, Point first_px, int reduction) {
    std::array<double, 3> mean{};
    const int planes = frame.layout.model == ColorModel::gray ? 1 : 3;
    for (int plane = 0; plane < planes; ++plane) {
        for (int dy = 0; dy < reduction; ++dy) {
            for (int dx = 0; dx < reduction; ++dx) {
                mean[static_cast<std::size_t>(plane)] +=
                    plane_at(frame, plane, static_cast<int>(first_px.x) + dx,
                             static_cast<int>(first_px.y) + dy) /
                    (reduction * reduction);
            }
        }
    }
    return to_rgb(frame.layout, mean);
}

// First frame px of the region's first pixel, found through the public mapping.
Point first_px(const RgbRegion& region, int reduction) {
    const Point zero = region.from_frame({0, 0});
    const double center = (reduction - 1) / 2.0;
    return {std::round(-zero.x * reduction - center), std::round(-zero.y * reduction - center)};
}

void expect_equals_plain(const Frame& frame, const Box& box, int reduction) {
    RgbRegion region;
    region.load(frame, box, reduction);
    const Point origin = first_px(region, reduction);
    for (int y = 0; y < region.height(); ++y) {
        for (int x = 0; x < region.width(); ++x) {
            const Rgb plain =
                region_pixel_plain(frame, {origin.x + x * reduction, origin.y + y * reduction}, reduction);
            for (std::size_t channel = 0; channel < 3; ++channel) {
                const auto at = static_cast<std::size_t>(y * region.width() + x) * 3 + channel;
                // Half a level of rounding and the 16-bit steps of the vertical mean.
                ASSERT_NEAR(region.pixels()[at], std::clamp(plain[channel], 0.0, 255.0), 0.52)
                    << "x " << x << " y " << y << " channel " << channel << " reduction " << reduction;
            }
        }
    }
}

PixelLayout random_layout(std::mt19937& random) {
    constexpr std::array depths{8, 8, 10, 12, 16};
    constexpr std::array models{ColorModel::yuv, ColorModel::yuv, ColorModel::rgb, ColorModel::gray};
    constexpr std::array matrices{ColorMatrix::bt601, ColorMatrix::bt709, ColorMatrix::bt2020};
    constexpr std::array sitings{0.0, 0.5, 1.0};
    PixelLayout layout = layout_of(models[random() % models.size()], 1 + static_cast<int>(random() % 50),
                                   1 + static_cast<int>(random() % 40), depths[random() % depths.size()]);
    layout.chroma_shift_x = static_cast<int>(random() % 3);
    layout.chroma_shift_y = static_cast<int>(random() % 2);
    layout.chroma_x = layout.chroma_shift_x == 0 ? 0 : sitings[random() % sitings.size()];
    layout.chroma_y = layout.chroma_shift_y == 0 ? 0 : sitings[random() % sitings.size()];
    layout.matrix = matrices[random() % matrices.size()];
    layout.full_range = random() % 2 == 0;
    return layout;
}

TEST(RegionLoad, EqualsThePlainDefinitionInEveryLayout) {
    std::mt19937 random{1};
    for (int round = 0; round < 150; ++round) {
        const PixelLayout layout = random_layout(random);
        const Frame frame = random_frame(layout, random);
        std::uniform_real_distribution<double> x{-10, layout.width + 10.0};
        std::uniform_real_distribution<double> y{-10, layout.height + 10.0};
        const Box box{x(random), y(random), x(random), y(random)};
        expect_equals_plain(frame, box, 1 + static_cast<int>(random() % 7));
    }
}

TEST(RegionLoad, InterleavesRgbSamplesExactlyWithoutReduction) {
    std::mt19937 random{2};
    const Frame frame = random_frame(layout_of(ColorModel::rgb, 43, 29), random);
    RgbRegion region;
    region.load(frame, {0, 0, 42, 28}, 1);
    ASSERT_EQ(region.width(), 43);
    ASSERT_EQ(region.height(), 29);
    for (int y = 0; y < 29; ++y) {
        for (int x = 0; x < 43; ++x) {
            const auto at = static_cast<std::size_t>(y * 43 + x) * 3;
            ASSERT_EQ(region.pixels()[at], sample_at(frame, 2, x, y));
            ASSERT_EQ(region.pixels()[at + 1], sample_at(frame, 0, x, y));
            ASSERT_EQ(region.pixels()[at + 2], sample_at(frame, 1, x, y));
        }
    }
}

TEST(RegionLoad, KeepsGreyGreyInEveryRange) {
    for (const bool full_range : {false, true}) {
        PixelLayout layout = layout_of(ColorModel::yuv, 16, 16);
        layout.full_range = full_range;
        Frame frame = make_frame(layout);
        for_each_sample(
            layout, [&](int plane, int x, int y) { set_sample(frame, plane, x, y, plane == 0 ? 126 : 128); });
        RgbRegion region;
        region.load(frame, {0, 0, 15, 15}, 2);
        const int expected = full_range ? 126 : 128; // (126 - 16) / 219 * 255 = 128.08
        for (const std::uint8_t level : region.pixels()) {
            ASSERT_EQ(level, expected);
        }
    }
}

TEST(RegionLoad, GivesAPositionOneColourWhateverTheBox) {
    std::mt19937 random{3};
    const Frame frame = random_frame(layout_of(ColorModel::yuv, 90, 70), random);
    for (const int reduction : {1, 2, 3, 5}) {
        RgbRegion whole;
        whole.load(frame, {0, 0, 89, 69}, reduction);
        RgbRegion part;
        part.load(frame, {31.3, 17.8, 60.2, 55.5}, reduction);
        const Point shift = whole.from_frame({0, 0}) - part.from_frame({0, 0});
        const auto dx = static_cast<int>(std::lround(shift.x));
        const auto dy = static_cast<int>(std::lround(shift.y));
        ASSERT_LT(part.width(), whole.width());
        for (int y = 0; y < part.height(); ++y) {
            for (int x = 0; x < part.width() * 3; ++x) {
                ASSERT_EQ(
                    part.pixels()[static_cast<std::size_t>(y * part.width() * 3 + x)],
                    whole.pixels()[static_cast<std::size_t>((y + dy) * whole.width() * 3 + x + 3 * dx)]);
            }
        }
    }
}

TEST(RegionLoad, OfAFlippedPictureIsTheFlippedRegion) {
    std::mt19937 random{4};
    for (const int width : {64, 66, 70}) {
        for (const int reduction : {1, 2, 3, 4, 5}) {
            PixelLayout layout = layout_of(ColorModel::yuv, width, 40);
            layout.chroma_x = 0;
            const Frame frame = random_frame(layout, random);
            RgbRegion plain;
            plain.load(frame, {0, 0, width - 1.0, 39}, reduction);
            RgbRegion mirrored;
            mirrored.load(flipped(frame), {0, 0, width - 1.0, 39}, reduction);
            ASSERT_EQ(plain.width(), mirrored.width());
            for (int y = 0; y < plain.height(); ++y) {
                for (int x = 0; x < plain.width(); ++x) {
                    for (int channel = 0; channel < 3; ++channel) {
                        const int row = y * plain.width();
                        ASSERT_EQ(plain.pixels()[static_cast<std::size_t>((row + x) * 3 + channel)],
                                  mirrored.pixels()[static_cast<std::size_t>(
                                      (row + plain.width() - 1 - x) * 3 + channel)]);
                    }
                }
            }
        }
    }
}

TEST(RegionLoad, TakesTheNearestPixelsOfABoxOutsideTheFrame) {
    std::mt19937 random{5};
    const Frame frame = random_frame(layout_of(ColorModel::rgb, 20, 10), random);
    RgbRegion region;
    region.load(frame, {1e9, -1e9, 2e9, -1e8}, 1);
    ASSERT_EQ(region.width(), 1);
    ASSERT_EQ(region.height(), 1);
    EXPECT_EQ(region.pixels()[1], sample_at(frame, 0, 19, 0));
}

TEST(RegionLoad, RefusesABoxThatIsNoNumber) {
    const Frame frame = make_frame(layout_of(ColorModel::gray, 8, 8));
    RgbRegion region;
    EXPECT_THROW(region.load(frame, {NAN, 0, 5, 5}, 1), std::logic_error);
    EXPECT_THROW(region.load(frame, {0, 0, 5, 5}, 0), std::logic_error);
    EXPECT_THROW(region.load(frame, {0, 0, 5, 5}, 129), std::logic_error);
    EXPECT_THROW(region.load(Frame{}, {0, 0, 5, 5}, 1), std::logic_error);
}

TEST(RegionReduction, LeavesOneToTwoPixelsPerCropPixel) {
    EXPECT_EQ(RgbRegion::reduction_for(100, 192), 1);
    EXPECT_EQ(RgbRegion::reduction_for(383.9, 192), 1);
    EXPECT_EQ(RgbRegion::reduction_for(384, 192), 2);
    EXPECT_EQ(RgbRegion::reduction_for(700, 192), 3);
    EXPECT_EQ(RgbRegion::reduction_for(1e12, 192), 128);
    EXPECT_EQ(RgbRegion::reduction_for(NAN, 192), 1);
}

} // namespace
} // namespace facemirror::testing
