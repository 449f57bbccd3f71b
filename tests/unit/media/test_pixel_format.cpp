// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/pixel_format.hpp>

#include <gtest/gtest.h>

namespace facemirror::detail {
namespace {

TEST(DeliveredFormat, KeepsPlanesAndMakesThemOfTheRest) {
    for (const AVPixelFormat kept : {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV444P16LE,
                                     AV_PIX_FMT_GRAY8, AV_PIX_FMT_GBRP12LE, AV_PIX_FMT_YUVA420P}) {
        EXPECT_EQ(delivered_format(kept, false), kept);
    }
    EXPECT_EQ(delivered_format(AV_PIX_FMT_NV12, false), AV_PIX_FMT_YUV420P);
    EXPECT_EQ(delivered_format(AV_PIX_FMT_P010LE, false), AV_PIX_FMT_YUV420P10LE);
    EXPECT_EQ(delivered_format(AV_PIX_FMT_YUV420P10BE, false), AV_PIX_FMT_YUV420P10LE);
    EXPECT_EQ(delivered_format(AV_PIX_FMT_YUYV422, false), AV_PIX_FMT_YUV422P);
    EXPECT_EQ(delivered_format(AV_PIX_FMT_YUV411P, false), AV_PIX_FMT_YUV422P);
    EXPECT_EQ(delivered_format(AV_PIX_FMT_YUV440P, false), AV_PIX_FMT_YUV444P);
    EXPECT_EQ(delivered_format(AV_PIX_FMT_PAL8, false), AV_PIX_FMT_YUV444P);
    EXPECT_EQ(delivered_format(AV_PIX_FMT_RGB24, false), AV_PIX_FMT_YUV444P);
    EXPECT_EQ(delivered_format(AV_PIX_FMT_MONOWHITE, false), AV_PIX_FMT_GRAY8);
    EXPECT_EQ(delivered_format(AV_PIX_FMT_YUV422P10LE, true), AV_PIX_FMT_YUV444P10LE);
    EXPECT_EQ(delivered_format(AV_PIX_FMT_YUV420P, true), AV_PIX_FMT_YUV420P);
}

TEST(PixelFormatOf, IsTheInverseOfLayoutOf) {
    const AvFrame frame = new_frame();
    frame->width = 64;
    frame->height = 48;
    for (const AVPixelFormat format :
         {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_YUV444P12LE, AV_PIX_FMT_GRAY8,
          AV_PIX_FMT_GRAY10LE, AV_PIX_FMT_GBRP, AV_PIX_FMT_GBRP10LE, AV_PIX_FMT_YUV420P9LE}) {
        frame->format = format;
        EXPECT_EQ(pixel_format_of(layout_of(format, *frame, AV_CODEC_ID_NONE)), format);
    }
}

TEST(LayoutOf, AssumesTheMatrixBySizeAndTheRangeByFormat) {
    const AvFrame frame = new_frame();
    frame->width = 1280;
    frame->height = 720;
    frame->format = AV_PIX_FMT_YUVJ420P;
    const PixelLayout jpeg = layout_of(AV_PIX_FMT_YUVJ420P, *frame, AV_CODEC_ID_MJPEG);
    EXPECT_TRUE(jpeg.full_range);
    EXPECT_EQ(jpeg.matrix, ColorMatrix::bt709);
    frame->height = 576;
    frame->width = 720;
    frame->format = AV_PIX_FMT_YUV420P;
    const PixelLayout pal = layout_of(AV_PIX_FMT_YUV420P, *frame, AV_CODEC_ID_MPEG2VIDEO);
    EXPECT_FALSE(pal.full_range);
    EXPECT_EQ(pal.matrix, ColorMatrix::bt601);
    frame->chroma_location = AVCHROMA_LOC_TOPLEFT;
    EXPECT_EQ(layout_of(AV_PIX_FMT_YUV420P, *frame, AV_CODEC_ID_HEVC).chroma_y, 0);
}

} // namespace
} // namespace facemirror::detail
