// SPDX-License-Identifier: Apache-2.0
#include <facemirror/mirror/mirror.hpp>

#include <benchmark/benchmark.h>

#include <numbers>
#include <random>

namespace facemirror {
namespace {

Frame noise_1080p(int bit_depth) {
    PixelLayout layout;
    layout.width = 1920;
    layout.height = 1080;
    layout.bit_depth = bit_depth;
    Frame frame = make_frame(layout);
    std::mt19937 random{1};
    for (int plane = 0; plane < layout.plane_count; ++plane) {
        const Plane& p = frame.planes[static_cast<std::size_t>(plane)];
        const int bytes = layout.plane_width(plane) * layout.bytes_per_sample();
        for (int y = 0; y < layout.plane_height(plane); ++y) {
            for (int x = 0; x < bytes; ++x) { // the high byte of a 10-bit sample is 0..3
                const bool is_high = bit_depth > 8 && x % 2 == 1;
                p.data[y * p.stride + x] = static_cast<std::uint8_t>(random() % (is_high ? 4 : 256));
            }
        }
    }
    return frame;
}

// The budget's measure (design.md 6): both halves of a frame against copying the same bytes twice. A player's
// frames do not stay in the cache, so both walk over a ring of frames.
struct Ring {
    explicit Ring(int bit_depth) {
        const Frame source = noise_1080p(bit_depth);
        for (Frame& frame : frames) {
            frame = make_frame(source.layout);
            copy_samples(source, frame);
        }
    }
    Frame& next() { return frames[at++ % frames.size()]; }

    std::array<Frame, 16> frames;
    std::size_t at = 0;
};

void copy_twice(benchmark::State& state) {
    Ring ring{static_cast<int>(state.range(0))};
    for (auto _ : state) {
        const Frame& source = ring.next();
        copy_samples(source, ring.next());
        copy_samples(source, ring.next());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(copy_twice)->Arg(8)->Arg(10)->Unit(benchmark::kMicrosecond);

template <auto Mirror>
void mirror_both(benchmark::State& state) {
    Ring ring{static_cast<int>(state.range(0))};
    const double tilt = static_cast<double>(state.range(1)) * std::numbers::pi / 180;
    const Midline midline{{963.4, 540}, {std::sin(tilt), std::cos(tilt)}};
    for (auto _ : state) {
        const Frame& source = ring.next();
        Mirror(source, midline, Side::patient_left, MirrorOptions{}, ring.next());
        Mirror(source, midline, Side::patient_right, MirrorOptions{}, ring.next());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(mirror_both<mirror_frame>)
    ->ArgNames({"bits", "tilt_deg"})
    ->ArgsProduct({{8, 10}, {0, 3, 10, 30}})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(mirror_both<mirror_frame_plain>)
    ->ArgNames({"bits", "tilt_deg"})
    ->Args({8, 3})
    ->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace facemirror
