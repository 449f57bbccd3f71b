// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/profile.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace facemirror {

namespace {

// 2 % between neighbouring bins from 1 us to 1000 s: a percentile is exact to 1 % in 1050 counters.
constexpr double first_bin_ns = 1e3;
constexpr double bin_ratio = 1.02;
constexpr std::size_t bin_count = 1050;

std::size_t bin_of(std::chrono::nanoseconds duration) {
    const double ratio = static_cast<double>(duration.count()) / first_bin_ns;
    if (ratio <= 1) {
        return 0;
    }
    return std::min(bin_count - 1, static_cast<std::size_t>(std::log(ratio) / std::log(bin_ratio)));
}

double seconds(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double>{duration}.count();
}

thread_local Span* innermost = nullptr;

} // namespace

Operation::Operation(std::string category, std::string name)
    : m_category{std::move(category)}, m_name{std::move(name)}, m_histogram(bin_count) {}

void Operation::add(std::chrono::nanoseconds duration, std::int64_t items) {
    const std::lock_guard lock{m_mutex};
    ++m_calls;
    m_items += items;
    m_total += duration;
    m_max = std::max(m_max, duration);
    ++m_histogram[bin_of(duration)];
}

double Operation::percentile_ms(double share) const {
    const auto rank = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(m_calls)));
    std::int64_t below = 0;
    for (std::size_t bin = 0; bin < bin_count; ++bin) {
        below += m_histogram[bin];
        if (below >= rank) {
            const double middle_ns = first_bin_ns * std::pow(bin_ratio, static_cast<double>(bin) + 0.5);
            return std::min(middle_ns / 1e6, seconds(m_max) * 1e3);
        }
    }
    return 0;
}

StageRow Operation::row() const {
    const std::lock_guard lock{m_mutex};
    StageRow row{.category = m_category, .operation = m_name, .calls = m_calls, .items = m_items};
    if (m_calls > 0) {
        row.total_s = seconds(m_total);
        row.mean_ms = 1e3 * row.total_s / static_cast<double>(m_calls);
        row.p50_ms = percentile_ms(0.50);
        row.p95_ms = percentile_ms(0.95);
        row.max_ms = 1e3 * seconds(m_max);
    }
    return row;
}

Span::Span(Operation& operation, std::int64_t items) noexcept
    : m_operation{operation}, m_items{items}, m_outer{innermost}, m_start{std::chrono::steady_clock::now()} {
    innermost = this;
}

Span::~Span() {
    const std::chrono::nanoseconds whole = std::chrono::steady_clock::now() - m_start;
    innermost = m_outer;
    if (m_outer != nullptr) {
        m_outer->m_inner += whole;
    }
    m_operation.add(whole - m_inner, m_items);
}

Pause::Pause() noexcept : m_start{std::chrono::steady_clock::now()} {}

Pause::~Pause() {
    if (innermost != nullptr) {
        innermost->m_inner += std::chrono::steady_clock::now() - m_start;
    }
}

Profile::Profile() : m_start{std::chrono::steady_clock::now()} {}

Operation& Profile::operation(const std::string& category, const std::string& name) {
    const std::lock_guard lock{m_mutex};
    for (Operation& known : m_operations) {
        const StageRow row = known.row();
        if (row.category == category && row.operation == name) {
            return known;
        }
    }
    return m_operations.emplace_back(category, name);
}

std::vector<StageRow> Profile::rows() const {
    const std::lock_guard lock{m_mutex};
    std::vector<StageRow> rows;
    double busy = 0;
    for (const Operation& operation : m_operations) {
        const StageRow row = operation.row();
        if (row.calls > 0) {
            busy += row.total_s;
            rows.push_back(row);
        }
    }
    for (StageRow& row : rows) {
        row.share = busy > 0 ? row.total_s / busy : 0;
    }
    // Not stable_sort: its library code is deprecated, which stops the build with clang.
    std::ranges::sort(rows, [](const StageRow& a, const StageRow& b) {
        return std::tie(b.total_s, a.category, a.operation) < std::tie(a.total_s, b.category, b.operation);
    });
    return rows;
}

double Profile::wall_s() const {
    return seconds(std::chrono::steady_clock::now() - m_start);
}

double Profile::busy_s() const {
    double busy = 0;
    for (const StageRow& row : rows()) {
        busy += row.total_s;
    }
    return busy;
}

std::string format_table(const Profile& profile) {
    std::string text = fmt::format("{:<17} {:<16} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6}\n",
                                   "category", "operation", "calls", "items", "total s", "mean ms", "p50 ms",
                                   "p95 ms", "max ms", "share");
    for (const StageRow& row : profile.rows()) {
        text +=
            fmt::format("{:<17} {:<16} {:>8} {:>8} {:>9.3f} {:>9.3f} {:>9.3f} {:>9.3f} {:>9.3f} {:>5.1f}%\n",
                        row.category, row.operation, row.calls, row.items, row.total_s, row.mean_ms,
                        row.p50_ms, row.p95_ms, row.max_ms, 100 * row.share);
    }
    text +=
        fmt::format("wall {:.3f} s, busy {:.3f} s over all threads\n", profile.wall_s(), profile.busy_s());
    return text;
}

std::string format_json(const Profile& profile) {
    nlohmann::ordered_json stages = nlohmann::ordered_json::array();
    std::map<std::string, double> categories;
    for (const StageRow& row : profile.rows()) {
        categories[row.category] += row.total_s;
        stages.push_back({{"category", row.category},
                          {"operation", row.operation},
                          {"calls", row.calls},
                          {"items", row.items},
                          {"total_s", row.total_s},
                          {"mean_ms", row.mean_ms},
                          {"p50_ms", row.p50_ms},
                          {"p95_ms", row.p95_ms},
                          {"max_ms", row.max_ms},
                          {"share", row.share}});
    }
    const nlohmann::ordered_json all{{"wall_s", profile.wall_s()},
                                     {"busy_s", profile.busy_s()},
                                     {"categories", categories},
                                     {"stages", stages}};
    return all.dump(2);
}

double peak_rss_mib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024; // Linux counts KiB.
}

} // namespace facemirror
