// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace facemirror {

/// Joins two threads in order. Its content is bounded in bytes; one item always fits, however large.
template <class Item>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t byte_budget) : m_byte_budget{byte_budget} {}

    /// Waits until there is room.
    /// Returns  false when the queue was aborted; the item is then dropped.
    bool push(Item item, std::size_t bytes) {
        std::unique_lock lock{m_mutex};
        m_room.wait(lock, [&] { return m_aborted || m_items.empty() || m_bytes + bytes <= m_byte_budget; });
        if (m_aborted) {
            return false;
        }
        m_items.emplace_back(std::move(item), bytes);
        m_bytes += bytes;
        m_filled.notify_one();
        return true;
    }

    /// Waits for an item.
    /// Returns  nullopt when the queue was closed and is empty, or was aborted.
    std::optional<Item> pop() {
        std::unique_lock lock{m_mutex};
        m_filled.wait(lock, [&] { return m_aborted || m_closed || !m_items.empty(); });
        if (m_aborted || m_items.empty()) {
            return std::nullopt;
        }
        auto [item, bytes] = std::move(m_items.front());
        m_items.pop_front();
        m_bytes -= bytes;
        m_room.notify_one();
        return std::move(item);
    }

    /// No item follows; what is inside can still be taken.
    void close() {
        const std::lock_guard lock{m_mutex};
        m_closed = true;
        m_filled.notify_all();
    }

    /// Lets both sides go at once; what is inside is lost.
    void abort() {
        const std::lock_guard lock{m_mutex};
        m_aborted = true;
        m_filled.notify_all();
        m_room.notify_all();
    }

    [[nodiscard]] bool is_aborted() const {
        const std::lock_guard lock{m_mutex};
        return m_aborted;
    }

private:
    std::size_t m_byte_budget;
    mutable std::mutex m_mutex;
    std::condition_variable m_room;
    std::condition_variable m_filled;
    std::deque<std::pair<Item, std::size_t>> m_items;
    std::size_t m_bytes = 0;
    bool m_closed = false;
    bool m_aborted = false;
};

} // namespace facemirror
