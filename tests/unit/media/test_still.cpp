// SPDX-License-Identifier: Apache-2.0
#include "clips.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/media/convert.hpp>
#include <facemirror/media/still.hpp>

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

namespace facemirror {
namespace {

using namespace clips;

TEST(Still, PngKeepsEverySampleThroughReadAndWrite) {
    const Folder folder;
    const auto file = folder / "a%03d b.png"; // No pattern is seen in the name.
    const auto again = folder / "b.png";
    test_clip(folder / "a.png", "80x64", 1, "1", {"-vf", "format=rgb24,crop=65:37:0:0:exact=1"});
    std::filesystem::rename(folder / "a.png", file);
    ASSERT_TRUE(is_still(file));
    const Frame frame = read_still(file);
    EXPECT_EQ(frame.layout.model, ColorModel::rgb);
    EXPECT_EQ(frame.layout.width, 65);
    write_png(again, frame);
    EXPECT_TRUE(bytes_of({frame}) == raw_frames(again, "gbrp"));
    EXPECT_TRUE(bytes_of({read_still(again)}) == bytes_of({frame}));
}

TEST(Still, JpegIsUprightByItsExifTag) {
    const Folder folder;
    const auto file = folder / "a.jpg";
    const auto tagged = folder / "tagged.jpg";
    test_clip(file, "64x32", 1, "1", {});
    std::ifstream in{file, std::ios::binary};
    const std::string jpeg{std::istreambuf_iterator<char>{in}, {}};
    // An APP1 segment with one big-endian TIFF entry: orientation (0x112) = 6, turn clockwise to see it
    // upright.
    const std::string exif{"\xff\xe1\0\x22"
                           "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
                           36};
    std::ofstream{tagged, std::ios::binary} << jpeg.substr(0, 2) << exif << jpeg.substr(2);
    const Frame plain = read_still(file);
    const Frame upright = read_still(tagged);
    EXPECT_EQ(upright.layout.width, 32);
    EXPECT_EQ(upright.layout.height, 64);
    EXPECT_EQ(upright.planes[0].data[31], plain.planes[0].data[0]); // Top left became top right.
    EXPECT_TRUE(is_still(tagged));
}

TEST(Still, TellsPicturesFromVideos) {
    const Folder folder;
    const auto clip = folder / "clip.mp4";
    test_clip(clip, "64x48", 3, "25", {});
    std::ofstream{folder / "text.png"} << "no picture\n";
    EXPECT_FALSE(is_still(clip));
    EXPECT_FALSE(is_still(folder / "missing.png"));
    EXPECT_FALSE(is_still(folder / "text.png"));
    EXPECT_THROW(static_cast<void>(read_still(folder / "text.png")), Error);
    EXPECT_THROW(static_cast<void>(read_still(folder / "missing.png")), Error);
}

TEST(Still, AFullDiskIsAnError) {
    PixelLayout layout;
    layout.width = 64;
    layout.height = 64;
    layout.model = ColorModel::gray;
    layout.plane_count = 1;
    Frame frame = make_frame(layout);
    std::fill_n(frame.planes[0].data, frame.size_bytes(), std::uint8_t{7});
    try {
        write_png("/dev/full", frame);
        FAIL() << "a full disk was not told";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::output);
        EXPECT_NE(std::string{error.what()}.find("/dev/full"), std::string::npos);
    }
}

TEST(Convert, WhiteAndBlackStayWhiteAndBlackInEveryLayout) {
    PixelLayout rgb;
    rgb.width = 16;
    rgb.height = 8;
    rgb.model = ColorModel::rgb;
    rgb.full_range = true;
    rgb.chroma_shift_x = 0;
    rgb.chroma_shift_y = 0;
    for (const int level : {0, 255}) {
        Frame frame = make_frame(rgb);
        for (int plane = 0; plane < 3; ++plane) {
            const Plane& samples = frame.planes[static_cast<std::size_t>(plane)];
            for (int y = 0; y < rgb.height; ++y) {
                std::fill_n(samples.data + y * samples.stride, rgb.width, static_cast<std::uint8_t>(level));
            }
        }
        for (const ColorMatrix matrix : {ColorMatrix::bt601, ColorMatrix::bt709, ColorMatrix::bt2020}) {
            PixelLayout yuv = rgb;
            yuv.model = ColorModel::yuv;
            yuv.matrix = matrix;
            yuv.chroma_shift_x = 1;
            yuv.chroma_shift_y = 1;
            yuv.full_range = false;
            EXPECT_EQ(convert(frame, yuv).planes[0].data[5], level == 0 ? 16 : 235);
            yuv.full_range = true;
            const Frame full = convert(frame, yuv);
            EXPECT_NEAR(full.planes[0].data[5], level, 1); // Rounding of fixed-point coefficients.
            EXPECT_NEAR(full.planes[1].data[2], 128, 1);
            EXPECT_NEAR(convert(full, rgb).planes[2].data[9], level, 1);
        }
    }
}

} // namespace
} // namespace facemirror
