// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/sample_planes.hpp>

#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

namespace facemirror {
namespace {

Frame full_hd() {
    PixelLayout layout;
    layout.width = 1920;
    layout.height = 1080;
    Frame frame = make_frame(layout);
    for (int plane = 0; plane < layout.plane_count; ++plane) {
        const Plane& p = frame.planes[static_cast<std::size_t>(plane)];
        for (int y = 0; y < layout.plane_height(plane); ++y) {
            std::memset(p.data + y * p.stride, 60 + y % 100,
                        static_cast<std::size_t>(layout.plane_width(plane)));
        }
    }
    return frame;
}

// A region of 700 x 700 px, averaged by the given factor.
void load_region_700(benchmark::State& state) {
    const Frame frame = full_hd();
    RgbRegion region;
    for (auto _ : state) {
        region.load(frame, {600, 200, 1299, 899}, static_cast<int>(state.range(0)));
        benchmark::DoNotOptimize(region.pixels().data());
    }
}
BENCHMARK(load_region_700)->DenseRange(1, 4)->Unit(benchmark::kMicrosecond);

void sample(benchmark::State& state, const CropView& view) {
    const Frame frame = full_hd();
    RgbRegion region;
    region.load(frame, bounds_of(view), RgbRegion::reduction_for(view.roi.side, view.size_px));
    std::vector<float> rgb(static_cast<std::size_t>(view.size_px) * static_cast<std::size_t>(view.size_px) *
                           3);
    for (auto _ : state) {
        sample_crop(region, view, rgb);
        benchmark::DoNotOptimize(rgb.data());
    }
}

CropView tilted_view() {
    CropView view;
    view.size_px = 192;
    view.roi = {{950, 550}, 500, 0.1};
    return view;
}

void sample_crop_192(benchmark::State& state) {
    sample(state, tilted_view());
}
BENCHMARK(sample_crop_192)->Unit(benchmark::kMicrosecond);

void sample_half_crop_192(benchmark::State& state) {
    CropView view = tilted_view();
    view.half = KeptHalf{{{950, 550}, {0, 1}}, Side::patient_left};
    sample(state, view);
}
BENCHMARK(sample_half_crop_192)->Unit(benchmark::kMicrosecond);

// What a detector pays for its picture: read and convert the whole frame, then resample it.
void whole_frame_as_planes(benchmark::State& state) {
    const Frame frame = full_hd();
    const auto width = static_cast<int>(state.range(0));
    const PlaneView view{{-0.5, -0.5, 1919.5, 1079.5}, width, width * 1080 / 1920, ChannelOrder::bgr};
    std::vector<float> planes(3 * static_cast<std::size_t>(view.width_px) *
                              static_cast<std::size_t>(view.height_px));
    RgbRegion region;
    for (auto _ : state) {
        region.load(frame, bounds_of(view), 1920 / width);
        sample_planes(region, view, planes);
        benchmark::DoNotOptimize(planes.data());
    }
}
BENCHMARK(whole_frame_as_planes)
    ->Arg(1920)
    ->Arg(1280)
    ->Arg(960)
    ->Arg(640)
    ->Arg(320)
    ->Unit(benchmark::kMillisecond);

} // namespace
} // namespace facemirror
