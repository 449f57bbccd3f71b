// SPDX-License-Identifier: Apache-2.0
#include "clips.hpp"

#include <facemirror/media/video_writer.hpp>

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace facemirror::clips {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) {
        if (!line.empty()) {
            lines.push_back(line);
        }
    }
    return lines;
}

std::string read_to_end(int descriptor) {
    std::string all;
    char buffer[1 << 16];
    for (ssize_t count = 0; (count = ::read(descriptor, buffer, sizeof buffer)) > 0;) {
        all.append(buffer, static_cast<std::size_t>(count));
    }
    return all;
}

} // namespace

Folder::Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "facemirror-media-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error{"no temporary folder: " + name};
    }
    m_path = name;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

Outcome run(const std::vector<std::string>& arguments) {
    int ends[2];
    if (::pipe(ends) != 0) {
        throw std::runtime_error{"no pipe"};
    }
    std::vector<char*> argv;
    for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    Outcome outcome;
    outcome.output = read_to_end(ends[0]);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

void ffmpeg(const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"ffmpeg", "-v", "error", "-y", "-nostdin"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    if (run(all).status != 0) {
        throw std::runtime_error{"ffmpeg failed for " + arguments.back()};
    }
}

void test_clip(const std::string& file, const std::string& size, int frames, const std::string& rate,
               const std::vector<std::string>& coding) {
    std::vector<std::string> all{
        "-f", "lavfi", "-i", "testsrc2=size=" + size + ":rate=" + rate, "-frames:v", std::to_string(frames)};
    all.insert(all.end(), coding.begin(), coding.end());
    all.push_back(file);
    ffmpeg(all);
}

std::vector<std::int64_t> probed_pts(const std::string& file) {
    const auto text = run({"ffprobe", "-v", "quiet", "-select_streams", "v:0", "-show_entries",
                           "frame=best_effort_timestamp", "-of", "csv=p=0", file})
                          .output;
    std::vector<std::int64_t> times;
    for (const std::string& line : lines_of(text)) {
        times.push_back(line.starts_with("N/A") ? INT64_MIN : std::stoll(line));
    }
    return times;
}

std::string probed(const std::string& file, const std::string& stream, const std::string& entry) {
    const auto text = run({"ffprobe", "-v", "quiet", "-select_streams", stream, "-show_entries",
                           "stream=" + entry, "-of", "csv=p=0", file})
                          .output;
    return lines_of(text).empty() ? "" : lines_of(text).front();
}

std::vector<std::string> packet_sums(const std::string& file, int audio_stream) {
    const auto text = run({"ffmpeg", "-v", "error", "-nostdin", "-i", file, "-map",
                           "0:a:" + std::to_string(audio_stream), "-c", "copy", "-f", "framemd5", "-"})
                          .output;
    std::vector<std::string> sums;
    for (const std::string& line : lines_of(text)) {
        if (line.front() != '#') {
            // stream, dts, pts, duration, size, sum, side data: the times have their own tests.
            std::vector<std::string> fields;
            std::istringstream in{line};
            for (std::string field; std::getline(in, field, ',');) {
                fields.push_back(field);
            }
            sums.push_back(fields.at(4) + fields.at(5));
        }
    }
    return sums;
}

std::string raw_frames(const std::string& file, const std::string& pixel_format) {
    return run({"ffmpeg", "-v", "error", "-nostdin", "-i", file, "-map", "0:v:0", "-vsync", "passthrough",
                "-pix_fmt", pixel_format, "-f", "rawvideo", "-"})
        .output;
}

Everything read_all(VideoReader& reader) {
    Everything all;
    while (auto frame = reader.read()) {
        all.frames.push_back(std::move(*frame));
        for (AudioPacket& packet : reader.take_audio()) {
            all.audio.push_back(std::move(packet));
        }
    }
    for (AudioPacket& packet : reader.take_audio()) {
        all.audio.push_back(std::move(packet));
    }
    return all;
}

std::string bytes_of(const std::vector<Frame>& frames) {
    std::string all;
    for (const Frame& frame : frames) {
        for (int plane = 0; plane < frame.layout.plane_count; ++plane) {
            const Plane& samples = frame.planes[static_cast<std::size_t>(plane)];
            const auto bytes = static_cast<std::size_t>(frame.layout.plane_width(plane)) *
                               static_cast<std::size_t>(frame.layout.bytes_per_sample());
            for (int y = 0; y < frame.layout.plane_height(plane); ++y) {
                all.append(reinterpret_cast<const char*>(samples.data + y * samples.stride), bytes);
            }
        }
    }
    return all;
}

void rewrite(const std::string& from, const std::string& to, const std::string& preset, int quality) {
    VideoReader reader{from};
    WriterOptions options;
    options.preset = preset;
    options.quality = quality;
    VideoWriter writer{to, reader.info(), options};
    while (const auto frame = reader.read()) {
        writer.write(*frame);
        for (const AudioPacket& packet : reader.take_audio()) {
            writer.add_audio(packet);
        }
    }
    for (const AudioPacket& packet : reader.take_audio()) {
        writer.add_audio(packet);
    }
    writer.close();
}

} // namespace facemirror::clips
