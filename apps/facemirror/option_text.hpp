// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/network.hpp>
#include <facemirror/pipeline/run_options.hpp>

#include <CLI/CLI.hpp>
#include <spdlog/common.h>

#include <string>

namespace facemirror {

// Reads what users type. Each throws CLI::ValidationError, a usage error, for a text that it does not
// understand.

/// "2.0-3.5": seconds, the end behind the start.
[[nodiscard]] TimeSpan parse_time_span(const std::string& text);
/// "X1,Y1,X2,Y2": px, with a positive area.
[[nodiscard]] Box parse_box(const std::string& text, const char* option = "--face-box");
[[nodiscard]] Precision parse_precision(const std::string& text);
[[nodiscard]] spdlog::level::level_enum parse_log_level(const std::string& text);

/// Accepts what can be part of a file name: no slash, not empty, not hidden.
[[nodiscard]] CLI::Validator file_name_part();

/// A number of frames, 1 to 1000; "auto" is 0, as in RunOptions.
/// Throws   CLI::ValidationError naming --landmarks-every.
[[nodiscard]] int parse_cadence(const std::string& text);

} // namespace facemirror
