// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/report/atomic_file.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace facemirror {

enum class LineEnd { lf, crlf };

/// A comma-separated table that is written row by row. Numbers stand in the shortest decimal form that reads
/// back to the same value; missing is `nan`. Texts must hold no comma, quote or line end (ours are names).
/// Threads  One at a time.
class CsvWriter {
public:
    /// Throws   Error{output}.
    CsvWriter(const std::filesystem::path& file, const std::vector<std::string>& columns,
              LineEnd line_end = LineEnd::lf);

    CsvWriter& text(std::string_view value);
    CsvWriter& integer(std::int64_t value);
    CsvWriter& number(double value);
    CsvWriter& numbers(std::span<const double> values);
    /// A number with a fixed count of decimals.
    CsvWriter& fixed(double value, int decimals);

    /// Ends the row.
    /// Throws   std::logic_error if it has not as many cells as there are columns; Error{output}.
    void end_row();

    /// Closes the file under its temporary name; publish() then shows it.
    void close() { m_file.close(); }
    void publish() { m_file.publish(); }

    [[nodiscard]] std::int64_t rows() const noexcept { return m_rows; }

private:
    void begin_cell();

    AtomicFile m_file;
    std::size_t m_column_count;
    std::string_view m_line_end;
    std::string m_row;
    std::size_t m_cells = 0;
    std::int64_t m_rows = 0;
};

/// Adds a number's shortest round-trip form to a text; `nan` for a missing one, and for an infinite one,
/// which no measure is.
void append_number(std::string& text, double value);

} // namespace facemirror
