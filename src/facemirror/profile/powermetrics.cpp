// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/powermetrics.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/profile/small_file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <memory>
#include <utility>

namespace facemirror {

namespace {

constexpr std::uintmax_t max_bytes = std::uintmax_t{64} << 20;
constexpr std::size_t max_line = 4096;
constexpr std::size_t max_level = 32;
constexpr double max_power_mw = 1e7; // 10 kW: no chip
constexpr std::size_t max_levels = 16;

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> parts{
    {{"CPU Power: ", "cpu"}, {"GPU Power: ", "gpu"}, {"ANE Power: ", "ane"}}};
constexpr std::string_view pressure_key = "Current pressure level: ";

double power_of(std::string_view text, const std::string& where) {
    double power = 0;
    constexpr std::string_view unit = " mW";
    const std::string_view digits = text.substr(0, text.size() - std::min(unit.size(), text.size()));
    const char* begin = std::to_address(digits.begin());
    const char* end = begin + digits.size();
    const auto [rest, failure] = std::from_chars(begin, end, power);
    const bool is_power = text.ends_with(unit) && failure == std::errc{} && rest == end;
    if (!is_power || !(power >= 0 && power <= max_power_mw)) {
        throw Error{ErrorCode::corrupted, fmt::format("{}: expected a power of 0 to {:.0f} mW, found {}",
                                                      where, max_power_mw, text.substr(0, 40))};
    }
    return power;
}

void add(PowerSummary& summary, double power_mw) {
    ++summary.samples;
    summary.mean_mw += (power_mw - summary.mean_mw) / static_cast<double>(summary.samples);
    summary.max_mw = std::max(summary.max_mw, power_mw);
}

void add_level(PowerLog& log, std::string_view level, const std::string& where) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const bool is_word = !level.empty() && level.size() <= max_level && std::ranges::all_of(level, is_letter);
    if (!is_word || log.pressures.size() >= max_levels) {
        throw Error{ErrorCode::corrupted, where + ": expected the name of a pressure level, found another"};
    }
    ++log.pressures[std::string{level}];
}

void read_line(PowerLog& log, std::string_view line, const std::string& where) {
    for (const auto& [key, name] : parts) {
        if (line.starts_with(key)) {
            add(log.parts[std::string{name}], power_of(line.substr(key.size()), where));
            return;
        }
    }
    if (line.starts_with(pressure_key)) {
        add_level(log, line.substr(pressure_key.size()), where);
    }
}

} // namespace

PowerLog parse_power_log(std::string_view text, const std::string& origin) {
    PowerLog log;
    std::int64_t number = 0;
    while (!text.empty()) {
        const std::string where = fmt::format("{}:{}", origin, ++number);
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.size() > max_line) {
            throw Error{ErrorCode::corrupted, fmt::format("{}: expected at most {} characters, found {}",
                                                          where, max_line, line.size())};
        }
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        read_line(log, line, where);
    }
    if (log.parts.empty()) {
        throw Error{ErrorCode::corrupted,
                    origin +
                        ": expected a text log of powermetrics with lines \"CPU Power: N mW\", found none"};
    }
    return log;
}

PowerLog read_power_log(const std::filesystem::path& file) {
    return parse_power_log(read_small_file(file, max_bytes), file.string());
}

} // namespace facemirror
