// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/leased_network.hpp>
#include <facemirror/pipeline/detail/slot_workers.hpp>

#include <support/fake_network.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <latch>
#include <numeric>
#include <stdexcept>

namespace facemirror {
namespace {

TEST(SlotWorkers, OneWorkerTakesSlotsInTheOrderOfTheirStarts) {
    std::vector<std::size_t> order;
    SlotWorkers workers{1, 4, [&](std::size_t, std::size_t slot) { order.push_back(slot); }};
    for (const std::size_t slot : {2U, 0U, 3U, 1U}) {
        workers.start(slot);
    }
    for (std::size_t slot = 0; slot < 4; ++slot) {
        workers.wait(slot);
    }
    EXPECT_EQ(order, (std::vector<std::size_t>{2, 0, 3, 1}));
}

TEST(SlotWorkers, WorkersWorkAtTheSameTime) {
    // Neither slot could be finished by one worker alone.
    std::latch both{2};
    std::array<std::size_t, 2> by{};
    SlotWorkers workers{2, 2, [&](std::size_t worker, std::size_t slot) {
                            by[slot] = worker;
                            both.arrive_and_wait();
                        }};
    workers.start(0);
    workers.start(1);
    workers.wait(0);
    workers.wait(1);
    EXPECT_NE(by[0], by[1]);
}

TEST(SlotWorkers, ASlotIsUsedAgainAndSeesItsOwnWorkOnly) {
    std::array<int, 3> sums{};
    SlotWorkers workers{2, 3,
                        [&](std::size_t, std::size_t slot) { sums[slot] += static_cast<int>(slot) + 1; }};
    for (int round = 0; round < 500; ++round) {
        for (std::size_t slot = 0; slot < 3; ++slot) {
            workers.start(slot);
        }
        for (std::size_t slot = 0; slot < 3; ++slot) {
            workers.wait(slot);
        }
    }
    EXPECT_EQ(sums, (std::array<int, 3>{500, 1000, 1500}));
}

TEST(SlotWorkers, WaitRethrowsWhatTheWorkThrewAndTheSlotGoesOn) {
    bool fails = true;
    SlotWorkers workers{1, 1, [&](std::size_t, std::size_t) {
                            if (fails) {
                                throw std::runtime_error{"planted failure"};
                            }
                        }};
    workers.start(0);
    EXPECT_THROW(workers.wait(0), std::runtime_error);
    fails = false;
    workers.start(0);
    EXPECT_NO_THROW(workers.wait(0));
}

TEST(SlotWorkers, RefusesAWaitWithoutStartAndASecondStart) {
    SlotWorkers workers{1, 2, [](std::size_t, std::size_t) {}};
    EXPECT_THROW(workers.wait(0), std::logic_error);
    workers.start(1);
    EXPECT_THROW(workers.start(1), std::logic_error);
    EXPECT_THROW((SlotWorkers{0, 1, [](std::size_t, std::size_t) {}}), std::logic_error);
}

TEST(SlotWorkers, EndsWithWorkThatNobodyWaitsFor) {
    std::atomic<int> done = 0;
    {
        SlotWorkers workers{2, 8, [&](std::size_t, std::size_t) { ++done; }};
        for (std::size_t slot = 0; slot < 8; ++slot) {
            workers.start(slot);
        }
    }
    EXPECT_LE(done, 8);
}

TEST(LeasedNetwork, NoMoreNetworksRunAtOnceThanThereAreStreams) {
    constexpr int threads = 4;
    constexpr int streams = 2;
    std::counting_semaphore<> semaphore{streams};
    std::atomic<int> running = 0;
    std::atomic<int> most = 0;
    const auto answer = [&](std::span<const float>, FakeNetwork::Tensors&) {
        const int now = ++running;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::yield();
        --running;
    };
    {
        std::vector<std::jthread> crew;
        for (int i = 0; i < threads; ++i) {
            crew.emplace_back([&] {
                LeasedNetwork network{std::make_unique<FakeNetwork>(TensorInfo{"in", {1}},
                                                                    std::vector<TensorInfo>{{"out", {1}}},
                                                                    answer),
                                      semaphore};
                for (int k = 0; k < 200; ++k) {
                    network.run();
                }
            });
        }
    }
    EXPECT_GE(most, 1);
    EXPECT_LE(most, streams);
}

TEST(LeasedNetwork, GivesItsStreamBackWhenTheNetworkFails) {
    std::counting_semaphore<> semaphore{1};
    const auto answer = [](std::span<const float>, FakeNetwork::Tensors&) {
        throw std::runtime_error{"planted failure"};
    };
    LeasedNetwork network{
        std::make_unique<FakeNetwork>(TensorInfo{"in", {1}}, std::vector<TensorInfo>{{"out", {1}}}, answer),
        semaphore};
    EXPECT_THROW(network.run(), std::runtime_error);
    EXPECT_TRUE(semaphore.try_acquire());
}

} // namespace
} // namespace facemirror
