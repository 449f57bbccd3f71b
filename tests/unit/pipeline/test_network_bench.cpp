// SPDX-License-Identifier: Apache-2.0
#include "support/fake_network.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/pipeline/network_bench.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

namespace facemirror {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Network> fake(std::size_t batch, FakeNetwork::Answer answer = {}) {
    return std::make_unique<FakeNetwork>(TensorInfo{"picture", {batch, 3, 4, 4}},
                                         std::vector<TensorInfo>{{"answer", {batch, 2}}}, std::move(answer));
}

TEST(NetworkBench, RunsEachStreamOnceUnmeasuredAndAtLeastOnceMeasured) {
    std::atomic<int> runs = 0;
    const auto count = [&runs](std::span<const float>, FakeNetwork::Tensors&) { ++runs; };
    std::vector<std::unique_ptr<Network>> streams;
    streams.push_back(fake(2, count));
    streams.push_back(fake(2, count));
    const NetworkTimes times = time_streams(streams, 0s);
    EXPECT_EQ(times.latency.calls, 2);
    EXPECT_EQ(runs, 4);
    EXPECT_EQ(times.load.streams, 2);
    EXPECT_EQ(times.load.batch, 2U);
    EXPECT_GT(times.items_per_s, 0);
}

TEST(NetworkBench, ChoosesTheFewestThreadsThatAreNearlyTheFastest) {
    const auto at = [](int threads, double items_per_s) {
        NetworkTimes times;
        times.load.threads = threads;
        times.items_per_s = items_per_s;
        return times;
    };
    EXPECT_EQ(fewest_threads_near_best({at(1, 100), at(2, 104), at(4, 90)}), 1);
    EXPECT_EQ(fewest_threads_near_best({at(4, 150), at(2, 148), at(1, 100)}), 2);
    EXPECT_EQ(fewest_threads_near_best({at(3, 10)}), 3);
    EXPECT_THROW(static_cast<void>(fewest_threads_near_best({})), std::logic_error);
}

TEST(NetworkBench, FillsInputsLikePictures) {
    float least = 255;
    float most = 0;
    std::vector<std::unique_ptr<Network>> streams;
    streams.push_back(fake(1, [&](std::span<const float> input, FakeNetwork::Tensors&) {
        least = std::ranges::min(input);
        most = std::ranges::max(input);
    }));
    static_cast<void>(time_streams(streams, 0s));
    EXPECT_GE(least, 0);
    EXPECT_LE(most, 255);
    EXPECT_GT(most - least, 100);
}

TEST(NetworkBench, HandsOnTheFailureOfAStreamWhileOthersRun) {
    std::vector<std::unique_ptr<Network>> streams;
    streams.push_back(fake(1));
    streams.push_back(fake(1, [](std::span<const float>, FakeNetwork::Tensors&) {
        throw Error{ErrorCode::backend, "made to fail"};
    }));
    EXPECT_THROW(static_cast<void>(time_streams(streams, 0s)), Error);
}

TEST(NetworkBench, SetsFreeAxesAndRefusesAnotherFixedBatch) {
    PackedNetwork network;
    network.file = "network.onnx";
    network.input.tensor.shape = {0, 3, 0, 0};
    EXPECT_TRUE(has_free_batch(network));
    EXPECT_EQ(bench_shape(network, 2), (std::vector<std::size_t>{2, 3, 640, 640}));
    network.input.tensor.shape = {1, 192, 192, 3};
    EXPECT_FALSE(has_free_batch(network));
    EXPECT_EQ(bench_shape(network, 1), (std::vector<std::size_t>{1, 192, 192, 3}));
    EXPECT_THROW(static_cast<void>(bench_shape(network, 2)), Error);
}

} // namespace
} // namespace facemirror
