// SPDX-License-Identifier: Apache-2.0
#include "bench_parts.hpp"

#include <fmt/format.h>

namespace facemirror {

std::string number_text(const BenchJson& value, int decimals, double factor) {
    return value.is_number() ? fmt::format("{:.{}f}", factor * value.get<double>(), decimals) : "-";
}

std::string machine_text(const BenchJson& bench) {
    const BenchJson& machine = bench.at("machine");
    const BenchJson& pack = bench.at("pack");
    return fmt::format("{}, {} cores, {} MiB, {}, {}\npack {} {} ({:.8})\n",
                       machine.at("processor").get<std::string>(), machine.at("cores").get<int>(),
                       number_text(machine.at("memory_mib"), 0), machine.at("engine").get<std::string>(),
                       machine.at("os").get<std::string>(), pack.at("name").get<std::string>(),
                       pack.at("version").get<std::string>(), pack.at("sha256").get<std::string>());
}

std::string networks_text(const BenchJson& bench) {
    std::string text =
        fmt::format("{:<26} {:<5} {:>7} {:>7} {:>5} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7}\n",
                    "network", "prec.", "threads", "streams", "batch", "calls", "mean ms", "p50 ms", "p90 ms",
                    "p95 ms", "p99 ms", "items/s", "of peak");
    for (const BenchJson& row : bench.at("networks")) {
        text += fmt::format(
            "{:<26} {:<5} {:>7} {:>7} {:>5} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6}%\n",
            row.at("name").get<std::string>(), row.at("precision").get<std::string>(),
            row.at("threads").get<int>(), row.at("streams").get<int>(), row.at("batch").get<int>(),
            row.at("calls").get<int>(), number_text(row.at("mean_ms"), 2), number_text(row.at("p50_ms"), 2),
            number_text(row.at("p90_ms"), 2), number_text(row.at("p95_ms"), 2),
            number_text(row.at("p99_ms"), 2), number_text(row.at("items_per_s"), 1),
            number_text(row.at("share_of_peak"), 1, 100));
    }
    for (const BenchJson& peak : bench.at("peaks")) {
        text += fmt::format("peak of {} on {} threads: {} GMAC/s\n", peak.at("precision").get<std::string>(),
                            peak.at("threads").get<int>(), number_text(peak.at("gmacs_per_s"), 1));
    }
    return text;
}

} // namespace facemirror
