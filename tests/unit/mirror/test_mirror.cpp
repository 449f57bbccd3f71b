// SPDX-License-Identifier: Apache-2.0
#include "unit/core/pictures.hpp"

#include <facemirror/mirror/mirror.hpp>

#include <gtest/gtest.h>

#include <numbers>
#include <stdexcept>

namespace facemirror::testing {
namespace {

constexpr MirrorOptions default_seam{};

Midline midline_at(Point origin, double tilt_deg) {
    const double tilt = tilt_deg * std::numbers::pi / 180;
    return {origin, {std::sin(tilt), std::cos(tilt)}};
}

Frame mirrored(const Frame& source, const Midline& midline, Side kept, const MirrorOptions& options = {}) {
    Frame out = make_frame(source.layout);
    mirror_frame(source, midline, kept, options, out);
    return out;
}

Point in_frame(const PixelLayout& layout, int plane, double x, double y) {
    if (!layout.is_chroma(plane)) {
        return {x, y};
    }
    return {layout.chroma_x + x * (1 << layout.chroma_shift_x),
            layout.chroma_y + y * (1 << layout.chroma_shift_y)};
}

Point in_plane(const PixelLayout& layout, int plane, Point p) {
    if (!layout.is_chroma(plane)) {
        return p;
    }
    return {(p.x - layout.chroma_x) / (1 << layout.chroma_shift_x),
            (p.y - layout.chroma_y) / (1 << layout.chroma_shift_y)};
}

// Written once more, apart from the library, as the definition says it.
double bilinear_level(const Frame& frame, int plane, Point at) {
    const int last_x = frame.layout.plane_width(plane) - 1;
    const int last_y = frame.layout.plane_height(plane) - 1;
    const double x = std::clamp<double>(at.x, 0, last_x);
    const double y = std::clamp<double>(at.y, 0, last_y);
    const int left = static_cast<int>(x);
    const int top = static_cast<int>(y);
    const auto level = [&](int dx, int dy) {
        return sample_at(frame, plane, std::min(left + dx, last_x), std::min(top + dy, last_y));
    };
    const double fx = x - left;
    const double fy = y - top;
    return (1 - fy) * ((1 - fx) * level(0, 0) + fx * level(1, 0)) +
           fy * ((1 - fx) * level(0, 1) + fx * level(1, 1));
}

PixelLayout random_layout(std::mt19937& random) {
    constexpr std::array depths{8, 8, 8, 10, 12, 14, 16};
    constexpr std::array models{ColorModel::yuv, ColorModel::yuv, ColorModel::rgb, ColorModel::gray};
    PixelLayout layout = layout_of(models[random() % models.size()], 1 + static_cast<int>(random() % 120),
                                   1 + static_cast<int>(random() % 60), depths[random() % depths.size()]);
    layout.chroma_shift_x = static_cast<int>(random() % 2);
    layout.chroma_shift_y = static_cast<int>(random() % 2);
    layout.chroma_x = layout.chroma_shift_x == 0 ? 0 : static_cast<double>(random() % 2) / 2;
    layout.chroma_y = layout.chroma_shift_y == 0 ? 0 : static_cast<double>(random() % 3) / 2;
    return layout;
}

Midline random_midline(const PixelLayout& layout, std::mt19937& random) {
    std::uniform_real_distribution<double> x{-0.3 * layout.width, 1.3 * layout.width};
    std::uniform_real_distribution<double> y{-0.3 * layout.height, 1.3 * layout.height};
    constexpr std::array tilts{0.0, 0.0, 2.5, -7.0, 30.0, -60.0, 90.0, -90.0, 180.0};
    return midline_at({std::round(4 * x(random)) / 4, y(random)}, tilts[random() % tilts.size()]);
}

TEST(MirrorFrame, FastEqualsPlainWithinOneLevel) {
    std::mt19937 random{1};
    for (int round = 0; round < 400; ++round) {
        const PixelLayout layout = random_layout(random);
        const Frame source = random_frame(layout, random);
        const Midline midline = random_midline(layout, random);
        const Side kept = random() % 2 == 0 ? Side::patient_left : Side::patient_right;
        const MirrorOptions options{static_cast<double>(random() % 4) * 3};
        Frame plain = make_frame(layout);
        mirror_frame_plain(source, midline, kept, options, plain);
        const Frame fast = mirrored(source, midline, kept, options);
        for_each_sample(layout, [&](int plane, int x, int y) {
            ASSERT_NEAR(sample_at(fast, plane, x, y), sample_at(plain, plane, x, y), 1)
                << "round " << round << " plane " << plane << " x " << x << " y " << y << " " << layout.width
                << "x" << layout.height << " " << layout.bit_depth << " bit";
        });
    }
}

TEST(MirrorFrame, KeepsItsHalfBitForBitAndReflectsTheOtherWithinOneLevel) {
    std::mt19937 random{2};
    for (int round = 0; round < 100; ++round) {
        const PixelLayout layout = random_layout(random);
        const Frame source = random_frame(layout, random);
        const Midline midline = random_midline(layout, random);
        for (const Side kept : {Side::patient_left, Side::patient_right}) {
            const Frame out = mirrored(source, midline, kept, default_seam);
            const double sign = kept == Side::patient_right ? 1 : -1;
            for_each_sample(layout, [&](int plane, int x, int y) {
                const Point p = in_frame(layout, plane, x, y);
                const double distance = sign * midline.signed_distance(p);
                const int level = sample_at(out, plane, x, y);
                if (distance > default_seam.seam_px / 2) {
                    ASSERT_EQ(level, sample_at(source, plane, x, y));
                } else if (distance < -default_seam.seam_px / 2) {
                    const double reflected =
                        bilinear_level(source, plane, in_plane(layout, plane, midline.reflect(p)));
                    ASSERT_NEAR(level, std::round(reflected), 1) << layout.bit_depth << " bit";
                }
            });
        }
    }
}

TEST(MirrorFrame, RampsLinearlyAcrossTheSeam) {
    // Left of the line 0, right of it 200: the reflection of either side is the other's contrary.
    Frame source = make_frame(layout_of(ColorModel::gray, 64, 8));
    for_each_sample(source.layout,
                    [&](int plane, int x, int y) { set_sample(source, plane, x, y, x < 32 ? 0 : 200); });
    const Frame out = mirrored(source, midline_at({31.5, 4}, 0), Side::patient_left, {6});
    // Distance d right of the line: source 200 and reflection 0 for d > 0, the contrary for d < 0;
    // the source's share is 1/2 + d/6.
    constexpr std::array distances{-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5};
    for (const double d : distances) {
        const double share = std::clamp(0.5 + d / 6, 0.0, 1.0);
        const double expected = d > 0 ? 200 * share : 200 * (1 - share);
        EXPECT_NEAR(sample_at(out, 0, static_cast<int>(31.5 + d), 3), expected, 0.51) << d;
    }
}

TEST(MirrorFrame, KeepsThePicturesRightForThePatientsLeft) {
    Frame source = make_frame(layout_of(ColorModel::gray, 100, 10));
    for_each_sample(source.layout,
                    [&](int plane, int x, int y) { set_sample(source, plane, x, y, x < 50 ? 10 : 240); });
    const Midline midline = midline_at({49.5, 5}, 0);
    EXPECT_EQ(sample_at(mirrored(source, midline, Side::patient_left), 0, 5, 5), 240);
    EXPECT_EQ(sample_at(mirrored(source, midline, Side::patient_left), 0, 95, 5), 240);
    EXPECT_EQ(sample_at(mirrored(source, midline, Side::patient_right), 0, 5, 5), 10);
    EXPECT_EQ(sample_at(mirrored(source, midline, Side::patient_right), 0, 95, 5), 10);
}

TEST(MirrorFrame, LeavesASymmetricPictureAsItIs) {
    std::mt19937 random{3};
    for (const int bit_depth : {8, 10}) {
        PixelLayout layout = layout_of(ColorModel::yuv, 200, 40, bit_depth);
        layout.chroma_x = 0.5; // centred, so that chroma can be symmetric too
        Frame source = random_frame(layout, random);
        for_each_sample(layout, [&](int plane, int x, int y) {
            const int partner = layout.plane_width(plane) - 1 - x;
            set_sample(source, plane, std::max(x, partner), y,
                       sample_at(source, plane, std::min(x, partner), y));
        });
        const Midline midline = midline_at({99.5, 20}, 0);
        for (const Side kept : {Side::patient_left, Side::patient_right}) {
            const Frame out = mirrored(source, midline, kept);
            for_each_sample(layout, [&](int plane, int x, int y) {
                ASSERT_EQ(sample_at(out, plane, x, y), sample_at(source, plane, x, y));
            });
        }
    }
}

TEST(MirrorFrame, TwiceIsTheSameAsOnceAwayFromTheSeam) {
    std::mt19937 random{4};
    const Frame source = random_frame(layout_of(ColorModel::gray, 90, 60), random);
    const Midline midline = midline_at({44.5, 30}, 0); // reflects pixel onto pixel
    const Frame once = mirrored(source, midline, Side::patient_left);
    const Frame back = mirrored(once, midline, Side::patient_right);
    for (int y = 0; y < 60; ++y) {
        for (int x = 0; x < 90; ++x) {
            if (std::abs(x - 44.5) > 3) {
                ASSERT_EQ(sample_at(back, 0, x, y), sample_at(once, 0, x, y));
            }
        }
    }
}

TEST(MirrorFrame, RepeatsThePicturesEdgeWhereTheReflectionLeavesIt) {
    std::mt19937 random{5};
    const Frame source = random_frame(layout_of(ColorModel::gray, 120, 12), random);
    const Frame out = mirrored(source, midline_at({29.5, 6}, 0), Side::patient_right);
    for (int y = 0; y < 12; ++y) {
        for (int x = 60; x < 120; ++x) { // reflects to x < 0
            ASSERT_EQ(sample_at(out, 0, x, y), sample_at(source, 0, 0, y));
        }
    }
}

TEST(MirrorFrame, CopiesOrRepeatsAllForALineOutsideThePicture) {
    std::mt19937 random{6};
    const Frame source = random_frame(layout_of(ColorModel::gray, 50, 20), random);
    const Midline far_left = midline_at({-1000, 0}, 0);
    const Frame kept = mirrored(source, far_left, Side::patient_left);
    const Frame lost = mirrored(source, far_left, Side::patient_right);
    for_each_sample(source.layout, [&](int plane, int x, int y) {
        ASSERT_EQ(sample_at(kept, plane, x, y), sample_at(source, plane, x, y));
        ASSERT_EQ(sample_at(lost, plane, x, y), sample_at(source, plane, 0, y));
    });
}

TEST(MirrorFrame, TakesIndexAndTimeAlong) {
    Frame source = make_frame(layout_of(ColorModel::gray, 8, 8));
    for_each_sample(source.layout, [&](int plane, int x, int y) { set_sample(source, plane, x, y, 1); });
    source.index = 3;
    source.pts = 12345;
    source.duration = 512;
    const Frame out = mirrored(source, midline_at({4, 4}, 0), Side::patient_left);
    EXPECT_EQ(out.index, 3);
    EXPECT_EQ(out.pts, 12345);
    EXPECT_EQ(out.duration, 512);
}

TEST(MirrorFrame, ReadsAndWritesPaddedRowsOnlyInsideThePicture) {
    std::mt19937 random{7};
    const PixelLayout layout = layout_of(ColorModel::gray, 70, 9);
    const Frame source = random_frame(layout, random);
    Frame out = make_frame(layout);
    for (int y = 0; y < 9; ++y) {
        std::memset(out.planes[0].data + y * out.planes[0].stride, 77,
                    static_cast<std::size_t>(out.planes[0].stride));
    }
    mirror_frame(source, midline_at({35, 4}, 5), Side::patient_left, {}, out);
    for (int y = 0; y < 9; ++y) {
        for (int x = 70; x < out.planes[0].stride; ++x) {
            ASSERT_EQ(sample_at(out, 0, x, y), 77);
        }
    }
}

TEST(MirrorFrame, RefusesWhatHasNoMeaning) {
    Frame source = make_frame(layout_of(ColorModel::gray, 8, 8));
    Frame other = make_frame(layout_of(ColorModel::gray, 8, 9));
    Frame out = make_frame(source.layout);
    const Midline midline = midline_at({4, 4}, 0);
    EXPECT_THROW(mirror_frame(source, midline, Side::patient_left, {}, other), std::logic_error);
    EXPECT_THROW(mirror_frame(source, midline, Side::patient_left, {}, source), std::logic_error);
    EXPECT_THROW(mirror_frame(source, midline, Side::patient_left, {-1}, out), std::logic_error);
    EXPECT_THROW(mirror_frame(source, {{4, NAN}, {0, 1}}, Side::patient_left, {}, out), std::logic_error);
    EXPECT_THROW(mirror_frame(source, {{4, 4}, {0, 0}}, Side::patient_left, {}, out), std::logic_error);
}

} // namespace
} // namespace facemirror::testing
