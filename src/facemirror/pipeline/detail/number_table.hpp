// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace facemirror {

/// The numeric columns of one of our tables; what is no number is NaN.
struct NumberTable {
    std::vector<std::string> names; ///< In the order of the file.
    std::map<std::string, std::vector<double>> columns;
    std::size_t rows = 0;

    [[nodiscard]] const std::vector<double>* find(const std::string& name) const;
};

/// Throws   Error{not_found}; Error{corrupted} naming file and line for a row that has not as many fields as
///          the header; Error{unsupported} for more than 1 GiB.
[[nodiscard]] NumberTable read_numbers(const std::filesystem::path& file);

} // namespace facemirror
