// SPDX-License-Identifier: Apache-2.0
#include "clips.hpp"

#include <facemirror/core/error.hpp>

#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace facemirror {
namespace {

using namespace clips;

std::vector<std::int64_t> rebased(std::vector<std::int64_t> times) {
    const std::int64_t first = times.empty() ? 0 : times.front();
    for (std::int64_t& time : times) {
        time -= first;
    }
    return times;
}

std::vector<std::int64_t> times_of(const std::vector<Frame>& frames) {
    std::vector<std::int64_t> times;
    for (const Frame& frame : frames) {
        times.push_back(frame.pts);
    }
    return times;
}

ErrorCode code_of(const std::string& file, std::string* message = nullptr) {
    try {
        VideoReader reader{file};
    } catch (const Error& error) {
        if (message != nullptr) {
            *message = error.what();
        }
        return error.code();
    }
    ADD_FAILURE() << file << " was read";
    return ErrorCode::output;
}

/// Times equal ffprobe's to the tick and samples equal ffmpeg's bit by bit.
void expect_as_ffmpeg(const std::string& file, const std::string& pixel_format) {
    VideoReader reader{file};
    const auto all = read_all(reader);
    EXPECT_EQ(times_of(all.frames), rebased(probed_pts(file))) << file;
    EXPECT_TRUE(bytes_of(all.frames) == raw_frames(file, pixel_format)) << file << " as " << pixel_format;
    EXPECT_TRUE(reader.loss().sentences().empty()) << reader.loss().sentences().front();
    for (std::size_t i = 0; i < all.frames.size(); ++i) {
        EXPECT_EQ(all.frames[i].index, static_cast<std::int64_t>(i));
        EXPECT_GT(all.frames[i].duration, 0);
    }
}

TEST(VideoReader, TellsWhatTheFileIs) {
    const Folder folder;
    const auto file = folder / "a.mp4";
    test_clip(file, "64x48", 30, "30000/1001", {"-pix_fmt", "yuv420p"});
    const VideoReader reader{file};
    const VideoInfo& info = reader.info();
    EXPECT_EQ(info.codec, "h264");
    EXPECT_EQ(info.layout.width, 64);
    EXPECT_EQ(info.layout.height, 48);
    EXPECT_EQ(info.layout.model, ColorModel::yuv);
    EXPECT_EQ(info.layout.bit_depth, 8);
    EXPECT_EQ(info.layout.matrix, ColorMatrix::bt601);
    EXPECT_FALSE(info.layout.full_range);
    EXPECT_EQ(info.average_rate, (Rational{30000, 1001}));
    EXPECT_EQ(info.time_base, (Rational{1, 30000}));
    EXPECT_EQ(info.frame_estimate, 30);
    EXPECT_NEAR(info.duration_s, 30 * 1001 / 30000.0, 1e-3);
    EXPECT_TRUE(info.audio.empty());
    EXPECT_FALSE(info.is_stream);
}

TEST(VideoReader, DeliversTheDecodersSamplesInEveryForm) {
    const Folder folder;
    const std::vector<std::pair<std::string, std::string>> forms{
        {"yuv420p", "libx264"},     {"yuv422p", "libx264"},  {"yuv444p", "libx264"},
        {"yuv420p10le", "libx264"}, {"gray", "ffv1"},        {"yuv422p10le", "libx264"},
        {"gray10le", "ffv1"},       {"yuv444p12le", "ffv1"}, {"gbrp", "libx264rgb"},
        {"gbrp10le", "ffv1"},       {"yuv420p16le", "ffv1"}};
    for (const auto& [form, codec] : forms) {
        const auto file = folder / (form + ".mkv");
        test_clip(file, "50x38", 2, "25", {"-pix_fmt", form, "-c:v", codec});
        expect_as_ffmpeg(file, form);
    }
}

TEST(VideoReader, ReadsOddAndExtremeSizes) {
    const Folder folder;
    for (const std::string size : {"1x1", "33x17", "1x40", "7680x4320"}) {
        const auto file = folder / (size + ".mkv");
        const bool is_large = size == "7680x4320";
        ffmpeg({"-f", "lavfi", "-i", "testsrc2=size=" + (is_large ? size : "64x64"), "-vf",
                "format=yuv444p,crop=" + size.substr(0, size.find('x')) + ":" +
                    size.substr(size.find('x') + 1) + ":0:0:exact=1",
                "-frames:v", "1", "-pix_fmt", "yuv420p", "-c:v", is_large ? "mpeg4" : "ffv1", file});
        expect_as_ffmpeg(file, "yuv420p");
    }
}

TEST(VideoReader, ConvertsFormsThatAreNotPlanes) {
    const Folder folder;
    const std::vector<std::array<std::string, 3>> forms{{"nv12", "rawvideo", "yuv420p"},
                                                        {"yuyv422", "rawvideo", "yuv422p"}};
    for (const auto& [form, codec, expected] : forms) {
        const auto file = folder / (form + ".nut");
        test_clip(file, "64x48", 2, "25", {"-pix_fmt", form, "-c:v", codec});
        expect_as_ffmpeg(file, expected);
    }
    const auto file = folder / "rgb.mkv";
    test_clip(file, "64x48", 2, "25", {"-pix_fmt", "bgr0", "-c:v", "ffv1"});
    VideoReader reader{file};
    const auto& layout = reader.info().layout;
    EXPECT_EQ(layout.model, ColorModel::yuv);
    EXPECT_EQ(layout.chroma_shift_x, 0);
    EXPECT_FALSE(layout.full_range);
}

TEST(VideoReader, KeepsVariableRateToTheTick) {
    const Folder folder;
    for (const std::string name : {"v.mp4", "v.mkv", "v.mov"}) {
        const auto file = folder / name;
        test_clip(file, "64x48", 25, "25",
                  {"-vf", "settb=1/90000,setpts='3600*N+mod(37*N*N,1700)'", "-vsync", "passthrough",
                   "-enc_time_base", "1/90000"});
        VideoReader reader{file};
        const auto all = read_all(reader);
        EXPECT_EQ(times_of(all.frames), rebased(probed_pts(file)));
        ASSERT_EQ(all.frames.size(), 25U);
        for (std::size_t i = 1; i < all.frames.size(); ++i) {
            EXPECT_EQ(all.frames[i - 1].duration, all.frames[i].pts - all.frames[i - 1].pts);
        }
        EXPECT_EQ(reader.loss().repaired_timestamps, 0);
    }
}

TEST(VideoReader, OrdersBFramesAndObeysEditLists) {
    const Folder folder;
    const auto whole = folder / "b.mp4";
    test_clip(whole, "64x48", 50, "25", {"-bf", "3", "-g", "25", "-c:v", "libx264"});
    expect_as_ffmpeg(whole, "yuv420p");
    const auto cut = folder / "cut.mp4"; // Copying from between two key frames writes an edit list.
    ffmpeg({"-ss", "0.5", "-i", whole, "-c", "copy", cut});
    expect_as_ffmpeg(cut, "yuv420p");
    VideoReader reader{cut};
    EXPECT_EQ(read_all(reader).frames.size(), 37U); // 0.52 s, frame 13, is the first shown.
}

TEST(VideoReader, ReadsSlowAndFastClips) {
    const Folder folder;
    for (const std::string rate : {"1", "240", "24000/1001"}) {
        const auto file = folder / "rate.mp4";
        test_clip(file, "64x48", 6, rate, {"-c:v", "libx264"});
        expect_as_ffmpeg(file, "yuv420p");
    }
}

TEST(VideoReader, TurnsAllFourRotationsAsFfmpegDoes) {
    const Folder folder;
    for (const std::string form : {"yuv420p", "yuv420p10le"}) {
        const auto plain = folder / "plain.mp4";
        test_clip(plain, "66x38", 1, "25", {"-pix_fmt", form, "-c:v", "libx264"});
        for (const int rotation : {0, 90, 180, 270}) {
            const auto file = folder / (form + std::to_string(rotation) + ".mp4");
            ffmpeg(
                {"-i", plain, "-metadata:s:v:0", "rotate=" + std::to_string(rotation), "-c", "copy", file});
            expect_as_ffmpeg(file, form);
            const VideoReader reader{file};
            EXPECT_EQ(reader.info().rotation_deg, (360 - rotation) % 360); // The tag counts the other way.
            EXPECT_FALSE(reader.info().flipped);
            EXPECT_EQ(reader.info().layout.width, rotation % 180 == 0 ? 66 : 38);
            EXPECT_EQ(reader.info().stored_width, 66);
        }
    }
}

TEST(VideoReader, WidensFourTwoTwoBeforeAQuarterTurn) {
    const Folder folder;
    const auto plain = folder / "plain.mp4";
    const auto file = folder / "turned.mp4";
    test_clip(plain, "66x38", 1, "25", {"-pix_fmt", "yuv422p10le", "-c:v", "libx264"});
    ffmpeg({"-i", plain, "-metadata:s:v:0", "rotate=90", "-c", "copy", file});
    VideoReader reader{file};
    EXPECT_EQ(reader.info().layout.chroma_shift_x, 0);
    EXPECT_EQ(reader.info().layout.bit_depth, 10);
    EXPECT_EQ(reader.info().layout.width, 38);
}

TEST(VideoReader, AppliesFlipsOfTheDisplayMatrix) {
    // The matrix lies in the track header: 9 big-endian 32-bit numbers; its identity is replaced by a flip.
    const Folder folder;
    const auto plain = folder / "plain.mp4";
    test_clip(plain, "66x38", 2, "25", {"-pix_fmt", "yuv420p", "-c:v", "libx264"});
    std::ifstream in{plain, std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    const auto header = bytes.find("tkhd");
    ASSERT_NE(header, std::string::npos);
    const auto matrix = header + 4 + 40; // After version, times, track, duration, layer, group and volume.
    ASSERT_EQ(bytes.substr(matrix, 4), std::string("\0\1\0\0", 4));
    bytes.replace(matrix, 4, std::string("\xff\xff\0\0", 4)); // a = -1: left becomes right.
    const auto file = folder / "flipped.mp4";
    std::ofstream{file, std::ios::binary} << bytes;
    expect_as_ffmpeg(file, "yuv420p");
    const VideoReader reader{file};
    EXPECT_TRUE(reader.info().flipped);
    EXPECT_EQ(reader.info().rotation_deg, 0);
    EXPECT_EQ(reader.info().layout.chroma_x, 1); // Left-sited chroma is right-sited after the flip.
}

TEST(VideoReader, LeavesCoverPicturesAlone) {
    const Folder folder;
    const auto cover = folder / "cover.png";
    const auto clip = folder / "clip.mp4";
    const auto file = folder / "covered.mp4";
    test_clip(cover, "640x480", 1, "1", {});
    test_clip(clip, "64x48", 4, "25", {"-c:v", "libx264"});
    ffmpeg({"-i", cover, "-i", clip, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0",
            "attached_pic", file});
    VideoReader reader{file};
    EXPECT_EQ(reader.info().layout.width, 64);
    EXPECT_EQ(read_all(reader).frames.size(), 4U);
}

TEST(VideoReader, DeliversOnlyBetweenStartAndEnd) {
    const Folder folder;
    for (const std::string name : {"a.mp4", "a.mkv", "a.ts", "a.avi"}) {
        const auto file = folder / name;
        test_clip(file, "64x48", 150, "25", {"-c:v", "libx264", "-bf", "2", "-g", "50"});
        VideoReader whole_reader{file};
        const auto whole = read_all(whole_reader);
        ASSERT_EQ(whole.frames.size(), 150U) << name;
        ReaderOptions options;
        options.start_s = 3.2; // Frame 80.
        options.end_s = 4;     // Before frame 100.
        VideoReader reader{file, options};
        const auto part = read_all(reader);
        ASSERT_EQ(part.frames.size(), 20U) << name;
        EXPECT_EQ(part.frames.front().pts, 0);
        EXPECT_EQ(part.frames.front().index, 0);
        EXPECT_TRUE(bytes_of(part.frames) ==
                    bytes_of({whole.frames.begin() + 80, whole.frames.begin() + 100}))
            << name;
        EXPECT_TRUE(reader.loss().sentences().empty()) << name << reader.loss().sentences().front();
    }
}

TEST(VideoReader, SaysWhenTheStartLiesBehindTheEnd) {
    const Folder folder;
    const auto file = folder / "a.mp4";
    test_clip(file, "64x48", 25, "25", {});
    ReaderOptions options;
    options.start_s = 9;
    EXPECT_THROW((VideoReader{file, options}), Error);
}

TEST(VideoReader, RepairsMissingTimes) {
    const Folder folder;
    const auto file = folder / "raw.h264"; // A bare stream has no times at all.
    test_clip(file, "64x48", 10, "25", {"-c:v", "libx264", "-bf", "2"});
    VideoReader reader{file};
    const auto all = read_all(reader);
    ASSERT_EQ(all.frames.size(), 10U);
    for (std::size_t i = 1; i < 10; ++i) {
        EXPECT_GT(all.frames[i].pts, all.frames[i - 1].pts);
    }
    EXPECT_NEAR(static_cast<double>(all.frames[9].pts) * reader.info().time_base.value(), 9 / 25.0, 1e-6);
}

TEST(VideoReader, RepairsEqualTimes) {
    const Folder folder;
    const auto file = folder / "equal.mkv"; // 2000 frames a second do not fit Matroska's milliseconds.
    test_clip(file, "64x48", 10, "2000", {"-c:v", "ffv1", "-pix_fmt", "yuv420p"});
    VideoReader reader{file};
    const auto all = read_all(reader);
    ASSERT_EQ(all.frames.size(), 10U);
    for (std::size_t i = 1; i < all.frames.size(); ++i) {
        EXPECT_GT(all.frames[i].pts, all.frames[i - 1].pts);
    }
    EXPECT_GE(reader.loss().repaired_timestamps, 4);
}

TEST(VideoReader, ScalesPicturesThatChangeTheirSize) {
    const Folder folder;
    const auto small = folder / "small.ts";
    const auto large = folder / "large.ts";
    const auto file = folder / "both.ts";
    test_clip(small, "64x48", 10, "25", {"-c:v", "libx264"});
    test_clip(large, "128x96", 10, "25", {"-c:v", "libx264", "-output_ts_offset", "0.4"});
    std::ofstream out{file, std::ios::binary};
    out << std::ifstream{small, std::ios::binary}.rdbuf() << std::ifstream{large, std::ios::binary}.rdbuf();
    out.close();
    VideoReader reader{file};
    const auto all = read_all(reader);
    ASSERT_EQ(all.frames.size(), 20U);
    EXPECT_EQ(all.frames.back().layout, reader.info().layout);
    EXPECT_EQ(reader.loss().converted_frames, 10);
}

TEST(VideoReader, UsesEveryFrameOfACutOffFile) {
    const Folder folder;
    for (const std::string name : {"cut.mkv", "cut.mp4", "cut.avi"}) {
        const auto whole = folder / ("whole-" + name);
        const auto file = folder / name;
        test_clip(whole, "320x240", 100, "25", {"-c:v", "libx264", "-movflags", "+faststart"});
        std::filesystem::copy_file(whole, file);
        std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
        VideoReader reader{file};
        const auto all = read_all(reader);
        EXPECT_EQ(all.frames.size(), probed_pts(file).size()) << name;
        EXPECT_GT(all.frames.size(), 20U) << name;
        EXPECT_LT(all.frames.size(), 100U) << name;
        EXPECT_TRUE(reader.loss().truncated) << name;
        EXPECT_FALSE(reader.loss().sentences().empty());
    }
}

TEST(VideoReader, CountsDamage) {
    const Folder folder;
    const auto file = folder / "damaged.mp4";
    test_clip(file, "320x240", 50, "25", {"-c:v", "libx264", "-g", "10"});
    std::fstream bytes{file, std::ios::binary | std::ios::in | std::ios::out};
    for (int i = 0; i < 40; ++i) {
        bytes.seekp(20000 + 97 * i);
        bytes.put(static_cast<char>(31 * i));
    }
    bytes.close();
    VideoReader reader{file};
    const auto all = read_all(reader);
    EXPECT_EQ(all.frames.size(), probed_pts(file).size());
    EXPECT_GT(reader.loss().decode_errors + reader.loss().damaged_frames, 0);
}

TEST(VideoReader, NamesWhatItFoundInsteadOfAVideo) {
    const Folder folder;
    std::string message;
    EXPECT_EQ(code_of(folder / "missing.mp4"), ErrorCode::not_found);
    EXPECT_EQ(code_of(folder / "", &message), ErrorCode::unsupported);
    EXPECT_NE(message.find("folder"), std::string::npos) << message;

    std::ofstream{folder / "empty.mp4"};
    EXPECT_EQ(code_of(folder / "empty.mp4", &message), ErrorCode::corrupted);
    EXPECT_NE(message.find("empty"), std::string::npos) << message;

    std::ofstream{folder / "text.mp4"} << "This is not a video at all.\n";
    EXPECT_EQ(code_of(folder / "text.mp4", &message), ErrorCode::unsupported);
    EXPECT_NE(message.find("text"), std::string::npos) << message;
    std::ofstream{folder / "notes.txt"} << "This is not a video at all.\n";
    EXPECT_EQ(code_of(folder / "notes.txt", &message), ErrorCode::unsupported);
    EXPECT_NE(message.find("text"), std::string::npos) << message;

    ffmpeg({"-f", "lavfi", "-i", "sine=duration=0.2", folder / "sound.m4a"});
    EXPECT_EQ(code_of(folder / "sound.m4a", &message), ErrorCode::unsupported);
    EXPECT_NE(message.find("audio (aac)"), std::string::npos) << message;

    test_clip(folder / "whole.mp4", "320x240", 50, "25", {"-c:v", "libx264"});
    std::filesystem::copy_file(folder / "whole.mp4", folder / "headless.mp4");
    std::filesystem::resize_file(folder / "headless.mp4", 20000);
    EXPECT_EQ(code_of(folder / "headless.mp4", &message), ErrorCode::corrupted);
    EXPECT_NE(message.find("moov"), std::string::npos) << message;
}

TEST(VideoReader, RefusesAVideoWithoutFrames) {
    const Folder folder;
    const auto file = folder / "none.mkv";
    test_clip(file, "64x48", 0, "25", {"-c:v", "libx264", "-flags", "+global_header"});
    EXPECT_EQ(code_of(file), ErrorCode::corrupted);
}

TEST(VideoReader, OpensNoOtherFileThatAFileNames) {
    const Folder folder;
    const auto secret = folder / "secret.ts";
    test_clip(secret, "64x48", 5, "25", {"-c:v", "libx264"});
    std::ofstream{folder / "list.ffconcat"} << "ffconcat version 1.0\nfile secret.ts\n";
    std::ofstream{folder / "list.m3u8"} << "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://" << secret
                                        << "\n#EXT-X-ENDLIST\n";
    EXPECT_NE(code_of(folder / "list.ffconcat"), ErrorCode::output);
    EXPECT_NE(code_of(folder / "list.m3u8"), ErrorCode::output);
}

TEST(VideoReader, ReadsFilesWhoseNamesLookLikeSomethingElse) {
    const Folder folder;
    const auto plain = folder / "plain.mp4";
    test_clip(plain, "64x48", 3, "25", {"-c:v", "libx264"});
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(std::filesystem::path{plain}.parent_path());
    for (const std::string name :
         {"http:clip.mp4", "-dash.mp4", "frame%03d.mp4", "a b;c'd.mp4", "\xc3\xa4.mp4"}) {
        std::filesystem::copy_file(plain, name);
        VideoReader reader{name};
        EXPECT_EQ(read_all(reader).frames.size(), 3U) << name;
    }
    std::filesystem::current_path(before);
}

TEST(VideoReader, ReadsTheStandardInput) {
    const Folder folder;
    const auto file = folder / "a.mkv";
    test_clip(file, "64x48", 5, "25", {"-c:v", "libx264"});
    const int saved = ::dup(STDIN_FILENO);
    const int input = ::open(file.c_str(), O_RDONLY);
    ::dup2(input, STDIN_FILENO);
    VideoReader reader{"-"};
    const auto all = read_all(reader);
    ::dup2(saved, STDIN_FILENO);
    ::close(saved);
    ::close(input);
    EXPECT_TRUE(reader.info().is_stream);
    EXPECT_EQ(times_of(all.frames), probed_pts(file));
}

TEST(VideoReader, StopsWhenItIsCancelled) {
    const Folder folder;
    const auto file = folder / "a.mkv";
    test_clip(file, "64x48", 200, "25", {"-c:v", "libx264"});
    bool is_cancelled = false;
    ReaderOptions options;
    options.cancelled = [&] { return is_cancelled; };
    VideoReader reader{file, options};
    EXPECT_TRUE(reader.read().has_value());
    is_cancelled = true;
    int rest = 0;
    while (reader.read()) {
        ++rest;
    }
    EXPECT_LT(rest, 100);
    EXPECT_FALSE(reader.loss().truncated);
    EXPECT_THROW((VideoReader{file, options}), Error);
}

TEST(VideoReader, GivesTheSameFramesWithMoreThreads) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP()
        << "FFmpeg's own decoder threads are not instrumented; the sanitizer cannot see how they take turns";
#endif
    const Folder folder;
    const auto file = folder / "a.mp4";
    test_clip(file, "128x96", 30, "25", {"-c:v", "libx264", "-bf", "2"});
    ReaderOptions options;
    options.threads = 4;
    VideoReader one{file};
    VideoReader four{file, options};
    EXPECT_TRUE(bytes_of(read_all(one).frames) == bytes_of(read_all(four).frames));
}

TEST(VideoReader, KeepsTheRangeAndMatrixOfTheFile) {
    const Folder folder;
    const auto file = folder / "full.mp4";
    test_clip(file, "64x48", 2, "25",
              {"-c:v", "libx264", "-pix_fmt", "yuv420p", "-color_range", "pc", "-colorspace", "bt2020nc",
               "-color_primaries", "bt2020", "-color_trc", "smpte2084"});
    const VideoReader reader{file};
    EXPECT_TRUE(reader.info().layout.full_range);
    EXPECT_EQ(reader.info().layout.matrix, ColorMatrix::bt2020);
    EXPECT_EQ(reader.info().color.transfer, 16); // H.273: SMPTE ST 2084.
}

} // namespace
} // namespace facemirror
