// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace facemirror {

/// SHA-256 of bytes as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_of(std::span<const std::byte> bytes);

/// SHA-256 of a file's content, read in pieces.
/// Throws   Error{not_found} if the file is missing, is not a regular file or cannot be read.
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& file);

} // namespace facemirror
