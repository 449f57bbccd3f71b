// SPDX-License-Identifier: Apache-2.0
#include "bench_parts.hpp"
#include "interrupt.hpp"
#include "option_text.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/nn/probe.hpp>
#include <facemirror/pipeline/network_bench.hpp>
#include <facemirror/profile/machine.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace facemirror {

namespace {

/// The peaks by arithmetic and number of threads, each measured when it is asked for first.
class Peaks {
public:
    explicit Peaks(double seconds) : m_seconds{seconds} {}

    double operator()(Precision precision, int threads) {
        const auto key = std::pair{precision, threads};
        const auto known = m_peaks.find(key);
        if (known != m_peaks.end()) {
            return known->second;
        }
        return m_peaks[key] = measure_peak(precision, threads, std::chrono::duration<double>{m_seconds});
    }

    [[nodiscard]] BenchJson json() const {
        BenchJson list = BenchJson::array();
        for (const auto& [key, macs_per_s] : m_peaks) {
            list.push_back({{"precision", name_of(key.first)},
                            {"threads", key.second},
                            {"gmacs_per_s", macs_per_s / 1e9}});
        }
        return list;
    }

private:
    double m_seconds;
    std::map<std::pair<Precision, int>, double> m_peaks;
};

BenchJson to_json(const NetworkTimes& times, Peaks& peaks) {
    const NetworkLoad& load = times.load;
    BenchJson row{{"name", load.network},
                  {"precision", name_of(load.precision)},
                  {"threads", load.threads},
                  {"streams", load.streams},
                  {"batch", load.batch},
                  {"input_shape", times.input_shape},
                  {"calls", times.latency.calls},
                  {"mean_ms", times.latency.mean_ms},
                  {"p50_ms", times.latency.p50_ms},
                  {"p90_ms", times.latency.p90_ms},
                  {"p95_ms", times.latency.p95_ms},
                  {"p99_ms", times.latency.p99_ms},
                  {"max_ms", times.latency.max_ms},
                  {"items_per_s", times.items_per_s},
                  {"macs", number_or_null(times.macs)},
                  {"share_of_peak", nullptr}};
    if (std::isfinite(times.macs)) {
        const double calls_per_s = times.items_per_s / static_cast<double>(load.batch);
        row["share_of_peak"] = times.macs * calls_per_s / peaks(load.precision, load.threads * load.streams);
    }
    return row;
}

/// All loads of one network in one precision.
std::vector<NetworkLoad> loads_of(const std::string& name, const PackedNetwork& network, Precision precision,
                                  const BenchOptions& options) {
    std::vector<int> threads = options.stream_threads;
    if (threads.empty()) {
        const auto stored = network.threads.find(name_of(precision));
        threads.push_back(stored == network.threads.end() ? 1 : stored->second);
    }
    std::vector<NetworkLoad> loads;
    for (const std::size_t batch : chosen_batches(network, options)) {
        for (const int of_stream : threads) {
            for (int streams = 1; streams <= options.threads; ++streams) {
                loads.push_back({name, precision, of_stream, streams, batch});
            }
        }
    }
    return loads;
}

/// Measures one network in one precision. What the processor cannot do is left out, and said, unless the
/// user asked for it.
void bench_precision(const ModelPack& pack, const std::string& name, Precision precision,
                     const BenchOptions& options, Peaks& peaks, BenchJson& rows) {
    try {
        for (const NetworkLoad& load : loads_of(name, pack.networks().at(name), precision, options)) {
            if (interrupted()) {
                return;
            }
            const std::chrono::duration<double> duration{options.seconds};
            rows.push_back(to_json(bench_network(pack, load, duration), peaks));
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::backend || !options.precisions.empty()) {
            throw;
        }
        spdlog::warn("{} in {} is left out: {}", name, name_of(precision), error.what());
    }
}

} // namespace

BenchJson number_or_null(double value) {
    return std::isfinite(value) ? BenchJson(value) : BenchJson(nullptr);
}

BenchJson machine_json() {
    const MachineFacts facts = machine_facts();
    return {{"processor", device_name()},
            {"cores", facts.cores},
            {"memory_mib", number_or_null(facts.memory_mib)},
            {"engine", engine_version()},
            {"os", facts.operating_system}};
}

BenchJson pack_json(const ModelPack& pack) {
    return {{"name", pack.name()},
            {"version", pack.description().version},
            {"folder", pack.folder().string()},
            {"sha256", pack.sha256()}};
}

std::vector<std::string> chosen_networks(const ModelPack& pack, const BenchOptions& options) {
    std::vector<std::string> all;
    std::ranges::transform(pack.networks(), std::back_inserter(all),
                           [](const auto& entry) { return entry.first; });
    for (const std::string& name : options.networks) {
        if (!pack.has(name)) {
            throw Error{ErrorCode::mismatch, fmt::format("pack {}: expected a network {}, found {}",
                                                         pack.folder().string(), name, fmt::join(all, ", "))};
        }
    }
    return options.networks.empty() ? all : options.networks;
}

std::vector<Precision> chosen_precisions(const PackedNetwork& network, const BenchOptions& options) {
    std::vector<Precision> precisions;
    for (const Precision precision : {Precision::f32, Precision::bf16, Precision::int8}) {
        const bool is_wanted = options.precisions.empty()
                                   ? network.threads.contains(name_of(precision))
                                   : std::ranges::count(options.precisions, name_of(precision)) > 0;
        if (is_wanted) {
            precisions.push_back(precision);
        }
    }
    return precisions;
}

std::vector<std::size_t> chosen_batches(const PackedNetwork& network, const BenchOptions& options) {
    if (!has_free_batch(network) && !network.input.tensor.shape.empty()) {
        return {network.input.tensor.shape.front()};
    }
    return options.batches;
}

BenchJson bench_networks(const ModelPack& pack, const BenchOptions& options, BenchJson& peaks) {
    Peaks measured{std::min(options.seconds, 2.0)};
    BenchJson rows = BenchJson::array();
    for (const std::string& name : chosen_networks(pack, options)) {
        for (const Precision precision : chosen_precisions(pack.networks().at(name), options)) {
            bench_precision(pack, name, precision, options, measured, rows);
        }
    }
    peaks = measured.json();
    return rows;
}

Precision run_precision(const BenchOptions& options) {
    return options.precisions.empty() ? Precision::f32 : parse_precision(options.precisions.front());
}

} // namespace facemirror
