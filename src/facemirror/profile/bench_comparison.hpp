// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace facemirror {

/// One number of two benches.
struct ComparedRow {
    std::string what; ///< e.g. "star f32, 1 threads, 2 streams, batch 1: p50, ms".
    double before = 0;
    double now = 0;
    double ratio = 0; ///< now / before; NaN when `before` is 0.
};

/// Two results of `bench --json`. What only one of them has is left out.
struct BenchComparison {
    std::vector<std::string> differences; ///< Sentences: what was not the same, so that ratios mislead.
    std::vector<ComparedRow> rows;
};

/// Throws   Error{corrupted} naming `origin` if `before` is not what `bench --json` prints.
[[nodiscard]] BenchComparison compare_benches(std::string_view before, std::string_view now,
                                              const std::string& origin);

/// Reads the earlier result from a file.
/// Throws   Error{not_found}; Error{unsupported} for more than 16 MiB; as compare_benches().
[[nodiscard]] BenchComparison compare_with_file(const std::filesystem::path& before, std::string_view now);

} // namespace facemirror
