// SPDX-License-Identifier: Apache-2.0
#include "unit/core/pictures.hpp"

#include <facemirror/report/overlay.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace facemirror::testing {
namespace {

constexpr Rgb red{255, 0, 0};
constexpr Rgb blue{0, 0, 255};

// Mid-grey everywhere.
Frame canvas(const PixelLayout& layout) {
    Frame frame = make_frame(layout);
    const auto grey = plane_levels(layout, {128, 128, 128});
    for_each_sample(layout, [&](int plane, int x, int y) {
        set_sample(frame, plane, x, y, static_cast<int>(std::lround(grey[static_cast<std::size_t>(plane)])));
    });
    return frame;
}

int count_changed(const Frame& a, const Frame& b) {
    int changed = 0;
    for_each_sample(a.layout, [&](int plane, int x, int y) {
        changed += sample_at(a, plane, x, y) == sample_at(b, plane, x, y) ? 0 : 1;
    });
    return changed;
}

// Every plane shows the colour at a position, within a level of rounding.
void expect_color(const Frame& frame, int x, int y, Rgb color) {
    const auto levels = plane_levels(frame.layout, color);
    const int planes = frame.layout.model == ColorModel::gray ? 1 : 3;
    for (int plane = 0; plane < planes; ++plane) {
        const bool chroma = frame.layout.is_chroma(plane);
        const int sx = chroma ? x >> frame.layout.chroma_shift_x : x;
        const int sy = chroma ? y >> frame.layout.chroma_shift_y : y;
        EXPECT_NEAR(sample_at(frame, plane, sx, sy), levels[static_cast<std::size_t>(plane)], 1)
            << "plane " << plane << " x " << x << " y " << y;
    }
}

class OverlayInEveryLayout : public ::testing::TestWithParam<PixelLayout> {};

PixelLayout full(PixelLayout layout) {
    layout.full_range = true;
    layout.matrix = ColorMatrix::bt601;
    return layout;
}
PixelLayout without_subsampling(PixelLayout layout) {
    layout.chroma_shift_x = 0;
    layout.chroma_shift_y = 0;
    return layout;
}
INSTANTIATE_TEST_SUITE_P(Layouts, OverlayInEveryLayout,
                         ::testing::Values(layout_of(ColorModel::yuv, 1280, 720),
                                           layout_of(ColorModel::yuv, 641, 361, 10),
                                           full(layout_of(ColorModel::yuv, 480, 854)),
                                           without_subsampling(layout_of(ColorModel::yuv, 320, 240, 12)),
                                           layout_of(ColorModel::rgb, 640, 360),
                                           layout_of(ColorModel::gray, 640, 360)));

TEST_P(OverlayInEveryLayout, BannerFillsTheTopInTheColourOfItsLevel) {
    const PixelLayout layout = GetParam();
    const std::array colors{Rgb{0, 150, 0}, Rgb{255, 165, 0}, Rgb{255, 0, 0}};
    for (const BannerLevel level : {BannerLevel::good, BannerLevel::doubtful, BannerLevel::poor}) {
        Frame frame = canvas(layout);
        draw_banner(frame, "", level);
        const int rows = 2 * static_cast<int>(std::lround(15 * drawing_scale(layout)));
        const Rgb color = colors[static_cast<std::size_t>(level)];
        expect_color(frame, 0, 0, color);
        expect_color(frame, layout.width / 2, rows / 2, color);
        expect_color(frame, layout.width - 1, 0, color);
        expect_color(frame, 2, rows - 3, color);
        expect_color(frame, 2, rows + 3, {128, 128, 128});
        EXPECT_NEAR(sample_at(frame, 0, 2, rows - 1), plane_levels(layout, color)[0], 1)
            << "last row of the banner";
        EXPECT_NEAR(sample_at(frame, 0, 2, rows), plane_levels(layout, {128, 128, 128})[0], 1);
    }
}

TEST_P(OverlayInEveryLayout, LineHasItsColourAlongTheWholePicture) {
    const PixelLayout layout = GetParam();
    Frame frame = canvas(without_subsampling(layout)); // a line thinner than a chroma sample is paler there
    draw_line(frame, {{static_cast<double>(layout.width / 2), 50}, {0, 1}}, red);
    for (const int y : {0, 17, layout.height / 2, layout.height - 1}) {
        const auto level = plane_levels(layout, red);
        const double grey = plane_levels(layout, {128, 128, 128})[0];
        const int at = sample_at(frame, 0, layout.width / 2, y);
        EXPECT_LT(std::abs(at - level[0]), 0.1 * std::abs(grey - level[0]) + 1) << y;
    }
    EXPECT_NEAR(sample_at(frame, 0, layout.width / 2 + 8, 100), plane_levels(layout, {128, 128, 128})[0], 1);
}

TEST_P(OverlayInEveryLayout, PointIsADotOfTheColourAtItsPlace) {
    const PixelLayout layout = GetParam();
    Frame frame = canvas(without_subsampling(layout));
    const Point at{100, 120};
    draw_points(frame, std::span{&at, 1}, blue);
    expect_color(frame, 100, 120, blue);
    expect_color(frame, 107, 120, {128, 128, 128});
    expect_color(frame, 100, 127, {128, 128, 128});
}

TEST_P(OverlayInEveryLayout, BoxIsAnOutline) {
    const PixelLayout layout = GetParam();
    Frame frame = canvas(layout);
    const Frame before = canvas(layout);
    draw_box(frame, {60, 80, 160, 200}, blue);
    EXPECT_GT(count_changed(before, frame), 400);
    expect_color(frame, 110, 140, {128, 128, 128});
    expect_color(frame, 50, 140, {128, 128, 128});
    for (const Point edge : {Point{60, 140}, Point{160, 140}, Point{110, 80}, Point{110, 200}}) {
        EXPECT_NE(sample_at(frame, 0, static_cast<int>(edge.x), static_cast<int>(edge.y)),
                  sample_at(before, 0, static_cast<int>(edge.x), static_cast<int>(edge.y)));
    }
}

TEST(Overlay, LineIsAntialiasedByTheSharePainted) {
    Frame frame = canvas(layout_of(ColorModel::gray, 720, 720)); // 1.4 px wide
    draw_line(frame, {{100.5, 0}, {0, 1}}, {255, 255, 255});
    const double grey = plane_levels(frame.layout, {128, 128, 128})[0];
    const double white = plane_levels(frame.layout, {255, 255, 255})[0];
    for (const int x : {100, 101}) { // each 0.7 px of it
        EXPECT_NEAR(sample_at(frame, 0, x, 300), grey + 0.7 * (white - grey), 1);
    }
    EXPECT_EQ(sample_at(frame, 0, 99, 300), static_cast<int>(std::lround(grey)));
}

TEST(Overlay, PaintsEverySampleOfALineOnce) {
    // A half-covered sample that was painted twice would show at the borders of the strips.
    Frame frame = canvas(layout_of(ColorModel::yuv, 720, 720));
    draw_line(frame, {{100.5, 0}, {0, 1}}, red);
    for (int plane = 0; plane < 3; ++plane) {
        const int x = plane == 0 ? 100 : 50;
        for (int y = 1; y < frame.layout.plane_height(plane); ++y) {
            ASSERT_EQ(sample_at(frame, plane, x, y), sample_at(frame, plane, x, 0))
                << "plane " << plane << " y " << y;
        }
    }
}

TEST(Overlay, DrawsNothingOutsideThePictureOrForNoNumber) {
    const PixelLayout layout = layout_of(ColorModel::yuv, 64, 48);
    Frame frame = canvas(layout);
    const Frame before = canvas(layout);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::array points{Point{NAN, 5}, Point{infinity, 5}, Point{-1e12, 5}, Point{5, 1e300}};
    for (const Point& point : points) {
        draw_points(frame, std::span{&point, 1}, red);
        draw_box(frame, {point.x, point.y, point.x + 5, point.y + 5}, red);
    }
    draw_line(frame, {{1e9, 0}, {0, 1}}, red);
    draw_line(frame, {{NAN, 0}, {0, 1}}, red);
    EXPECT_EQ(count_changed(before, frame), 0);
    draw_line(frame, {{20, 20}, {1, 0}}, red); // horizontal: no slope
    EXPECT_GT(count_changed(before, frame), 64);
}

TEST(Overlay, CaptionIsWhiteCentredAndInsideTheBanner) {
    for (const auto& [width, height] : {std::pair{640, 360}, std::pair{1920, 1080}, std::pair{360, 640}}) {
        const PixelLayout layout = layout_of(ColorModel::gray, width, height);
        Frame empty = canvas(layout);
        Frame frame = canvas(layout);
        draw_banner(empty, "", BannerLevel::poor);
        draw_banner(frame, "yaw +2.1 deg   quality 0.93   a long caption, but it fits the width",
                    BannerLevel::poor);
        int left = width;
        int right = 0;
        int brightest = 0;
        int lowest = 0;
        for_each_sample(layout, [&](int plane, int x, int y) {
            if (sample_at(frame, plane, x, y) != sample_at(empty, plane, x, y)) {
                left = std::min(left, x);
                right = std::max(right, x);
                lowest = std::max(lowest, y);
                brightest = std::max(brightest, sample_at(frame, plane, x, y));
            }
        });
        EXPECT_GT(left, 0);
        EXPECT_NEAR(left, width - 1 - right, 0.02 * width + 3) << "centred, px";
        EXPECT_GT(brightest, 220);
        EXPECT_LT(lowest, 2 * std::lround(15 * drawing_scale(layout)));
    }
}

TEST(Overlay, DebugPictureShowsWhatIsThereAndNothingElse) {
    const PixelLayout layout = layout_of(ColorModel::yuv, 640, 360);
    const Frame before = canvas(layout);
    Frame none = canvas(layout);
    draw_debug(none, std::nullopt, nullptr, std::nullopt, "", BannerLevel::good);
    EXPECT_EQ(count_changed(before, none), 0);

    Landmarks points{};
    for (std::size_t k = 0; k < points.size(); ++k) {
        points[k] = {200 + 2.0 * static_cast<double>(k), 150 + static_cast<double>(k % 7) * 10};
    }
    Frame all = canvas(layout);
    draw_debug(all, Box{180, 120, 420, 240}, &points, Midline{{300, 100}, {0, 1}}, "ok", BannerLevel::good);
    for (const Point& p : points) {
        const int x = static_cast<int>(p.x);
        const int y = static_cast<int>(p.y);
        EXPECT_NE(sample_at(all, 0, x, y), sample_at(before, 0, x, y));
    }
    expect_color(all, 0, 0, {0, 150, 0});
}

TEST(Overlay, ScalesWithTheShorterSide) {
    EXPECT_DOUBLE_EQ(drawing_scale(layout_of(ColorModel::yuv, 1280, 720)), 1);
    EXPECT_DOUBLE_EQ(drawing_scale(layout_of(ColorModel::yuv, 2160, 3840)), 3);
    EXPECT_DOUBLE_EQ(drawing_scale(layout_of(ColorModel::yuv, 160, 120)), 2.0 / 3) << "text stays readable";
}

TEST(Overlay, BearsTheSmallestPicture) {
    Frame frame = canvas(layout_of(ColorModel::yuv, 1, 1));
    EXPECT_NO_THROW(
        draw_debug(frame, Box{0, 0, 1, 1}, nullptr, Midline{{0, 0}, {0, 1}}, "no face", BannerLevel::poor));
    draw_banner(frame, "", BannerLevel::poor);
    expect_color(frame, 0, 0, {255, 0, 0});
}

} // namespace
} // namespace facemirror::testing
