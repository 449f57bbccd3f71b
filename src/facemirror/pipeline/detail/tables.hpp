// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/measure/neutral.hpp>
#include <facemirror/pipeline/detail/analysis.hpp>
#include <facemirror/pipeline/detail/spool.hpp>
#include <facemirror/pipeline/outputs.hpp>
#include <facemirror/pipeline/run_options.hpp>
#include <facemirror/pipeline/run_video.hpp>
#include <facemirror/report/csv.hpp>
#include <facemirror/report/openface_table.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace facemirror {

/// Writes the tables of one video. What needs no knowledge of the whole curve is written at once; the rest
/// waits in a temporary file until finish(). Threads  One at a time, frames in order.
class RunTables {
public:
    /// Throws   Error{output} if a file cannot be made.
    RunTables(const OutputFiles& files, const RunOptions& options);

    /// Throws   Error{output}.
    void add(const MeasuredFrame& frame);

    /// Finds the person's neutral and writes all rows that are measured against it.
    /// Throws   Error{output}.
    void finish();

    /// Gives all tables their names.
    /// Throws   Error{output}.
    void publish();

    [[nodiscard]] const StatusCounts& counts() const noexcept { return m_counts; }
    [[nodiscard]] std::int64_t rows() const noexcept { return m_spool.size(); }
    /// The neutral that finish() used; empty when there is none, and why_no_neutral() says why.
    [[nodiscard]] const std::optional<Neutral>& neutral() const noexcept { return m_neutral; }
    [[nodiscard]] const std::string& why_no_neutral() const noexcept { return m_why_no_neutral; }

private:
    void write_landmarks(const MeasuredFrame& frame);
    void find_neutral();
    void write_measures();

    OutputFiles m_files;
    RunOptions m_options;
    Spool<FrameRecord> m_spool;
    CsvWriter m_landmarks;
    std::optional<CsvWriter> m_frames;
    std::array<std::optional<OpenFaceTable>, 2> m_openface; // by Side
    StatusCounts m_counts{};
    std::optional<Neutral> m_neutral;
    std::string m_why_no_neutral;
};

/// The columns of clip_frames.csv and clip_landmarks.csv. Source: design 7; docs/formats.md.
[[nodiscard]] std::vector<std::string> frames_columns();
[[nodiscard]] std::vector<std::string> landmarks_columns();

} // namespace facemirror
