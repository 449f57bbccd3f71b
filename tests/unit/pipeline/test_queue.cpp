// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/pipeline/detail/bounded_queue.hpp>
#include <facemirror/pipeline/detail/crew.hpp>
#include <facemirror/pipeline/detail/frame_pool.hpp>
#include <facemirror/pipeline/detail/spool.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace facemirror {
namespace {

TEST(BoundedQueue, KeepsOrderBetweenThreads) {
    BoundedQueue<int> queue{4};
    std::jthread producer{[&queue] {
        for (int i = 0; i < 1000; ++i) {
            queue.push(i, 1);
        }
        queue.close();
    }};
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(queue.pop(), i);
    }
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, NeverHoldsMoreThanItsBytes) {
    BoundedQueue<int> queue{10};
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::jthread producer{[&] {
        for (int i = 0; i < 200; ++i) {
            queue.push(i, 4);
            const int now = ++inside;
            most = std::max(most.load(), now);
        }
        queue.close();
    }};
    while (queue.pop()) {
        --inside;
    }
    // Two items of 4 bytes fit into 10; one more may be counted between a pop and its decrement.
    EXPECT_LE(most, 3);
}

TEST(BoundedQueue, OneItemFitsHoweverLarge) {
    BoundedQueue<int> queue{1};
    EXPECT_TRUE(queue.push(7, 1'000'000));
    EXPECT_EQ(queue.pop(), 7);
}

TEST(BoundedQueue, AbortFreesAWaitingProducer) {
    BoundedQueue<int> queue{1};
    ASSERT_TRUE(queue.push(1, 1));
    std::atomic<bool> accepted{true};
    std::jthread producer{[&] { accepted = queue.push(2, 1); }};
    queue.abort();
    producer.join();
    EXPECT_FALSE(accepted);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(Crew, RethrowsTheFirstExceptionAndLetsTheOthersGo) {
    BoundedQueue<int> queue{1};
    Crew crew{[&queue] { queue.abort(); }};
    crew.start([&queue] { EXPECT_EQ(queue.pop(), std::nullopt); });
    crew.start([] { throw Error{ErrorCode::corrupted, "planted"}; });
    try {
        crew.join();
        FAIL() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::corrupted);
    }
}

TEST(Crew, ThatIsDroppedWithoutJoinDoesNotHang) {
    BoundedQueue<int> queue{1};
    { // as when the owner of the crew throws
        Crew crew{[&queue] { queue.abort(); }};
        crew.start([&queue] { queue.pop(); });
    }
    EXPECT_FALSE(queue.push(1, 1));
}

TEST(FramePool, UsesAFrameAgainWhenNobodyHoldsIt) {
    FramePool pool{PixelLayout{.width = 16, .height = 8}};
    const std::uint8_t* first = pool.take().planes[0].data;
    const Frame held = pool.take();
    EXPECT_EQ(held.planes[0].data, first);
    const Frame second = pool.take();
    EXPECT_NE(second.planes[0].data, first);
    EXPECT_EQ(pool.size(), 2U);
}

TEST(Spool, GivesRecordsBackInOrderAsOftenAsAsked) {
    Spool<double> spool{std::filesystem::temp_directory_path()};
    for (int i = 0; i < 5000; ++i) {
        spool.add(i * 0.5);
    }
    for (int round = 0; round < 2; ++round) {
        std::vector<double> back;
        spool.for_each([&back](double value) { back.push_back(value); });
        ASSERT_EQ(back.size(), 5000U);
        EXPECT_EQ(back[4999], 2499.5);
    }
}

TEST(Spool, InAMissingFolderIsAnOutputError) {
    try {
        const Spool<int> spool{"/nonexistent-folder"};
        FAIL() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::output);
    }
}

} // namespace
} // namespace facemirror
