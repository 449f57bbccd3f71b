// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/network_bench.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/graph/inspect.hpp>
#include <facemirror/pipeline/detail/timed_network.hpp>
#include <facemirror/pipeline/open_detector.hpp>
#include <facemirror/profile/profile.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <latch>
#include <limits>
#include <optional>
#include <thread>
#include <utility>

namespace facemirror {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>{Clock::now() - start}.count();
}

/// Numbers as pictures have them, the same in every run.
void fill_inputs(Network& network) {
    for (std::size_t i = 0; i < network.inputs().size(); ++i) {
        std::uint32_t state = 1;
        for (float& value : network.input(i)) {
            state = state * 1664525U + 1013904223U; // Source: Numerical Recipes, 7.1, the quick generator
            value = static_cast<float>(state >> 24U);
        }
    }
}

/// One stream's share of the work.
struct Worker {
    std::vector<double> durations_ms;
    std::exception_ptr failure;

    void operator()(Network& network, std::latch& ready, std::chrono::duration<double> duration) {
        try {
            fill_inputs(network);
            network.run();
        } catch (...) {
            failure = std::current_exception();
        }
        ready.arrive_and_wait(); // a worker that failed comes here too, or the others would wait for ever
        try {
            const auto begin = Clock::now();
            while (!failure && (durations_ms.empty() || seconds_since(begin) < duration.count())) {
                const auto start = Clock::now();
                network.run();
                durations_ms.push_back(1e3 * seconds_since(start));
            }
        } catch (...) {
            failure = std::current_exception();
        }
    }
};

double count_macs(const ModelPack& pack, const std::string& network, const std::vector<std::size_t>& shape) {
    const std::filesystem::path file = pack.folder() / pack.networks().at(network).file;
    if (file.extension() != ".onnx") {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const NetworkReport report = inspect_onnx(read_onnx(file, {shape.begin(), shape.end()}));
    return report.layers_of_unknown_size == 0 ? static_cast<double>(report.macs)
                                              : std::numeric_limits<double>::quiet_NaN();
}

std::size_t batch_of(const Network& network) {
    const std::vector<std::size_t>& shape = network.inputs().front().shape;
    return shape.empty() ? 1 : shape.front();
}

} // namespace

bool has_free_batch(const PackedNetwork& network) {
    return !network.input.tensor.shape.empty() && network.input.tensor.shape.front() == 0;
}

std::vector<std::size_t> bench_shape(const PackedNetwork& network, std::size_t batch, std::size_t side_px) {
    std::vector<std::size_t> shape = network.input.tensor.shape;
    if (shape.empty() || (shape.front() != 0 && shape.front() != batch)) {
        throw Error{ErrorCode::mismatch,
                    fmt::format("{}: expected a batch axis that can be {}, found {}", network.file, batch,
                                shape.empty() ? "none" : std::to_string(shape.front()))};
    }
    shape.front() = batch;
    std::ranges::replace(shape, std::size_t{0}, side_px);
    return shape;
}

NetworkTimes time_streams(const std::vector<std::unique_ptr<Network>>& streams,
                          std::chrono::duration<double> duration) {
    expects(!streams.empty(), "a load has at least one stream");
    std::vector<Worker> workers(streams.size());
    std::latch ready{static_cast<std::ptrdiff_t>(streams.size()) + 1};
    Clock::time_point start;
    {
        std::vector<std::jthread> threads;
        threads.reserve(streams.size());
        for (std::size_t i = 0; i < streams.size(); ++i) {
            threads.emplace_back([&, i] { workers[i](*streams[i], ready, duration); });
        }
        ready.arrive_and_wait();
        start = Clock::now();
    }
    const double wall_s = seconds_since(start);
    NetworkTimes times;
    std::vector<double> all_ms;
    for (const Worker& worker : workers) {
        if (worker.failure) {
            std::rethrow_exception(worker.failure);
        }
        all_ms.insert(all_ms.end(), worker.durations_ms.begin(), worker.durations_ms.end());
    }
    times.input_shape = streams.front()->inputs().front().shape;
    times.load.streams = static_cast<int>(streams.size());
    times.load.batch = batch_of(*streams.front());
    times.items_per_s = static_cast<double>(all_ms.size() * times.load.batch) / wall_s;
    times.latency = summarise(std::move(all_ms));
    times.macs = std::numeric_limits<double>::quiet_NaN();
    return times;
}

NetworkTimes bench_network(const ModelPack& pack, const NetworkLoad& load,
                           std::chrono::duration<double> duration) {
    expects(load.threads > 0 && load.streams > 0 && load.batch > 0, "a load is not empty");
    const auto found = pack.networks().find(load.network);
    if (found == pack.networks().end()) {
        throw Error{ErrorCode::mismatch,
                    fmt::format("pack {}: expected a network {}, found none of that name",
                                pack.folder().string(), load.network)};
    }
    const std::vector<std::size_t> shape = bench_shape(found->second, load.batch);
    const auto compiled = pack.compile(load.network, load.precision, load.streams, shape, load.threads);
    std::vector<std::unique_ptr<Network>> streams;
    streams.reserve(static_cast<std::size_t>(load.streams));
    for (int i = 0; i < load.streams; ++i) {
        streams.push_back(compiled->new_stream());
    }
    NetworkTimes times = time_streams(streams, duration);
    times.load = load;
    times.macs = count_macs(pack, load.network, shape);
    return times;
}

int fewest_threads_near_best(const std::vector<NetworkTimes>& times) {
    constexpr double near_best = 0.95;
    expects(!times.empty(), "something was measured");
    const double best = std::ranges::max_element(times, {}, &NetworkTimes::items_per_s)->items_per_s;
    int threads = std::numeric_limits<int>::max();
    for (const NetworkTimes& time : times) {
        if (time.items_per_s >= near_best * best) {
            threads = std::min(threads, time.load.threads);
        }
    }
    return threads;
}

double time_around_retinaface_ms(const ModelPack& pack, Precision precision, const Frame& frame) {
    if (!pack.has("retinaface")) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    Operation network{"model_inference", "retinaface"};
    const auto detector =
        open_detector(pack, precision, {}, [&network](std::unique_ptr<Network> opened, const std::string&) {
            return std::make_unique<TimedNetwork>(std::move(opened), network);
        });
    static_cast<void>(detector->detect(frame, std::nullopt)); // the first one sets the engine up
    Operation around{"postprocessing", "retinaface"};
    constexpr int detections = 10;
    for (int i = 0; i < detections; ++i) {
        const Span span{around}; // without the network's own span inside it
        static_cast<void>(detector->detect(frame, std::nullopt));
    }
    return around.row().p50_ms;
}

} // namespace facemirror
