// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/tables.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace facemirror {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int time_decimals = 6;     // design 7
constexpr int landmark_decimals = 4; // 1e-4 px: far below the networks' own noise (truth-study.md 3)

std::filesystem::path folder_of(const OutputFiles& files) {
    const std::filesystem::path folder = files.run_json.parent_path();
    return folder.empty() ? "." : folder;
}

// Action units in the order of the table; those that geometry does not deliver stay missing.
std::array<double, OpenFaceTable::units.size()> table_units(const AuValues& values) {
    std::array<double, OpenFaceTable::units.size()> all;
    all.fill(nan);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto place =
            std::find(OpenFaceTable::units.begin(), OpenFaceTable::units.end(), facs::geometric[i]);
        all[static_cast<std::size_t>(place - OpenFaceTable::units.begin())] = values[i];
    }
    return all;
}

// 1 or 0 by the multitask network's own threshold; geometry has none, so its units stay missing.
std::array<double, OpenFaceTable::units.size()> table_occurrences(const MultitaskValues& values) {
    std::array<double, OpenFaceTable::units.size()> all;
    all.fill(nan);
    for (std::size_t i = 0; i < values.au_score.size(); ++i) {
        const double score = values.au_score[i];
        const auto place =
            std::find(OpenFaceTable::units.begin(), OpenFaceTable::units.end(), facs::multitask[i]);
        all[static_cast<std::size_t>(place - OpenFaceTable::units.begin())] =
            std::isnan(score) ? nan : (score >= facs::occurrence_score ? 1 : 0);
    }
    return all;
}

void add_points(CsvWriter& csv, const Landmarks& points, bool present) {
    for (const Point p : points) {
        csv.fixed(present ? p.x : nan, landmark_decimals).fixed(present ? p.y : nan, landmark_decimals);
    }
}

} // namespace

std::vector<std::string> frames_columns() {
    std::vector<std::string> columns{
        "frame",   "pts_s",     "status",   "box_x1",  "box_y1",    "box_x2",    "box_y2",     "score",
        "yaw_deg", "pitch_deg", "roll_deg", "quality", "midline_x", "midline_y", "midline_dx", "midline_dy"};
    columns.insert(columns.end(), measure_columns().begin(), measure_columns().end());
    columns.emplace_back("landmark_confidence");
    columns.emplace_back("points_by_flow");
    columns.emplace_back("reason");
    return columns;
}

std::vector<std::string> landmarks_columns() {
    std::vector<std::string> columns{"frame"};
    for (const char* kind : {"", "s", "h"}) {
        for (std::size_t k = 0; k < wflw::size; ++k) {
            columns.push_back(fmt::format("x{}_{}", kind, k));
            columns.push_back(fmt::format("y{}_{}", kind, k));
        }
    }
    return columns;
}

RunTables::RunTables(const OutputFiles& files, const RunOptions& options)
    : m_files{files}, m_options{options}, m_spool{folder_of(files)},
      m_landmarks{files.landmarks_table, landmarks_columns()} {}

void RunTables::add(const MeasuredFrame& frame) {
    write_landmarks(frame);
    FrameRecord record = frame.record;
    if (m_options.selfie) {
        record.measures = swap_sides(record.measures);
    }
    m_spool.add(record);
    ++m_counts[static_cast<std::size_t>(record.status)];
}

void RunTables::write_landmarks(const MeasuredFrame& frame) {
    m_landmarks.integer(frame.record.index);
    add_points(m_landmarks, frame.points, frame.has_points);
    add_points(m_landmarks, frame.smoothed, frame.has_points);
    add_points(m_landmarks, frame.halves, frame.has_halves);
    m_landmarks.end_row();
}

void RunTables::finish() {
    m_landmarks.close();
    find_neutral();
    write_measures();
}

void RunTables::find_neutral() {
    std::optional<NeutralSpan> span;
    if (m_options.neutral) {
        span = NeutralSpan{m_options.neutral->start_s, m_options.neutral->end_s, NeutralSource::given};
        m_why_no_neutral = "the given span holds no frame that could be measured";
    } else {
        NeutralFinder finder;
        m_spool.for_each(
            [&finder](const FrameRecord& r) { finder.push(r.time_s, r.duration_s, r.status, r.measures); });
        span = finder.find();
        m_why_no_neutral = finder.why_not();
    }
    if (span) {
        NeutralMedian median{*span};
        m_spool.for_each([&median](const FrameRecord& r) { median.push(r.time_s, r.status, r.measures); });
        m_neutral = median.finish();
    }
    if (m_neutral) {
        m_why_no_neutral.clear();
    }
}

void RunTables::write_measures() {
    m_frames.emplace(m_files.frames_table, frames_columns());
    m_openface[static_cast<std::size_t>(Side::patient_left)].emplace(m_files.left_table);
    m_openface[static_cast<std::size_t>(Side::patient_right)].emplace(m_files.right_table);
    const Neutral* neutral = m_neutral ? &*m_neutral : nullptr;
    std::vector<double> row(measure_columns().size());
    m_spool.for_each([&](const FrameRecord& r) {
        m_frames->integer(r.index).fixed(r.time_s, time_decimals).text(name_of(r.status));
        m_frames->numbers(std::array{r.box.x1, r.box.y1, r.box.x2, r.box.y2, r.score, r.pose.yaw_deg,
                                     r.pose.pitch_deg, r.pose.roll_deg, r.quality, r.midline.origin.x,
                                     r.midline.origin.y, r.midline.direction.x, r.midline.direction.y});
        write_row(r.measures, neutral, row);
        m_frames->numbers(row).numbers(std::array{r.landmark_confidence});
        m_frames->integer(r.is_by_flow ? 1 : 0).text(r.reason.data());
        m_frames->end_row();
        const bool success = r.status == FrameStatus::ok;
        for (const Side side : {Side::patient_left, Side::patient_right}) {
            m_openface[static_cast<std::size_t>(side)]->add(
                r.index, r.time_s, success ? r.score : 0, success,
                table_units(chosen_action_units(r.measures, neutral, side)),
                table_occurrences(r.measures.multitask[static_cast<std::size_t>(side)]));
        }
    });
    m_frames->close();
    for (auto& table : m_openface) {
        table->close();
    }
}

void RunTables::publish() {
    m_landmarks.publish();
    m_frames->publish();
    for (auto& table : m_openface) {
        table->publish();
    }
}

} // namespace facemirror
