// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace facemirror {

/// The power of one part of the chip over a log, mW.
struct PowerSummary {
    std::int64_t samples = 0;
    double mean_mw = 0;
    double max_mw = 0;
};

/// What a text log of macOS's powermetrics says.
struct PowerLog {
    std::map<std::string, PowerSummary> parts;     ///< "cpu", "gpu", "ane"; only those that the log has.
    std::map<std::string, std::int64_t> pressures; ///< Thermal pressure level -> samples.
};

/// Reads the lines "CPU Power: N mW" (also GPU, ANE) and "Current pressure level: LEVEL"; others are skipped.
/// Throws   Error{corrupted} naming `origin` and line for a power that is no number of 0 to 1e7 mW, a line of
///          more than 4096 characters, or a text without any power.
/// Source   powermetrics(1) with the samplers cpu_power, gpu_power, ane_power and thermal.
[[nodiscard]] PowerLog parse_power_log(std::string_view text, const std::string& origin);

/// Throws   Error{not_found}; Error{unsupported} for more than 64 MiB; as parse_power_log().
[[nodiscard]] PowerLog read_power_log(const std::filesystem::path& file);

} // namespace facemirror
