// SPDX-License-Identifier: Apache-2.0
#include "bench_run.hpp"

#include <fmt/format.h>

namespace facemirror {

namespace {

/// "< 60 no, < 55 no": each target and whether it is met.
std::string targets_text(const BenchJson& targets, const char* sign, bool has_value) {
    std::string text;
    for (const BenchJson& target : targets) {
        text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", sign,
                            number_text(target.at("limit"), target.at("limit").get<double>() < 3 ? 1 : 0),
                            !has_value                     ? "-"
                            : target.at("met").get<bool>() ? "yes"
                                                           : "no");
    }
    return text;
}

std::string text_of(const BenchJson& value) {
    return value.is_string() ? value.get<std::string>() : "-";
}

} // namespace

std::string run_text(const BenchJson& bench) {
    const BenchJson& run = bench.at("run");
    const BenchJson& clip = run.at("clip");
    std::string text =
        fmt::format("run of {}, {}x{}, {} frames, {}, {} threads{}\n", text_of(clip.at("file")),
                    clip.at("width").get<int>(), clip.at("height").get<int>(), clip.at("frames").get<int>(),
                    text_of(run.at("precision")), run.at("threads").get<int>(),
                    run.at("face_box").is_null() ? "" : ", face box " + text_of(run.at("face_box")));
    text += fmt::format("{:<17} {:<16} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>6}\n", "category", "operation",
                        "calls", "pictures", "total s", "mean ms", "p50 ms", "p95 ms", "share");
    for (const BenchJson& stage : run.at("stages")) {
        text += fmt::format("{:<17} {:<16} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>5}%\n",
                            text_of(stage.at("category")), text_of(stage.at("operation")),
                            stage.at("calls").get<int>(), stage.at("items").get<int>(),
                            number_text(stage.at("total_s"), 3), number_text(stage.at("mean_ms"), 3),
                            number_text(stage.at("p50_ms"), 3), number_text(stage.at("p95_ms"), 3),
                            number_text(stage.at("share"), 1, 100));
    }
    text += fmt::format("{} frames/s, wall {} s, busy {} s over all threads, peak memory {} MiB\n",
                        number_text(run.at("fps"), 2), number_text(run.at("wall_s"), 2),
                        number_text(run.at("busy_s"), 2), number_text(run.at("peak_rss_mib"), 0));
    return text;
}

std::string plan_text(const BenchJson& bench) {
    std::string text = fmt::format("{:<18} {:>9} {:>7} {:>11} {:>7} {:>13} {:>9} {:>10}  {}\n", "component",
                                   "total s", "share", "ms a call", "calls", "ms a picture", "plan ms",
                                   "plan calls", "targets, ms a picture");
    for (const BenchJson& row : bench.at("plan").at("rows")) {
        text += fmt::format("{:<18} {:>9} {:>6}% {:>11} {:>7} {:>13} {:>9} {:>10}  {}\n",
                            text_of(row.at("component")), number_text(row.at("total_s"), 3),
                            number_text(row.at("share"), 1, 100), number_text(row.at("call_ms"), 2),
                            row.at("calls").get<int>(), number_text(row.at("item_ms"), 2),
                            number_text(row.at("plan_ms"), 1), row.at("plan_calls").get<int>(),
                            targets_text(row.at("targets_ms"), "<", row.at("item_ms").is_number()));
    }
    for (const BenchJson& total : bench.at("plan").at("totals")) {
        const bool is_rate = total.at("what") == "frames/s";
        text += fmt::format(
            "{}: {}, plan {}; targets {}\n", text_of(total.at("what")), number_text(total.at("value"), 2),
            number_text(total.at("plan"), 1),
            targets_text(total.at("targets"), is_rate ? ">" : "<", total.at("value").is_number()));
    }
    return text;
}

std::string soak_text(const BenchJson& bench) {
    const BenchJson& soak = bench.at("soak");
    std::string text =
        fmt::format("soak of {} s: {} frames in {} runs, {} frames/s; first minute {}, last minute {}, drift "
                    "{}%: {}\npeak memory {} MiB, at the end {} MiB\n",
                    number_text(soak.at("seconds"), 0), soak.at("frames").get<int>(),
                    soak.at("runs").get<int>(), number_text(soak.at("fps"), 2),
                    number_text(soak.at("first_minute_fps"), 2), number_text(soak.at("last_minute_fps"), 2),
                    number_text(soak.at("drift"), 1, 100), text_of(soak.at("verdict")),
                    number_text(soak.at("peak_rss_mib"), 0), number_text(soak.at("final_rss_mib"), 0));
    for (const BenchJson& interval : soak.at("intervals")) {
        text += fmt::format("{:>7}..{:<7} s {:>8} frames/s\n", number_text(interval.at("start_s"), 0),
                            number_text(interval.at("end_s"), 0), number_text(interval.at("fps"), 2));
    }
    const BenchJson& last = soak.at("readings").back();
    text += last.at("temperature_c").is_null()
                ? "temperature: the system offers none\n"
                : fmt::format("temperature at the end: {} C\n", number_text(last.at("temperature_c"), 1));
    text += last.at("energy_j").is_null()
                ? "package energy: the system offers none\n"
                : fmt::format("package energy: {} J\n", number_text(last.at("energy_j"), 1));
    return text;
}

std::string power_text(const BenchJson& bench) {
    const BenchJson& power = bench.at("powermetrics");
    std::string text = fmt::format("powermetrics log {}\n", text_of(power.at("file")));
    for (const auto& [name, part] : power.at("parts").items()) {
        text +=
            fmt::format("{}: mean {} mW, most {} mW, {} samples\n", name, number_text(part.at("mean_mw"), 0),
                        number_text(part.at("max_mw"), 0), part.at("samples").get<std::int64_t>());
    }
    for (const auto& [level, samples] : power.at("pressure").items()) {
        text += fmt::format("thermal pressure {}: {} samples\n", level, samples.get<std::int64_t>());
    }
    return text;
}

std::string comparison_text(const BenchJson& bench) {
    const BenchJson& comparison = bench.at("comparison");
    std::string text = fmt::format("{:<64} {:>11} {:>11} {:>7}\n",
                                   "against " + text_of(comparison.at("file")), "before", "now", "ratio");
    for (const BenchJson& row : comparison.at("rows")) {
        text += fmt::format("{:<64} {:>11} {:>11} {:>7}\n", text_of(row.at("what")),
                            number_text(row.at("before"), 3), number_text(row.at("now"), 3),
                            number_text(row.at("ratio"), 3));
    }
    for (const BenchJson& difference : comparison.at("differences")) {
        text += "not the same: " + text_of(difference) + "\n";
    }
    return text;
}

} // namespace facemirror
