// SPDX-License-Identifier: Apache-2.0
#include "bench_parts.hpp"
#include "interrupt.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/nn/pack_editor.hpp>
#include <facemirror/pipeline/network_bench.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>

namespace facemirror {

namespace {

/// Every number of threads is measured so often in turns, and the best time counts: other work on the machine
/// only ever takes time away.
constexpr int rounds = 3;

std::vector<int> candidates(const BenchOptions& options) {
    if (!options.stream_threads.empty()) {
        return options.stream_threads;
    }
    std::vector<int> threads;
    for (int count = 1; count <= options.threads; count *= 2) {
        threads.push_back(count);
    }
    return threads;
}

/// The best throughput of each number of threads; empty when the user interrupts.
std::vector<NetworkTimes> measure(const ModelPack& pack, const std::string& name, Precision precision,
                                  const BenchOptions& options) {
    const std::size_t batch = chosen_batches(pack.networks().at(name), options).front();
    std::vector<NetworkTimes> best;
    for (int round = 0; round < rounds; ++round) {
        std::size_t i = 0;
        for (const int threads : candidates(options)) {
            if (interrupted()) {
                return {};
            }
            const int streams = std::max(1, options.threads / threads);
            const NetworkTimes times = bench_network(pack, {name, precision, threads, streams, batch},
                                                     std::chrono::duration<double>{options.seconds / rounds});
            if (round == 0) {
                best.push_back(times);
            } else if (times.items_per_s > best[i].items_per_s) {
                best[i] = times;
            }
            ++i;
        }
    }
    return best;
}

BenchJson to_json(const PackedNetwork& network, const std::vector<NetworkTimes>& times) {
    const NetworkLoad& load = times.front().load;
    const auto stored = network.threads.find(name_of(load.precision));
    BenchJson tried = BenchJson::array();
    for (const NetworkTimes& time : times) {
        tried.push_back({{"threads", time.load.threads},
                         {"streams", time.load.streams},
                         {"items_per_s", time.items_per_s}});
    }
    return {
        {"name", load.network},
        {"precision", name_of(load.precision)},
        {"batch", load.batch},
        {"threads_before", stored == network.threads.end() ? BenchJson(nullptr) : BenchJson(stored->second)},
        {"threads", fewest_threads_near_best(times)},
        {"tried", std::move(tried)}};
}

void store(const ModelPack& pack, const BenchJson& rows) {
    edit_pack(pack.folder(), [&rows](PackDescription& description) {
        for (const BenchJson& row : rows) {
            const std::string precision = row.at("precision");
            int& threads = description.networks.at(row.at("name")).threads[precision];
            if (threads == row.at("threads")) {
                continue;
            }
            threads = row.at("threads");
            // Results may differ with the threads of a stream (docs/decisions/0021), so what was compared
            // before says nothing now.
            std::erase_if(description.fidelity, [&precision](const PackedFidelity& found) {
                return name_of(found.precision) == precision || name_of(found.baseline) == precision;
            });
        }
    });
}

} // namespace

BenchJson bench_tune(const ModelPack& pack, const BenchOptions& options) {
    BenchJson rows = BenchJson::array();
    for (const std::string& name : chosen_networks(pack, options)) {
        const PackedNetwork& network = pack.networks().at(name);
        for (const Precision precision : chosen_precisions(network, options)) {
            try {
                const auto times = measure(pack, name, precision, options);
                if (times.empty()) {
                    return rows;
                }
                rows.push_back(to_json(network, times));
            } catch (const Error& error) {
                if (error.code() != ErrorCode::backend || !options.precisions.empty()) {
                    throw;
                }
                spdlog::warn("{} in {} is left out: {}", name, name_of(precision), error.what());
            }
        }
    }
    store(pack, rows);
    return rows;
}

std::string tune_text(const BenchJson& bench) {
    std::string text = fmt::format("{:<26} {:<5} {:>6} {:>8}  {}\n", "network", "prec.", "before", "threads",
                                   "items/s by threads x streams");
    for (const BenchJson& row : bench.at("tune")) {
        const BenchJson& before = row.at("threads_before");
        text += fmt::format("{:<26} {:<5} {:>6} {:>8} ", row.at("name").get<std::string>(),
                            row.at("precision").get<std::string>(),
                            before.is_null() ? "-" : std::to_string(before.get<int>()),
                            row.at("threads").get<int>());
        for (const BenchJson& tried : row.at("tried")) {
            text += fmt::format(" {}x{}: {}", tried.at("threads").get<int>(), tried.at("streams").get<int>(),
                                number_text(tried.at("items_per_s"), 1));
        }
        text += "\n";
    }
    return text;
}

} // namespace facemirror
