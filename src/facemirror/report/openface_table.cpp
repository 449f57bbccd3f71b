// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/report/openface_table.hpp>

#include <fmt/format.h>

namespace facemirror {

namespace {

std::vector<std::string> openface_columns() {
    std::vector<std::string> columns{"frame", "face_id", "timestamp", "confidence", "success"};
    for (const char suffix : {'r', 'c'}) {
        for (const int unit : OpenFaceTable::units) {
            columns.push_back(fmt::format("AU{:02}_{}", unit, suffix));
        }
    }
    return columns;
}

} // namespace

OpenFaceTable::OpenFaceTable(const std::filesystem::path& file)
    : m_csv{file, openface_columns(), LineEnd::crlf} {}

void OpenFaceTable::add(std::int64_t frame, double pts_s, double confidence, bool success,
                        std::span<const double> intensities, std::span<const double> occurrences) {
    expects(intensities.size() == units.size() && occurrences.size() == units.size(),
            "18 values of each kind");
    m_csv.integer(frame).integer(0).number(pts_s).number(confidence).integer(success ? 1 : 0);
    m_csv.numbers(intensities).numbers(occurrences);
    m_csv.end_row();
}

} // namespace facemirror
