// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/percentiles.hpp>

#include <facemirror/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace facemirror {

double percentile(const std::vector<double>& sorted, double share) {
    expects(!sorted.empty(), "a percentile has values");
    expects(share >= 0 && share <= 1, "the share of a percentile is 0..1");
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

LatencySummary summarise(std::vector<double> durations_ms) {
    LatencySummary summary;
    if (durations_ms.empty()) {
        return summary;
    }
    std::ranges::sort(durations_ms);
    summary.calls = static_cast<std::int64_t>(durations_ms.size());
    summary.mean_ms = std::accumulate(durations_ms.begin(), durations_ms.end(), 0.0) /
                      static_cast<double>(durations_ms.size());
    summary.p50_ms = percentile(durations_ms, 0.50);
    summary.p90_ms = percentile(durations_ms, 0.90);
    summary.p95_ms = percentile(durations_ms, 0.95);
    summary.p99_ms = percentile(durations_ms, 0.99);
    summary.max_ms = durations_ms.back();
    return summary;
}

} // namespace facemirror
