// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>
#include <facemirror/media/video_reader.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace facemirror::clips {

/// A folder of its own for one test, removed with everything in it.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string operator/(const std::string& name) const { return (m_path / name).string(); }

private:
    std::filesystem::path m_path;
};

struct Outcome {
    int status = 0;
    std::string output; ///< stdout.
};

/// Runs a program without a shell; `input`, if given, is a file that becomes its standard input.
Outcome run(const std::vector<std::string>& arguments);

/// Runs ffmpeg with "-v error -y -nostdin" before these arguments.
/// Throws   std::runtime_error if it fails.
void ffmpeg(const std::vector<std::string>& arguments);

/// A clip of FFmpeg's moving test picture: `size` as WxH, frames, rate, then output arguments and the file.
void test_clip(const std::string& file, const std::string& size, int frames, const std::string& rate,
               const std::vector<std::string>& coding);

/// Times of all frames by ffprobe (best effort, in ticks), as an independent reading.
std::vector<std::int64_t> probed_pts(const std::string& file);
/// One value of ffprobe's stream section, e.g. probed("a.mp4", "v:0", "time_base").
std::string probed(const std::string& file, const std::string& stream, const std::string& entry);
/// MD5 of each packet of an audio stream, by "ffmpeg -c copy -f framemd5", sizes and sums only.
std::vector<std::string> packet_sums(const std::string& file, int audio_stream);
/// Decoded upright frames as raw bytes by ffmpeg in a pixel format, without any conversion of time.
std::string raw_frames(const std::string& file, const std::string& pixel_format);

/// All frames and sound of a reader.
struct Everything {
    std::vector<Frame> frames;
    std::vector<AudioPacket> audio;
};
Everything read_all(VideoReader& reader);

/// The samples of frames one after the other without padding, as raw_frames has them.
std::string bytes_of(const std::vector<Frame>& frames);

/// Reads a file and writes it again through VideoWriter, with its sound.
void rewrite(const std::string& from, const std::string& to, const std::string& preset = "ultrafast",
             int quality = 18);

} // namespace facemirror::clips
