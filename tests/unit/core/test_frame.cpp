// SPDX-License-Identifier: Apache-2.0
#include "pictures.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace facemirror::testing {
namespace {

TEST(FrameMemory, AlignsEveryRowToACacheLine) {
    for (const int bit_depth : {8, 10, 16}) {
        const Frame frame = make_frame(layout_of(ColorModel::yuv, 101, 33, bit_depth));
        for (std::size_t plane = 0; plane < 3; ++plane) {
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame.planes[plane].data) % 64, 0U);
            EXPECT_EQ(frame.planes[plane].stride % 64, 0);
        }
    }
}

TEST(FrameMemory, HoldsEverySampleOnce) {
    std::mt19937 random{1};
    const PixelLayout layout = layout_of(ColorModel::yuv, 37, 21, 12);
    Frame frame = make_frame(layout);
    int next = 0;
    for_each_sample(layout, [&](int plane, int x, int y) { set_sample(frame, plane, x, y, next++ % 4096); });
    next = 0;
    for_each_sample(
        layout, [&](int plane, int x, int y) { ASSERT_EQ(sample_at(frame, plane, x, y), next++ % 4096); });
}

TEST(FrameMemory, CountsChromaOfOddSizesRoundedUp) {
    const PixelLayout layout = layout_of(ColorModel::yuv, 5, 3);
    EXPECT_EQ(layout.plane_width(1), 3);
    EXPECT_EQ(layout.plane_height(2), 2);
    EXPECT_EQ(make_frame(layout).size_bytes(), 15U + 6 + 6);
    EXPECT_EQ(make_frame(layout_of(ColorModel::yuv, 5, 3, 10)).size_bytes(), 2U * 27);
    EXPECT_EQ(make_frame(layout_of(ColorModel::gray, 5, 3)).size_bytes(), 15U);
}

TEST(FrameMemory, RefusesWhatIsNoPicture) {
    EXPECT_THROW(make_frame(layout_of(ColorModel::yuv, 0, 3)), std::logic_error);
    EXPECT_THROW(make_frame(layout_of(ColorModel::yuv, 3, 16385)), std::logic_error);
    EXPECT_THROW(make_frame(layout_of(ColorModel::yuv, 3, 3, 7)), std::logic_error);
    EXPECT_THROW(make_frame(layout_of(ColorModel::yuv, 3, 3, 17)), std::logic_error);
}

TEST(FrameMemory, CopiesShareTheirSamples) {
    std::mt19937 random{1};
    Frame last_owner;
    {
        const Frame first = random_frame(layout_of(ColorModel::gray, 9, 9), random);
        last_owner = first;
        EXPECT_EQ(last_owner.owner.use_count(), 2);
    }
    EXPECT_EQ(last_owner.owner.use_count(), 1);
    EXPECT_GE(sample_at(last_owner, 0, 8, 8), 0);
}

TEST(CopySamples, CopiesEveryPlaneAndNothingElse) {
    std::mt19937 random{1};
    const Frame from = random_frame(layout_of(ColorModel::yuv, 31, 17), random);
    Frame to = make_frame(from.layout);
    to.pts = 7;
    copy_samples(from, to);
    for_each_sample(from.layout, [&](int plane, int x, int y) {
        ASSERT_EQ(sample_at(from, plane, x, y), sample_at(to, plane, x, y));
    });
    EXPECT_EQ(to.pts, 7);
    Frame other = make_frame(layout_of(ColorModel::yuv, 31, 16));
    EXPECT_THROW(copy_samples(from, other), std::logic_error);
}

} // namespace
} // namespace facemirror::testing
