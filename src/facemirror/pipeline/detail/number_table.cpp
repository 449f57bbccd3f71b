// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/number_table.hpp>

#include <facemirror/core/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string_view>

namespace facemirror {

namespace {

constexpr std::uintmax_t most_bytes = std::uintmax_t{1} << 30;

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t from = 0; from <= line.size();) {
        // A comma inside of quotation marks is no end: a reason may have one.
        const bool is_quoted = line.substr(from).starts_with('"');
        const std::size_t end_of_quote = is_quoted ? std::min(line.find('"', from + 1), line.size()) : from;
        const std::size_t to = std::min(line.find(',', end_of_quote), line.size());
        fields.push_back(line.substr(from, to - from));
        from = to + 1;
    }
    return fields;
}

double number_of(std::string_view field) {
    double number = 0;
    const auto [end, failed] = std::from_chars(field.data(), field.data() + field.size(), number);
    const bool is_number = failed == std::errc{} && end == field.data() + field.size();
    return is_number ? number : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

const std::vector<double>* NumberTable::find(const std::string& name) const {
    const auto found = columns.find(name);
    return found == columns.end() ? nullptr : &found->second;
}

NumberTable read_numbers(const std::filesystem::path& file) {
    std::error_code failed;
    const auto bytes = std::filesystem::file_size(file, failed);
    std::ifstream stream{file};
    if (failed || !stream) {
        throw Error{ErrorCode::not_found, file.string() + ": expected a table, found no readable file"};
    }
    if (bytes > most_bytes) {
        throw Error{ErrorCode::unsupported,
                    fmt::format("{}: expected at most {} bytes, found {}", file.string(), most_bytes, bytes)};
    }
    NumberTable table;
    std::string line;
    std::getline(stream, line);
    for (const std::string_view name : fields_of(line)) {
        table.names.emplace_back(name);
    }
    std::vector<std::vector<double>*> columns;
    for (const std::string& name : table.names) {
        columns.push_back(&table.columns[name]);
    }
    while (std::getline(stream, line)) {
        const auto fields = fields_of(line);
        if (fields.size() != columns.size()) {
            throw Error{ErrorCode::corrupted,
                        fmt::format("{}:{}: expected {} fields, found {}", file.string(), table.rows + 2,
                                    columns.size(), fields.size())};
        }
        for (std::size_t i = 0; i < fields.size(); ++i) {
            columns[i]->push_back(number_of(fields[i]));
        }
        ++table.rows;
    }
    return table;
}

} // namespace facemirror
