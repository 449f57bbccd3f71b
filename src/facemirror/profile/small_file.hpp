// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace facemirror {

/// The text of a regular file of at most `max_bytes`; its size is looked at before memory is taken.
/// Throws   Error{not_found}, or Error{unsupported} if it is larger.
[[nodiscard]] std::string read_small_file(const std::filesystem::path& file, std::uintmax_t max_bytes);

} // namespace facemirror
