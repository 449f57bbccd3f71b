// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/report/csv.hpp>

#include <array>
#include <span>

namespace facemirror {

/// One of the two tables that existing scripts read: 41 columns, CRLF line ends.
/// Source   behaviour.md 15; docs/formats.md says where it differs from OpenFace 2.
class OpenFaceTable {
public:
    /// The action units of the table by their FACS number, in column order.
    static constexpr std::array<int, 18> units{1,  2,  4,  5,  6,  7,  9,  10, 12,
                                               14, 15, 16, 17, 20, 23, 25, 26, 45};

    /// Throws   Error{output}.
    explicit OpenFaceTable(const std::filesystem::path& file);

    /// One frame.
    /// Shapes   `intensities` and `occurrences` are in the order of `units`; 0..5 and 0 or 1; NaN where
    /// missing.
    void add(std::int64_t frame, double pts_s, double confidence, bool success,
             std::span<const double> intensities, std::span<const double> occurrences);

    void close() { m_csv.close(); }
    void publish() { m_csv.publish(); }
    [[nodiscard]] std::int64_t rows() const noexcept { return m_csv.rows(); }

private:
    CsvWriter m_csv;
};

} // namespace facemirror
