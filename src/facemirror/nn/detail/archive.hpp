// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace facemirror::detail {

/// Reads one member of a .tgz into memory. Nothing is written by names from the archive, links are not
/// followed, and an archive that claims more than a package holds is refused before memory is taken.
/// Throws   Error{not_found} without the archive, Error{corrupted} if it is cut off, too large, no .tgz or
///          lacks the member.
[[nodiscard]] std::vector<std::byte> read_member(const std::filesystem::path& archive,
                                                 const std::string& member);

} // namespace facemirror::detail
