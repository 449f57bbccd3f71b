// SPDX-License-Identifier: Apache-2.0
#include "clips.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/media/video_writer.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

// libx265 itself leaks a few bytes for each encoder (release 3.5); read by LeakSanitizer.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libx265";
}

namespace facemirror {
namespace {

using namespace clips;

double ticks_s(const std::string& file) {
    const std::string base = probed(file, "v:0", "time_base");
    return std::stod(base.substr(0, base.find('/'))) / std::stod(base.substr(base.find('/') + 1));
}

/// Every time of the copy equals the source's, re-based to 0, within one tick of the copy.
void expect_same_times(const std::string& source, const std::string& copy) {
    const auto from = probed_pts(source);
    const auto to = probed_pts(copy);
    ASSERT_EQ(from.size(), to.size());
    const double tick_s = ticks_s(copy);
    const double source_tick_s = ticks_s(source);
    for (std::size_t i = 0; i < from.size(); ++i) {
        const double expected_s = static_cast<double>(from[i] - from[0]) * source_tick_s;
        EXPECT_NEAR(static_cast<double>(to[i]) * tick_s, expected_s, tick_s) << copy << " frame " << i;
    }
}

std::string content_of(const std::string& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(VideoWriter, KeepsEveryTimeOfTheSource) {
    const Folder folder;
    struct Case {
        std::string name;
        std::string rate;
        std::vector<std::string> coding;
    };
    const std::vector<std::string> uneven{
        "-vf",    "settb=1/90000,setpts='3600*N+mod(37*N*N,1700)'", "-vsync", "passthrough", "-enc_time_base",
        "1/90000"};
    const std::vector<std::string> reordered{"-bf", "2"};
    const std::vector<Case> cases{{"ntsc.mp4", "30000/1001", reordered},
                                  {"film.avi", "24000/1001", {"-bf", "0"}},
                                  {"pal.mkv", "25", reordered},
                                  {"transport.ts", "50", reordered},
                                  {"slow.mp4", "1", {}},
                                  {"fast.mp4", "240", {}},
                                  {"uneven.mp4", "25", uneven},
                                  {"uneven.mkv", "25", uneven}};
    for (const Case& c : cases) {
        const auto source = folder / c.name;
        auto coding = c.coding;
        coding.insert(coding.end(), {"-c:v", "libx264"});
        test_clip(source, "64x48", 20, c.rate, coding);
        const auto copy = folder / "copy.mp4";
        rewrite(source, copy);
        expect_same_times(source, copy);
    }
}

TEST(VideoWriter, KeepsTimesWhenTheEncoderReorders) {
    const Folder folder;
    const auto source = folder / "a.mp4";
    test_clip(source, "64x48", 40, "30000/1001", {"-c:v", "libx264"});
    const auto copy = folder / "copy.mp4";
    rewrite(source, copy, "medium");
    EXPECT_NE(probed(copy, "v:0", "has_b_frames"), "0");
    expect_same_times(source, copy);
}

TEST(VideoWriter, KeepsTheLengthOfTheLastFrame) {
    const Folder folder;
    const auto source = folder / "a.mp4";
    test_clip(source, "64x48", 3, "1", {"-c:v", "libx264"});
    const auto copy = folder / "copy.mp4";
    rewrite(source, copy);
    EXPECT_EQ(std::stod(probed(copy, "v:0", "duration")), 3);
}

TEST(VideoWriter, LosesNothingOfEveryFormAtQualityZero) {
    const Folder folder;
    const std::vector<std::pair<std::string, std::string>> forms{
        {"yuv420p", "libx264"}, {"yuv422p", "libx264"}, {"yuv444p", "libx264"}, {"gray", "ffv1"}};
    for (const auto& [form, codec] : forms) {
        const auto source = folder / (form + ".mkv");
        const auto copy = folder / (form + ".mp4");
        test_clip(source, "64x48", 3, "25", {"-pix_fmt", form, "-c:v", codec});
        rewrite(source, copy, "ultrafast", 0); // CRF 0 is lossless in 8 bit.
        EXPECT_TRUE(raw_frames(copy, form) == raw_frames(source, form)) << form;
    }
}

TEST(VideoWriter, KeepsTenBit) {
    const Folder folder;
    for (const std::string form : {"yuv420p10le", "yuv422p10le", "yuv444p10le"}) {
        const auto source = folder / "a.mkv";
        const auto copy = folder / "a.mp4";
        test_clip(source, "64x48", 2, "25", {"-pix_fmt", form, "-c:v", "libx264"});
        rewrite(source, copy);
        EXPECT_EQ(probed(copy, "v:0", "pix_fmt"), form);
    }
}

TEST(VideoWriter, PadsOddSidesWithTheLastColumnAndRow) {
    const Folder folder;
    for (const auto& [width, height] : std::vector<std::pair<int, int>>{{33, 17}, {1, 1}, {64, 15}}) {
        const auto source = folder / "odd.mkv";
        const auto copy = folder / "even.mp4";
        const std::string crop =
            "crop=" + std::to_string(width) + ":" + std::to_string(height) + ":0:0:exact=1";
        test_clip(source, "64x64", 2, "25",
                  {"-vf", "format=yuv444p," + crop, "-pix_fmt", "yuv420p", "-c:v", "ffv1"});
        rewrite(source, copy, "ultrafast", 0);
        VideoReader before{source};
        VideoReader after{copy};
        const VideoWriter writer{folder / "sizes.mp4", before.info()};
        EXPECT_EQ(writer.picture_width(), width);
        EXPECT_EQ(writer.written_width(), width + width % 2);
        EXPECT_EQ(writer.written_height(), height + height % 2);
        const auto from = before.read();
        const auto to = after.read();
        ASSERT_TRUE(from && to);
        for (int y = 0; y < writer.written_height(); ++y) {
            for (int x = 0; x < writer.written_width(); ++x) {
                const auto expected =
                    from->planes[0]
                        .data[std::min(y, height - 1) * from->planes[0].stride + std::min(x, width - 1)];
                ASSERT_EQ(to->planes[0].data[y * to->planes[0].stride + x], expected) << x << "," << y;
            }
        }
    }
}

TEST(VideoWriter, CarriesColourTagsAndTagsWhatItAssumed) {
    const Folder folder;
    const auto tagged = folder / "tagged.mp4";
    const auto plain = folder / "plain.mp4";
    const auto copy = folder / "copy.mp4";
    test_clip(tagged, "64x48", 2, "25",
              {"-c:v", "libx264", "-pix_fmt", "yuv420p10le", "-color_range", "pc", "-colorspace", "bt2020nc",
               "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-chroma_sample_location",
               "topleft"});
    rewrite(tagged, copy);
    const std::string entries = "color_range,color_space,color_transfer,color_primaries,chroma_location";
    EXPECT_EQ(probed(copy, "v:0", entries), probed(tagged, "v:0", entries));
    test_clip(plain, "64x48", 2, "25", {"-c:v", "libx264"});
    rewrite(plain, copy);
    EXPECT_EQ(probed(copy, "v:0", "color_range"), "tv");
    EXPECT_EQ(probed(copy, "v:0", "color_space"), "smpte170m");
    test_clip(plain, "1280x720", 1, "25", {"-c:v", "libx264"});
    rewrite(plain, copy);
    EXPECT_EQ(probed(copy, "v:0", "color_primaries"), "bt709");
}

TEST(VideoWriter, TakesRgbFrames) {
    const Folder folder;
    const auto source = folder / "rgb.mkv";
    const auto copy = folder / "copy.mp4";
    test_clip(source, "64x48", 2, "25", {"-pix_fmt", "gbrp", "-c:v", "libx264rgb"});
    rewrite(source, copy);
    EXPECT_EQ(probed(copy, "v:0", "pix_fmt,color_range,color_space"), "yuv420p,tv,bt709");
}

TEST(VideoWriter, CopiesEverySoundTrackBitForBit) {
    const Folder folder;
    for (const std::string name : {"two.mp4", "two.mkv", "two.ts"}) {
        const auto source = folder / name;
        const auto copy = folder / "copy.mp4";
        ffmpeg({"-f",
                "lavfi",
                "-i",
                "testsrc2=size=64x48:rate=25",
                "-f",
                "lavfi",
                "-i",
                "sine=440",
                "-f",
                "lavfi",
                "-i",
                "sine=880:sample_rate=48000",
                "-map",
                "0",
                "-map",
                "1",
                "-map",
                "2",
                "-t",
                "2",
                "-c:v",
                "libx264",
                "-c:a:0",
                "aac",
                "-c:a:1",
                "ac3",
                "-metadata:s:a:0",
                "language=deu",
                source});
        VideoReader reader{source};
        ASSERT_EQ(reader.info().audio.size(), 2U);
        EXPECT_EQ(reader.info().audio[0].language, "deu");
        EXPECT_TRUE(reader.info().audio[0].copied);
        rewrite(source, copy);
        if (name == "two.ts") { // ADTS headers go; what they wrap stays.
            EXPECT_EQ(packet_sums(copy, 0).size(), packet_sums(source, 0).size());
        } else {
            EXPECT_EQ(packet_sums(copy, 0), packet_sums(source, 0));
        }
        EXPECT_EQ(packet_sums(copy, 1), packet_sums(source, 1)) << name;
        EXPECT_FALSE(packet_sums(copy, 1).empty());
    }
}

TEST(VideoWriter, KeepsTheOffsetBetweenSoundAndPicture) {
    const Folder folder;
    const auto source = folder / "late.mkv"; // The picture begins 0.4 s after the sound.
    const auto copy = folder / "copy.mp4";
    test_clip(folder / "v.mkv", "64x48", 50, "25", {"-c:v", "libx264"});
    ffmpeg({"-f", "lavfi", "-i", "sine=440:duration=3", "-itsoffset", "0.4", "-i", folder / "v.mkv", "-map",
            "1", "-map", "0", "-c:v", "copy", "-c:a", "aac", source});
    VideoReader reader{source};
    const auto all = read_all(reader);
    ASSERT_EQ(all.frames.size(), 50U);
    rewrite(source, copy);
    expect_same_times(source, copy);
    EXPECT_EQ(packet_sums(copy, 0), packet_sums(source, 0)); // The early packets are there too.
    const auto first_s = run({"ffprobe", "-v", "quiet", "-select_streams", "a:0", "-show_entries",
                              "packet=pts_time", "-of", "csv=p=0", "-read_intervals", "%+#1", copy})
                             .output;
    EXPECT_NEAR(std::stod(first_s), -0.4 - 1024 / 44100.0, 0.001); // AAC begins with 1024 samples of run-in.
}

TEST(VideoWriter, KeepsOnlyTheSoundOfTheChosenSpan) {
    const Folder folder;
    const auto source = folder / "a.mp4";
    ffmpeg({"-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25", "-f", "lavfi", "-i", "sine=440", "-t", "10",
            "-c:v", "libx264", "-g", "50", "-c:a", "aac", source});
    ReaderOptions options;
    options.start_s = 4;
    options.end_s = 6;
    VideoReader reader{source, options};
    const auto all = read_all(reader);
    EXPECT_EQ(all.frames.size(), 50U);
    EXPECT_NEAR(static_cast<double>(all.audio.size()), 2 * 44100.0 / 1024, 2); // Packets of 1024 samples.
}

TEST(VideoWriter, TranscodesSoundThatMp4CannotHoldAndSaysSo) {
    const Folder folder;
    for (const std::string codec : {"pcm_s16le", "libvorbis"}) {
        const auto source = folder / "a.mkv";
        const auto copy = folder / "copy.mp4";
        ffmpeg({"-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25", "-f", "lavfi", "-i",
                "sine=440:sample_rate=44100", "-t", "2", "-c:v", "libx264", "-c:a", codec, source});
        const VideoReader reader{source};
        ASSERT_EQ(reader.info().audio.size(), 1U);
        EXPECT_FALSE(reader.info().audio[0].copied);
        EXPECT_NE(reader.info().audio[0].note.find("AAC"), std::string::npos);
        rewrite(source, copy);
        EXPECT_EQ(probed(copy, "a:0", "codec_name"), "aac");
        EXPECT_NEAR(std::stod(probed(copy, "a:0", "duration")), 2, 0.05) << codec; // Two AAC packets.
    }
}

TEST(VideoWriter, GivesEqualFilesForEqualInput) {
    const Folder folder;
    const auto source = folder / "a.mp4";
    test_clip(source, "64x48", 10, "25", {"-c:v", "libx264"});
    rewrite(source, folder / "1.mp4");
    rewrite(source, folder / "2.mp4");
    EXPECT_GT(content_of(folder / "1.mp4").size(), 1000U);
    EXPECT_TRUE(content_of(folder / "1.mp4") == content_of(folder / "2.mp4"));
}

TEST(VideoWriter, DoesNotTouchTheFramesItIsGiven) {
    const Folder folder;
    const auto source = folder / "odd.mkv";
    test_clip(source, "64x48", 3, "25",
              {"-vf", "crop=33:47:0:0:exact=1", "-pix_fmt", "yuv444p", "-c:v", "ffv1"});
    VideoReader reader{source};
    const auto all = read_all(reader);
    const std::string before = bytes_of(all.frames);
    VideoWriter writer{folder / "a.mp4", reader.info()};
    for (const Frame& frame : all.frames) {
        writer.write(frame);
    }
    writer.close();
    EXPECT_TRUE(bytes_of(all.frames) == before);
}

ErrorCode opening_code(const std::string& file, const VideoInfo& info, const WriterOptions& options,
                       std::string& message) {
    try {
        VideoWriter writer{file, info, options};
    } catch (const Error& error) {
        message = error.what();
        return error.code();
    }
    return ErrorCode::cancelled;
}

TEST(VideoWriter, RefusesEncodersThatDoNotWorkHere) {
    const Folder folder;
    const auto source = folder / "a.mp4";
    test_clip(source, "64x48", 1, "25", {"-c:v", "libx264"});
    const VideoReader reader{source};
    std::string message;
    for (const std::string codec : {"no_such_encoder", "aac", "h264_vaapi", "ffv1"}) {
        WriterOptions options;
        options.codec = codec;
        EXPECT_EQ(opening_code(folder / "out.mp4", reader.info(), options, message), ErrorCode::backend)
            << codec;
        EXPECT_NE(message.find(codec), std::string::npos) << message;
    }
    WriterOptions options;
    options.preset = "warp";
    EXPECT_EQ(opening_code(folder / "out.mp4", reader.info(), options, message), ErrorCode::backend);
    EXPECT_NE(message.find("warp"), std::string::npos) << message;
}

TEST(VideoWriter, TakesOtherSoftwareEncoders) {
    const Folder folder;
    const auto source = folder / "a.mp4";
    test_clip(source, "64x48", 5, "25", {"-c:v", "libx264"});
    for (const std::string codec : {"libx265", "mpeg4"}) {
        VideoReader reader{source};
        WriterOptions options;
        options.codec = codec;
        const auto copy = folder / (codec + ".mp4");
        VideoWriter writer{copy, reader.info(), options};
        while (const auto frame = reader.read()) {
            writer.write(*frame);
        }
        writer.close();
        expect_same_times(source, copy);
    }
}

TEST(VideoWriter, ThreeWritersInThreeThreadsGiveEqualFiles) {
    const Folder folder;
    const auto source = folder / "a.mkv";
    ffmpeg({"-f", "lavfi", "-i", "testsrc2=size=63x49:rate=25", "-f", "lavfi", "-i", "sine=440", "-t", "2",
            "-c:v", "ffv1", "-pix_fmt", "yuv444p", "-c:a", "aac", source});
    VideoReader reader{source};
    const auto all = read_all(reader);
    const auto write = [&](const std::string& file) {
        VideoWriter writer{file, reader.info()};
        for (const Frame& frame : all.frames) {
            writer.write(frame);
        }
        for (const AudioPacket& packet : all.audio) {
            writer.add_audio(packet);
        }
        writer.close();
    };
    std::vector<std::thread> threads;
    for (const std::string name : {"1.mp4", "2.mp4", "3.mp4"}) {
        threads.emplace_back(write, folder / name);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_TRUE(content_of(folder / "1.mp4") == content_of(folder / "2.mp4"));
    EXPECT_TRUE(content_of(folder / "1.mp4") == content_of(folder / "3.mp4"));
    EXPECT_EQ(packet_sums(folder / "1.mp4", 0), packet_sums(source, 0));
}

TEST(VideoWriter, NamesTheReasonWhenAFileCannotBeMade) {
    const Folder folder;
    const auto source = folder / "a.mp4";
    test_clip(source, "64x48", 1, "25", {"-c:v", "libx264"});
    const VideoReader reader{source};
    std::string message;
    EXPECT_EQ(opening_code(folder / "no/such/folder.mp4", reader.info(), {}, message), ErrorCode::output);
    EXPECT_NE(message.find("No such file or directory"), std::string::npos) << message;
}

/// What a writer says to a disk that fills up; empty if it says nothing.
std::string complaint_of(const std::string& source, const std::string& file) {
    try {
        rewrite(source, file, "ultrafast", 0);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::output);
        return error.what();
    }
    return "";
}

TEST(VideoWriter, TellsThatTheDiskIsFull) {
    const Folder folder;
    const auto source = folder / "a.mp4";
    test_clip(source, "320x240", 100, "25", {"-c:v", "libx264"});
    EXPECT_NE(complaint_of(source, "/dev/full").find("No space left"), std::string::npos);
    const auto disk = folder / "disk";
    std::filesystem::create_directory(disk);
    if (::mount("none", disk.c_str(), "tmpfs", 0, "size=1m") != 0) {
        GTEST_SKIP() << "only /dev/full was tested: a small disk needs the right to mount one";
    }
    const std::string complaint = complaint_of(source, disk + "/out.mp4");
    ::umount(disk.c_str());
    EXPECT_NE(complaint.find("No space left"), std::string::npos) << complaint;
}

} // namespace
} // namespace facemirror
