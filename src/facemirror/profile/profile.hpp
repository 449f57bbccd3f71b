// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace facemirror {

/// What one operation cost; a row of the stage table.
struct StageRow {
    std::string category;  ///< preprocessing, model_inference, postprocessing, memory or io.
    std::string operation; ///< e.g. "mesh", "decode".
    std::int64_t calls = 0;
    std::int64_t items = 0; ///< Pictures that went through; a batch of 2 counts 2.
    double total_s = 0;     ///< Busy time, without the operations that ran inside it.
    double mean_ms = 0;
    double p50_ms = 0; ///< Percentiles are exact to 1 %.
    double p95_ms = 0;
    double max_ms = 0;
    double share = 0; ///< Of the busy time of all operations, 0..1.
};

/// Durations of one operation. Its memory does not grow with the number of calls.
/// Threads  Any number may add.
class Operation {
public:
    Operation(std::string category, std::string name);

    void add(std::chrono::nanoseconds duration, std::int64_t items);
    [[nodiscard]] StageRow row() const;

private:
    [[nodiscard]] double percentile_ms(double share) const;

    std::string m_category;
    std::string m_name;
    mutable std::mutex m_mutex;
    std::int64_t m_calls = 0;
    std::int64_t m_items = 0;
    std::chrono::nanoseconds m_total{};
    std::chrono::nanoseconds m_max{};
    std::vector<std::uint32_t> m_histogram; // calls by duration; neighbouring bins are 2 % apart
};

/// Times its own life into an operation, less the spans that live inside it on the same thread, so that
/// the rows of a profile add up to the busy time.
class Span {
public:
    explicit Span(Operation& operation, std::int64_t items = 1) noexcept;
    ~Span();
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;

private:
    friend class Pause;

    Operation& m_operation;
    std::int64_t m_items;
    Span* m_outer;
    std::chrono::steady_clock::time_point m_start;
    std::chrono::nanoseconds m_inner{};
};

/// Leaves its own life out of the span round it on the same thread: to wait is not to be busy. No span may be
/// opened inside.
class Pause {
public:
    Pause() noexcept;
    ~Pause();
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

private:
    std::chrono::steady_clock::time_point m_start;
};

/// The operations of one run. Wall time and busy time are two numbers: busy adds up over threads.
class Profile {
public:
    Profile();

    /// The operation of this name; made when it is asked for first. The reference stays valid as long as the
    /// profile.
    Operation& operation(const std::string& category, const std::string& name);

    /// The operations that were called, largest total first.
    [[nodiscard]] std::vector<StageRow> rows() const;
    [[nodiscard]] double wall_s() const;
    [[nodiscard]] double busy_s() const;

private:
    mutable std::mutex m_mutex;
    std::deque<Operation> m_operations; // a deque keeps references valid
    std::chrono::steady_clock::time_point m_start;
};

/// The table for a terminal: a row per operation, then wall and busy time.
[[nodiscard]] std::string format_table(const Profile& profile);

/// The same as JSON: {"wall_s":..,"busy_s":..,"categories":{name: seconds},"stages":[{...}]}.
[[nodiscard]] std::string format_json(const Profile& profile);

/// The largest resident set of this process so far, MiB. Source: getrusage(2), ru_maxrss.
[[nodiscard]] double peak_rss_mib();

} // namespace facemirror
