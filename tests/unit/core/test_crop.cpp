// SPDX-License-Identifier: Apache-2.0
#include "pictures.hpp"

#include <facemirror/core/crop.hpp>
#include <facemirror/core/detail/crop_sampling.hpp>

#include <gtest/gtest.h>

#include <numbers>
#include <random>
#include <stdexcept>

namespace facemirror::testing {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Plain twin of the sampler: exact bilinear in double, no rounding of the position.
double exact_level(const RgbRegion& region, const CropView& view, Point in_crop, int channel) {
    Point p = view.to_frame(in_crop);
    if (view.half) {
        const double d = view.half->midline.signed_distance(p);
        if (view.half->side == Side::patient_left ? d > 0 : d < 0) {
            p = view.half->midline.reflect(p);
        }
    }
    p = region.from_frame(p);
    const double left = std::floor(p.x);
    const double top = std::floor(p.y);
    const auto level = [&](double x, double y) -> double {
        const int ix = static_cast<int>(std::clamp(x, 0.0, region.width() - 1.0));
        const int iy = static_cast<int>(std::clamp(y, 0.0, region.height() - 1.0));
        const bool inside = ix == static_cast<int>(x) && iy == static_cast<int>(y);
        return inside || view.border == CropBorder::replicate
                   ? region.pixels()[static_cast<std::size_t>((iy * region.width() + ix) * 3 + channel)]
                   : 0.0;
    };
    const double fx = p.x - left;
    const double fy = p.y - top;
    return (1 - fy) * ((1 - fx) * level(left, top) + fx * level(left + 1, top)) +
           fy * ((1 - fx) * level(left, top + 1) + fx * level(left + 1, top + 1));
}

std::vector<float> crop_of(const Frame& frame, const CropView& view, int reduction) {
    RgbRegion region;
    region.load(frame, bounds_of(view), reduction);
    const auto size = static_cast<std::size_t>(view.size_px);
    std::vector<float> rgb(size * size * 3);
    sample_crop(region, view, rgb);
    return rgb;
}

// The vector kernel against its plain twin: views inside, across and outside of regions of every small width.
TEST(SampleCrop, TheVectorKernelGivesTheBitsOfThePlainOne) {
    std::mt19937 random{1};
    const auto between = [&random](double least, double most) {
        return std::uniform_real_distribution<double>{least, most}(random);
    };
    int compared = 0;
    for (int round = 0; round < 400; ++round) {
        PixelLayout layout{.width = 1 + round % 70, .height = 1 + round % 47};
        Frame frame = make_frame(layout);
        for_each_sample(layout, [&](int plane, int x, int y) {
            set_sample(frame, plane, x, y, static_cast<int>(random() % 256));
        });
        RgbRegion region;
        region.load(frame, {0, 0, double(layout.width), double(layout.height)}, 1 + round % 3);
        CropView view;
        view.roi = {{between(-10, 80), between(-10, 60)}, between(1, 120), between(-4, 4)};
        view.size_px = 1 + static_cast<int>(random() % 140);
        view.flip = round % 2 == 0 ? CropFlip::none : CropFlip::horizontal;
        view.border = round % 3 == 0 ? CropBorder::black : CropBorder::replicate;
        view.aspect = between(0.5, 2);
        if (round % 5 != 0) {
            const double angle = between(0, 7);
            view.half = KeptHalf{{{between(0, 70), between(0, 47)}, {std::cos(angle), std::sin(angle)}},
                                 round % 4 < 2 ? Side::patient_left : Side::patient_right};
        }
        if (!detail::can_use_avx2(region)) {
            GTEST_SKIP() << "this processor has no AVX2";
        }
        const auto size = static_cast<std::size_t>(view.size_px);
        std::vector<float> plain(size * size * 3, -1);
        std::vector<float> vector(size * size * 3, -2);
        const detail::CropSource source{region, view};
        detail::sample_crop_plain(source, view.size_px, plain);
        detail::sample_crop_avx2(source, view.size_px, vector);
        ASSERT_EQ(plain, vector) << "round " << round;
        ++compared;
    }
    EXPECT_EQ(compared, 400);
}

// Neighbours differ by few levels, so that 1/32 px of position is below a level.
Frame smooth_frame(const PixelLayout& layout) {
    Frame frame = make_frame(layout);
    for_each_sample(layout, [&](int plane, int x, int y) {
        const double wave = std::sin(0.11 * x + plane) + std::cos(0.13 * y - 0.05 * x);
        set_sample(frame, plane, x, y, static_cast<int>(std::lround(128 + 60 * wave)));
    });
    return frame;
}

CropView random_view(std::mt19937& random, const PixelLayout& layout) {
    std::uniform_real_distribution<double> part{0, 1};
    CropView view;
    view.size_px = 8 + static_cast<int>(random() % 100);
    view.roi.center = {part(random) * layout.width, part(random) * layout.height};
    view.roi.side = 10 + part(random) * 150;
    view.roi.angle_rad = (part(random) - 0.5) * 2 * std::numbers::pi;
    view.flip = random() % 2 == 0 ? CropFlip::none : CropFlip::horizontal;
    view.border = random() % 2 == 0 ? CropBorder::replicate : CropBorder::black;
    view.aspect = random() % 2 == 0 ? 1 : 0.5 + part(random);
    if (random() % 2 == 0) {
        const double tilt = (part(random) - 0.5) * 2;
        view.half =
            KeptHalf{{view.roi.center + Point{part(random) * 20 - 10, 3}, {std::sin(tilt), std::cos(tilt)}},
                     random() % 2 == 0 ? Side::patient_left : Side::patient_right};
    }
    return view;
}

TEST(CropSampling, EqualsExactBilinearWithinTheRoundingOfPositions) {
    std::mt19937 random{1};
    const Frame frame = smooth_frame(layout_of(ColorModel::rgb, 120, 90));
    for (int round = 0; round < 60; ++round) {
        CropView view = random_view(random, frame.layout);
        view.border = CropBorder::replicate; // a black border is steeper than any tolerance
        RgbRegion region;
        region.load(frame, bounds_of(view), 1);
        const auto size = static_cast<std::size_t>(view.size_px);
        std::vector<float> rgb(size * size * 3);
        sample_crop(region, view, rgb);
        for (std::size_t at = 0; at < rgb.size(); ++at) {
            const Point in_crop{static_cast<double>(at / 3 % size), static_cast<double>(at / 3 / size)};
            // Half a level of rounding and 1/64 px in x and y on a slope of up to 16 levels per px.
            ASSERT_NEAR(rgb[at], exact_level(region, view, in_crop, static_cast<int>(at % 3)), 1.0);
            ASSERT_EQ(rgb[at], std::floor(rgb[at]));
        }
    }
}

TEST(CropSampling, ShowsThePictureItselfAtScaleOne) {
    std::mt19937 random{2};
    const Frame frame = random_frame(layout_of(ColorModel::rgb, 100, 100), random);
    CropView view;
    view.size_px = 32;
    view.roi = {{50, 40}, 32, 0};
    const auto rgb = crop_of(frame, view, 1);
    for (int y = 0; y < 32; ++y) {
        for (int x = 0; x < 32; ++x) { // corner convention: crop pixel (16, 16) is the centre
            ASSERT_EQ(rgb[static_cast<std::size_t>((y * 32 + x) * 3 + 1)],
                      sample_at(frame, 0, 34 + x, 24 + y));
        }
    }
}

TEST(CropSampling, TurnsWithTheRegionOfInterest) {
    CropView view;
    view.size_px = 192;
    view.roi = {{500, 300}, 384, std::numbers::pi / 2};
    EXPECT_NEAR(distance(view.to_frame({96, 96}), {500, 300}), 0, 1e-9);
    EXPECT_NEAR(distance(view.to_frame({192, 96}), {500, 492}), 0, 1e-9) << "x turns towards y";
    view.flip = CropFlip::horizontal;
    EXPECT_NEAR(distance(view.to_frame({192, 96}), {500, 108}), 0, 1e-9);
}

TEST(CropSampling, BlackBorderIsBlackAndReplicatedBorderIsNot) {
    Frame frame = make_frame(layout_of(ColorModel::rgb, 16, 16));
    for_each_sample(frame.layout, [&](int plane, int x, int y) { set_sample(frame, plane, x, y, 200); });
    CropView view;
    view.size_px = 8;
    view.roi = {{-100, -100}, 8, 0};
    for (const float level : crop_of(frame, view, 1)) {
        ASSERT_EQ(level, 200);
    }
    view.border = CropBorder::black;
    for (const float level : crop_of(frame, view, 1)) {
        ASSERT_EQ(level, 0);
    }
    view.roi = {{3.5, 8}, 8, 0}; // columns -0.5, 0.5, ...
    const auto rgb = crop_of(frame, view, 1);
    EXPECT_EQ(rgb[0], 100) << "half a pixel out is half black";
    EXPECT_EQ(rgb[3], 200);
}

// The flip test of the networks rests on this: the same bits, hence the same points.
TEST(CropSampling, OfAFlippedPictureWithAFlippedViewGivesEqualBits) {
    std::mt19937 random{3};
    for (int round = 0; round < 60; ++round) {
        PixelLayout layout = layout_of(round % 2 == 0 ? ColorModel::yuv : ColorModel::rgb, 120, 90);
        layout.chroma_x = 0;
        const Frame frame = random_frame(layout, random);
        CropView view = random_view(random, layout);
        if (round % 3 == 0) { // positions that lie exactly between two steps of 1/32 px
            view.size_px = 64;
            view.roi = {{60 + 1.0 / 64, 45.5}, 64, 0};
        }
        CropView mirrored = view;
        const double last = layout.width - 1.0;
        mirrored.roi.center.x = last - view.roi.center.x;
        mirrored.roi.angle_rad = -view.roi.angle_rad;
        mirrored.flip = view.flip == CropFlip::none ? CropFlip::horizontal : CropFlip::none;
        if (view.half) {
            mirrored.half->midline.origin.x = last - view.half->midline.origin.x;
            mirrored.half->midline.direction.x = -view.half->midline.direction.x;
            mirrored.half->side = other(view.half->side);
        }
        const int reduction = 1 + round % 3;
        EXPECT_EQ(crop_of(frame, view, reduction), crop_of(flipped(frame), mirrored, reduction)) << round;
    }
}

TEST(CropSampling, ShowsOneHalfTwice) {
    std::mt19937 random{4};
    const Frame frame = random_frame(layout_of(ColorModel::rgb, 101, 101), random);
    CropView view;
    view.size_px = 40;
    view.roi = {{50, 50}, 40, 0};
    view.half = KeptHalf{{{50, 0}, {0, 1}}, Side::patient_left};
    const auto rgb = crop_of(frame, view, 1);
    for (int y = 0; y < 40; ++y) {
        for (int x = 1; x < 40; ++x) { // crop column 20 lies on the midline
            const int kept = x < 20 ? 40 - x : x;
            ASSERT_EQ(rgb[static_cast<std::size_t>((y * 40 + x) * 3 + 1)],
                      sample_at(frame, 0, 30 + kept, 30 + y));
        }
    }
}

TEST(CropBounds, HoldEveryPositionThatIsSampledAndLittleMore) {
    std::mt19937 random{5};
    for (int round = 0; round < 200; ++round) {
        const CropView view = random_view(random, layout_of(ColorModel::rgb, 120, 90));
        const Box box = bounds_of(view);
        Box seen{infinity, infinity, -infinity, -infinity};
        for (int v = 0; v < view.size_px; ++v) {
            for (int u = 0; u < view.size_px; ++u) {
                Point p = view.to_frame({static_cast<double>(u), static_cast<double>(v)});
                if (view.half) {
                    const double d = view.half->midline.signed_distance(p);
                    if (view.half->side == Side::patient_left ? d > 0 : d < 0) {
                        p = view.half->midline.reflect(p);
                    }
                }
                seen = {std::min(seen.x1, p.x), std::min(seen.y1, p.y), std::max(seen.x2, p.x),
                        std::max(seen.y2, p.y)};
            }
        }
        const double step = 2 * view.roi.side / view.size_px; // between neighbouring positions
        EXPECT_LE(box.x1, seen.x1 + 1e-9);
        EXPECT_LE(box.y1, seen.y1 + 1e-9);
        EXPECT_GE(box.x2, seen.x2 - 1e-9);
        EXPECT_GE(box.y2, seen.y2 - 1e-9);
        EXPECT_NEAR(box.area(), seen.area(), 2 * step * (seen.width() + seen.height() + 2 * step));
    }
}

TEST(CropSampling, RefusesAnEmptyRegionAWrongSizeAndAViewThatIsNoNumber) {
    CropView view;
    view.size_px = 4;
    view.roi = {{2, 2}, 4, 0};
    std::vector<float> rgb(48);
    RgbRegion region;
    EXPECT_THROW(sample_crop(region, view, rgb), std::logic_error);
    region.load(make_frame(layout_of(ColorModel::gray, 8, 8)), {0, 0, 7, 7}, 1);
    EXPECT_THROW(sample_crop(region, view, std::span{rgb}.first(47)), std::logic_error);
    view.roi.side = NAN;
    EXPECT_THROW(sample_crop(region, view, rgb), std::logic_error);
}

} // namespace
} // namespace facemirror::testing
