// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/report/csv.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace facemirror {

void append_number(std::string& text, double value) {
    if (!std::isfinite(value)) {
        text += "nan";
        return;
    }
    char digits[32]; // a double's shortest form has at most 24 characters
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value + 0.0); // -0 becomes 0
    text.append(digits, end.ptr);
}

CsvWriter::CsvWriter(const std::filesystem::path& file, const std::vector<std::string>& columns,
                     LineEnd line_end)
    : m_file{file}, m_column_count{columns.size()}, m_line_end{line_end == LineEnd::crlf ? "\r\n" : "\n"} {
    for (const std::string& column : columns) {
        text(column);
    }
    end_row();
    m_rows = 0;
}

void CsvWriter::begin_cell() {
    if (m_cells++ > 0) {
        m_row += ',';
    }
}

CsvWriter& CsvWriter::text(std::string_view value) {
    begin_cell();
    m_row += value;
    return *this;
}

CsvWriter& CsvWriter::integer(std::int64_t value) {
    begin_cell();
    fmt::format_to(std::back_inserter(m_row), "{}", value);
    return *this;
}

CsvWriter& CsvWriter::number(double value) {
    begin_cell();
    append_number(m_row, value);
    return *this;
}

CsvWriter& CsvWriter::numbers(std::span<const double> values) {
    for (const double value : values) {
        number(value);
    }
    return *this;
}

CsvWriter& CsvWriter::fixed(double value, int decimals) {
    begin_cell();
    if (std::isfinite(value)) {
        fmt::format_to(std::back_inserter(m_row), "{:.{}f}", value, decimals);
    } else {
        m_row += "nan";
    }
    return *this;
}

void CsvWriter::end_row() {
    expects(m_cells == m_column_count, "a row has one cell per column");
    m_row += m_line_end;
    m_file.write(m_row);
    m_row.clear();
    m_cells = 0;
    ++m_rows;
}

} // namespace facemirror
