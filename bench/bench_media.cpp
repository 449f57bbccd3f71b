// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/orientation.hpp>
#include <facemirror/media/video_reader.hpp>
#include <facemirror/media/video_writer.hpp>

#include <benchmark/benchmark.h>
#include <filesystem>

namespace facemirror {
namespace {

PixelLayout layout_1080p() {
    PixelLayout layout;
    layout.width = 1920;
    layout.height = 1080;
    return layout;
}

/// A moving gradient: something to encode.
Frame frame_number(int index) {
    Frame frame = make_frame(layout_1080p());
    for (int plane = 0; plane < 3; ++plane) {
        const Plane& samples = frame.planes[static_cast<std::size_t>(plane)];
        for (int y = 0; y < frame.layout.plane_height(plane); ++y) {
            for (int x = 0; x < frame.layout.plane_width(plane); ++x) {
                samples.data[y * samples.stride + x] = static_cast<std::uint8_t>((x + y + 3 * index) & 0xff);
            }
        }
    }
    frame.index = index;
    frame.pts = index;
    frame.duration = 1;
    return frame;
}

VideoInfo info_1080p() {
    VideoInfo info;
    info.layout = layout_1080p();
    info.time_base = {1, 30};
    info.average_rate = {30, 1};
    return info;
}

void turn_1080p_by_90_deg(benchmark::State& state) {
    const detail::Orientation clockwise{true, true, false};
    const Frame from = frame_number(0);
    Frame to = make_frame(detail::turned(from.layout, clockwise));
    for (auto _ : state) {
        detail::turn_samples(from, clockwise, to);
        benchmark::DoNotOptimize(to.planes[0].data);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * from.size_bytes()));
}
BENCHMARK(turn_1080p_by_90_deg);

constexpr int clip_frames = 60;

void write_clip(const std::string& file) {
    VideoWriter writer{file, info_1080p()};
    for (int i = 0; i < clip_frames; ++i) {
        writer.write(frame_number(i));
    }
    writer.close();
}

void write_1080p(benchmark::State& state) {
    const auto file = (std::filesystem::temp_directory_path() / "facemirror-bench.mp4").string();
    const Frame frame = frame_number(0);
    for (auto _ : state) {
        VideoWriter writer{file, info_1080p()};
        for (int i = 0; i < clip_frames; ++i) {
            Frame next = frame;
            next.pts = i;
            next.duration = 1;
            writer.write(next);
        }
        writer.close();
    }
    state.SetItemsProcessed(state.iterations() * clip_frames);
    std::filesystem::remove(file);
}
BENCHMARK(write_1080p)->Unit(benchmark::kMillisecond);

void read_1080p(benchmark::State& state) {
    const auto file = (std::filesystem::temp_directory_path() / "facemirror-bench.mp4").string();
    write_clip(file);
    for (auto _ : state) {
        VideoReader reader{file};
        while (const auto frame = reader.read()) {
            benchmark::DoNotOptimize(frame->planes[0].data);
        }
    }
    state.SetItemsProcessed(state.iterations() * clip_frames);
    std::filesystem::remove(file);
}
BENCHMARK(read_1080p)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace facemirror
