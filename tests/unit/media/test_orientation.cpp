// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/orientation.hpp>

#include <array>
#include <gtest/gtest.h>

namespace facemirror::detail {
namespace {

constexpr std::int32_t one = 1 << 16;

Orientation of(std::int32_t a, std::int32_t b, std::int32_t c, std::int32_t d) {
    const std::array<std::int32_t, 9> matrix{a, b, 0, c, d, 0, 0, 0, 1 << 30};
    return orientation_of(matrix);
}

TEST(Orientation, NamesRotationAndFlipOfAllEightMatrices) {
    struct Case {
        Orientation orientation;
        int rotation_deg;
        bool is_flipped;
    };
    const std::array<Case, 8> cases{{{of(one, 0, 0, one), 0, false},
                                     {of(0, one, -one, 0), 90, false},
                                     {of(-one, 0, 0, -one), 180, false},
                                     {of(0, -one, one, 0), 270, false},
                                     {of(-one, 0, 0, one), 0, true},
                                     {of(one, 0, 0, -one), 180, true},
                                     {of(0, one, one, 0), 270, true},
                                     {of(0, -one, -one, 0), 90, true}}};
    for (const Case& c : cases) {
        EXPECT_EQ(c.orientation.rotation_deg(), c.rotation_deg);
        EXPECT_EQ(c.orientation.is_flipped(), c.is_flipped) << c.rotation_deg;
    }
}

TEST(Orientation, TakesTheNearestQuarterTurn) {
    EXPECT_EQ(of(one / 100, one, -one, one / 100).rotation_deg(), 90);
    EXPECT_TRUE(of(0, 0, 0, 0).is_identity());
}

TEST(TurnSamples, AQuarterTurnMovesTheTopLeftToTheTopRight) {
    PixelLayout layout;
    layout.width = 70; // More than two tiles.
    layout.height = 35;
    layout.model = ColorModel::gray;
    layout.plane_count = 1;
    for (const int depth : {8, 10}) {
        layout.bit_depth = depth;
        const std::size_t bytes = depth > 8 ? 2 : 1;
        Frame from = make_frame(layout);
        for (int y = 0; y < layout.height; ++y) {
            for (int x = 0; x < layout.width; ++x) {
                from.planes[0].data[y * from.planes[0].stride + x * static_cast<int>(bytes)] =
                    static_cast<std::uint8_t>(3 * x + 7 * y);
            }
        }
        const Orientation clockwise = of(0, one, -one, 0);
        Frame to = make_frame(turned(layout, clockwise));
        turn_samples(from, clockwise, to);
        ASSERT_EQ(to.layout.width, 35);
        for (int y = 0; y < layout.height; ++y) {
            for (int x = 0; x < layout.width; ++x) {
                const int out_x = layout.height - 1 - y;
                ASSERT_EQ(to.planes[0].data[x * to.planes[0].stride + out_x * static_cast<int>(bytes)],
                          static_cast<std::uint8_t>(3 * x + 7 * y));
            }
        }
    }
}

TEST(Turned, ChromaPositionsFollowTheirSamples) {
    PixelLayout layout; // Left-sited 4:2:0.
    layout.width = 8;
    layout.height = 6;
    const Orientation flip_x{false, true, false};
    EXPECT_EQ(turned(layout, flip_x).chroma_x, 1); // Pairs end where they began.
    layout.width = 7;
    EXPECT_EQ(turned(layout, flip_x).chroma_x, 0); // The last sample of an odd row stands alone, now first.
    EXPECT_EQ(turned(turned(layout, flip_x), flip_x), layout);
    const PixelLayout quarter = turned(layout, {true, true, false});
    EXPECT_EQ(quarter.width, 6);
    EXPECT_EQ(quarter.chroma_x, 0.5);
    EXPECT_EQ(quarter.chroma_y, 0);
}

} // namespace
} // namespace facemirror::detail
