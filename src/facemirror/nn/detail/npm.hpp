// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace facemirror::detail {

/// Fetches packages as .tgz files with `npm pack --ignore-scripts`; no shell, and nothing of a package runs.
/// The program is $FACEMIRROR_NPM, else npm from PATH.
/// Throws   Error{backend} with npm's own last line if it is missing or fails.
void npm_pack(const std::vector<std::string>& specifications, const std::filesystem::path& into);

} // namespace facemirror::detail
