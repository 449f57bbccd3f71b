// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/pipeline/models.hpp>
#include <facemirror/pipeline/run_options.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace facemirror {

using BenchJson = nlohmann::ordered_json;

/// What the user asked of `bench`.
struct BenchOptions {
    std::string pack = Models::default_pack;
    std::vector<std::string> networks;   ///< Empty: all of the pack.
    std::vector<std::string> precisions; ///< Empty: all that pack and processor have.
    std::vector<int> stream_threads;     ///< Empty: what the pack says.
    std::vector<std::size_t> batches = {1};
    int threads = 1; ///< Most streams.
    double seconds = 2;
    std::filesystem::path clip; ///< Empty: the sample clip.
    std::string face_box;
};

/// JSON has no NaN.
[[nodiscard]] BenchJson number_or_null(double value);

/// The processor, its memory, the engine and the system.
[[nodiscard]] BenchJson machine_json();
[[nodiscard]] BenchJson pack_json(const ModelPack& pack);

/// One row for each network, precision, threads, streams and batch. `peaks` gets the processor's peaks that
/// the shares refer to. Ends early when the user interrupts.
[[nodiscard]] BenchJson bench_networks(const ModelPack& pack, const BenchOptions& options, BenchJson& peaks);

/// The networks that the user chose of a pack.
/// Throws   Error{mismatch} naming one that the pack lacks.
[[nodiscard]] std::vector<std::string> chosen_networks(const ModelPack& pack, const BenchOptions& options);

/// The precisions that the user chose of a network; else those that the pack has.
[[nodiscard]] std::vector<Precision> chosen_precisions(const PackedNetwork& network,
                                                       const BenchOptions& options);

/// The batches that the user chose, or the only one that the network takes.
[[nodiscard]] std::vector<std::size_t> chosen_batches(const PackedNetwork& network,
                                                      const BenchOptions& options);

/// Finds the threads of a stream with which each network gives the most pictures a second on as many cores as
/// `options.threads`, and writes them into the pack. Nothing is written when the user interrupts.
/// Returns  One row for each network and precision.
[[nodiscard]] BenchJson bench_tune(const ModelPack& pack, const BenchOptions& options);

/// The precision of the whole run: the first that was asked for, else f32.
[[nodiscard]] Precision run_precision(const BenchOptions& options);

/// `factor` times a number with so many decimals; a dash for null.
[[nodiscard]] std::string number_text(const BenchJson& value, int decimals, double factor = 1);

/// The tables for people.
[[nodiscard]] std::string machine_text(const BenchJson& bench);
[[nodiscard]] std::string networks_text(const BenchJson& bench);
[[nodiscard]] std::string tune_text(const BenchJson& bench);

} // namespace facemirror
