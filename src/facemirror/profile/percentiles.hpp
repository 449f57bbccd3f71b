// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace facemirror {

/// What a number of durations look like, ms.
struct LatencySummary {
    std::int64_t calls = 0;
    double mean_ms = 0;
    double p50_ms = 0;
    double p90_ms = 0;
    double p95_ms = 0;
    double p99_ms = 0;
    double max_ms = 0;
};

/// The value that `share` (0..1) of the sorted values do not exceed: always one of the values, never between
/// two.
/// Throws   std::logic_error without a value.
/// Source   The nearest-rank definition of a percentile.
[[nodiscard]] double percentile(const std::vector<double>& sorted, double share);

/// All zero for no durations.
[[nodiscard]] LatencySummary summarise(std::vector<double> durations_ms);

} // namespace facemirror
