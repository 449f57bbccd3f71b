// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace facemirror {

/// The threads of one run. When one of them throws, `stop` is called (it must let all others go), and join()
/// rethrows the first exception in the caller's thread.
class Crew {
public:
    explicit Crew(std::function<void()> stop) : m_stop{std::move(stop)} {}
    ~Crew() {
        if (!m_threads.empty()) {
            m_stop();
        }
    }
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    void start(std::function<void()> work) {
        m_threads.emplace_back([this, work = std::move(work)] {
            try {
                work();
            } catch (...) {
                {
                    const std::lock_guard lock{m_mutex};
                    if (!m_first) {
                        m_first = std::current_exception();
                    }
                }
                m_stop();
            }
        });
    }

    /// Waits for all threads.
    /// Throws   the first exception that left one of them.
    void join() {
        m_threads.clear(); // a jthread joins when it is destroyed
        if (m_first) {
            std::rethrow_exception(std::exchange(m_first, nullptr));
        }
    }

private:
    std::function<void()> m_stop;
    std::mutex m_mutex;
    std::exception_ptr m_first;
    std::vector<std::jthread> m_threads;
};

} // namespace facemirror
