// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>
#include <facemirror/nn/pack.hpp>
#include <facemirror/profile/percentiles.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace facemirror {

/// How a network is loaded.
struct NetworkLoad {
    std::string network;
    Precision precision = Precision::f32;
    int threads = 1; ///< Of each stream.
    int streams = 1; ///< At the same time.
    std::size_t batch = 1;
};

/// What a network did under a load.
struct NetworkTimes {
    NetworkLoad load;
    std::vector<std::size_t> input_shape;
    LatencySummary latency; ///< Of one call; all streams' together.
    double items_per_s = 0; ///< Pictures; a call of a batch of 2 counts 2.
    double macs = 0;        ///< Multiplications with addition of one call; NaN where they cannot be counted.
};

/// The shape of a network's input with its free axes set: the first to `batch`, sides of a picture to
/// `side_px`.
/// Throws   Error{mismatch} if the first axis is fixed to another number.
[[nodiscard]] std::vector<std::size_t> bench_shape(const PackedNetwork& network, std::size_t batch,
                                                   std::size_t side_px = 640);

/// Whether bench_shape() may be asked for any batch.
[[nodiscard]] bool has_free_batch(const PackedNetwork& network);

/// Runs every stream on a thread of its own until `duration` is over, each at least once; before that each
/// runs once unmeasured.
/// Returns  Durations of all calls and the pictures a second of all streams.
/// Throws   What a network throws.
[[nodiscard]] NetworkTimes time_streams(const std::vector<std::unique_ptr<Network>>& streams,
                                        std::chrono::duration<double> duration);

/// Compiles a network of a pack and measures it under a load.
/// Throws   As ModelPack::compile() and bench_shape().
[[nodiscard]] NetworkTimes bench_network(const ModelPack& pack, const NetworkLoad& load,
                                         std::chrono::duration<double> duration);

/// The fewest threads of a stream that give nearly the best throughput of all (95 %): threads that bring less
/// than that are better left to the other work of a run.
/// Throws   std::logic_error without times.
[[nodiscard]] int fewest_threads_near_best(const std::vector<NetworkTimes>& times);

/// What a detection by RetinaFace takes beside its network on a frame, ms: preparing the picture, decoding
/// the answers, suppression. The median of several; NaN for a pack without RetinaFace. Throws   As
/// open_detector() and FaceDetector::detect().
[[nodiscard]] double time_around_retinaface_ms(const ModelPack& pack, Precision precision,
                                               const Frame& frame);

} // namespace facemirror
