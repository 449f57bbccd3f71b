// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace facemirror {

/// Threads that work on numbered slots, first come first served. Allocates nothing once it stands.
/// Threads  start() and wait() from one thread; `work` may touch its slot between the two.
class SlotWorkers {
public:
    /// `work(worker, slot)` runs in thread `worker` of 0..workers-1.
    SlotWorkers(std::size_t workers, std::size_t slots,
                std::function<void(std::size_t worker, std::size_t slot)> work);
    /// Waits for what is running; what has not begun is left undone.
    ~SlotWorkers();
    SlotWorkers(const SlotWorkers&) = delete;
    SlotWorkers& operator=(const SlotWorkers&) = delete;

    /// Hands a slot to the workers; it must not be with them already.
    void start(std::size_t slot);
    /// Waits until the work on a slot that was started is done.
    /// Throws   what the work threw.
    void wait(std::size_t slot);

private:
    enum class State { idle, waiting, running, done };
    struct Slot {
        State state = State::idle;
        std::uint64_t ticket = 0; ///< Order of the starts.
        std::exception_ptr failure;
    };

    void serve(std::size_t worker);
    Slot* next_waiting();

    std::function<void(std::size_t, std::size_t)> m_work;
    std::mutex m_mutex;
    std::condition_variable m_started;
    std::condition_variable m_finished;
    std::vector<Slot> m_slots;
    std::uint64_t m_tickets = 0;
    bool m_is_stopping = false;
    std::vector<std::jthread> m_threads; // last: they use all the others
};

} // namespace facemirror
