// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/fidelity.hpp>

#include <facemirror/core/geometry.hpp>
#include <facemirror/measure/multitask.hpp>
#include <facemirror/pipeline/detail/number_table.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <regex>
#include <utility>

namespace facemirror {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double pupil_distance_mm = 63; // measures.md 5.3
constexpr double time_tolerance_s = 1e-6;
constexpr int most_peak_frames = 3;

/// One column in two runs.
struct Pair {
    const std::vector<double>* baseline = nullptr;
    const std::vector<double>* candidate = nullptr; ///< Null where the candidate has no such column.

    [[nodiscard]] double before(std::size_t row) const { return (*baseline)[row]; }
    [[nodiscard]] double now(std::size_t row) const { return candidate ? (*candidate)[row] : nan; }
};

struct Tables {
    NumberTable baseline;
    NumberTable candidate;
    std::size_t rows = 0; ///< Of the shorter one.

    Tables(const std::filesystem::path& first, const std::filesystem::path& second)
        : baseline{read_numbers(first)}, candidate{read_numbers(second)},
          rows{std::min(baseline.rows, candidate.rows)} {}

    [[nodiscard]] std::optional<Pair> find(const std::string& name) const {
        const auto* column = baseline.find(name);
        return column ? std::optional{Pair{column, candidate.find(name)}} : std::nullopt;
    }
    /// Names that match, in the order of the table.
    [[nodiscard]] std::vector<std::string> names(const char* pattern) const {
        std::vector<std::string> found;
        const std::regex wanted{pattern};
        std::ranges::copy_if(baseline.names, std::back_inserter(found),
                             [&](const std::string& name) { return std::regex_match(name, wanted); });
        return found;
    }
};

/// The landmarks of two runs.
class LandmarkTables {
public:
    explicit LandmarkTables(const Tables& tables) {
        for (std::size_t k = 0; k < wflw::size; ++k) {
            m_x[k] = tables.find("x_" + std::to_string(k));
            m_y[k] = tables.find("y_" + std::to_string(k));
        }
    }

    [[nodiscard]] Point before(std::size_t k, std::size_t row) const {
        return {m_x[k] ? m_x[k]->before(row) : nan, m_y[k] ? m_y[k]->before(row) : nan};
    }
    [[nodiscard]] Point now(std::size_t k, std::size_t row) const {
        return {m_x[k] ? m_x[k]->now(row) : nan, m_y[k] ? m_y[k]->now(row) : nan};
    }
    [[nodiscard]] bool has_face_before(std::size_t row) const {
        for (std::size_t k = 0; k < wflw::size; ++k) {
            if (!std::isfinite(before(k, row).x) || !std::isfinite(before(k, row).y)) {
                return false;
            }
        }
        return true;
    }

    /// Mean distance over the points, in outer-eye distances.
    [[nodiscard]] double drift_oed(std::size_t row) const {
        double sum = 0;
        for (std::size_t k = 0; k < wflw::size; ++k) {
            sum += distance(before(k, row), now(k, row));
        }
        return sum / static_cast<double>(wflw::size) / outer_eye_px(row);
    }
    /// How long the outer-eye distance is if the pupils are 63 mm apart.
    [[nodiscard]] double outer_eye_mm(std::size_t row) const {
        return pupil_distance_mm * outer_eye_px(row) / distance(before(96, row), before(97, row));
    }

private:
    [[nodiscard]] double outer_eye_px(std::size_t row) const {
        return distance(before(60, row), before(72, row));
    }

    std::array<std::optional<Pair>, wflw::size> m_x;
    std::array<std::optional<Pair>, wflw::size> m_y;
};

std::size_t peak_of(const std::vector<double>& curve, std::size_t rows) {
    std::size_t peak = rows;
    for (std::size_t row = 0; row < rows; ++row) {
        if (std::isfinite(curve[row]) && (peak == rows || curve[row] > curve[peak])) {
            peak = row;
        }
    }
    return peak;
}

std::size_t largest(const std::vector<Pair>& pairs, std::size_t row,
                    double (Pair::*value)(std::size_t) const) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < pairs.size(); ++i) {
        if ((pairs[i].*value)(row) > (pairs[best].*value)(row)) {
            best = i;
        }
    }
    return best;
}

double percentile_95(std::vector<double> values) {
    if (values.empty()) {
        return nan;
    }
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(values.size()))) - 1];
}

} // namespace

struct FidelityMeter::Clip {
    Clip(const OutputFiles& baseline, const OutputFiles& candidate)
        : points{baseline.landmarks_table, candidate.landmarks_table},
          values{baseline.frames_table, candidate.frames_table}, landmarks{points},
          rows{std::min(points.rows, values.rows)}, by_flow{values.find("points_by_flow")} {}

    /// Calls `use(row, before, now)` where both runs have the column's value.
    /// Returns  how many of the baseline's values the candidate lacks in frames that its networks looked at.
    template <class Use>
    std::int64_t compare(const Pair& pair, const Use& use) const {
        std::int64_t lost = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            if (std::isfinite(pair.before(row)) && std::isfinite(pair.now(row))) {
                use(row, pair.before(row), pair.now(row));
            } else if (std::isfinite(pair.before(row)) && !(by_flow && by_flow->now(row) == 1)) {
                ++lost;
            }
        }
        return lost;
    }

    Tables points;
    Tables values;
    LandmarkTables landmarks;
    std::size_t rows;
    std::optional<Pair> by_flow; ///< 1 where no network looked.
};

void FidelityMeter::Mean::add(double value) {
    sum += std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
    ++count;
}

double FidelityMeter::Mean::value() const {
    return count > 0 ? sum / static_cast<double>(count) : nan;
}

bool Fidelity::passes() const {
    return frames > 0 && std::ranges::all_of(gates, &GateResult::holds);
}

void FidelityMeter::add(const OutputFiles& baseline, const OutputFiles& candidate) {
    const Clip clip{baseline, candidate};
    add_faces(clip);
    add_symmetry(clip);
    add_units(clip);
    add_gaze_and_emotion(clip);
}

void FidelityMeter::add_faces(const Clip& clip) {
    const auto before = static_cast<std::int64_t>(clip.values.baseline.rows);
    m_rows += before;
    m_row_differences += std::abs(before - static_cast<std::int64_t>(clip.values.candidate.rows));
    if (const auto times = clip.values.find("pts_s")) {
        m_row_differences += clip.compare(*times, [&](std::size_t, double first, double second) {
            m_row_differences += std::abs(first - second) > time_tolerance_s ? 1 : 0;
        });
    }
    for (std::size_t row = 0; row < clip.rows; ++row) {
        if (!clip.landmarks.has_face_before(row)) {
            continue;
        }
        const double drift = clip.landmarks.drift_oed(row);
        if (std::isfinite(drift)) {
            m_drift_oed.push_back(drift);
        } else {
            ++m_lost_faces; // one point that is missing is enough
        }
    }
}

/// Left minus right of each measure of a side, and the measures that are deviations by themselves.
void FidelityMeter::add_symmetry(const Clip& clip) {
    const auto is_of_one_source = [](const std::string& name) {
        return name.find("_halves") != std::string::npos || name.find("_frame") != std::string::npos;
    };
    for (const std::string& left : clip.values.names(".*_oed_left")) {
        const std::string metric = left.substr(0, left.size() - std::string{"_left"}.size());
        const auto pair_left = clip.values.find(left);
        const auto pair_right = clip.values.find(metric + "_right");
        if (is_of_one_source(left) || !pair_right) {
            continue;
        }
        m_lost_values += clip.compare(*pair_left, [&](std::size_t row, double before, double now) {
            const double change = (now - pair_right->now(row)) - (before - pair_right->before(row));
            if (std::isfinite(change)) {
                m_symmetry[metric].add(std::abs(change) * clip.landmarks.outer_eye_mm(row));
            }
        });
        m_lost_values += clip.compare(*pair_right, [](std::size_t, double, double) {});
    }
    for (const std::string& name : clip.values.names(".*_oed")) {
        if (!is_of_one_source(name)) {
            const auto add = [&](std::size_t row, double before, double now) {
                m_symmetry[name].add(std::abs(now - before) * clip.landmarks.outer_eye_mm(row));
            };
            m_lost_values += clip.compare(*clip.values.find(name), add);
        }
    }
}

void FidelityMeter::add_units(const Clip& clip) {
    for (const std::string& name : clip.values.names("au[0-9]+(_score)?_(left|right)")) {
        const bool is_score = name.find("_score") != std::string::npos;
        const double full = is_score ? 1 : 5; // units by geometry reach from 0 to 5
        const Pair pair = *clip.values.find(name);
        m_lost_values += clip.compare(pair, [&](std::size_t, double before, double now) {
            m_unit_difference.add(std::abs(now - before) / full);
            if (is_score) {
                const bool was = before >= facs::occurrence_score;
                m_flipped_decisions.add(was != (now >= facs::occurrence_score) ? 1 : 0);
            }
        });
        const std::size_t peak = peak_of(*pair.baseline, clip.rows);
        if (peak < clip.rows && pair.candidate != nullptr) {
            const std::size_t found = peak_of(*pair.candidate, clip.rows);
            const auto apart = static_cast<std::int64_t>(found) - static_cast<std::int64_t>(peak);
            m_same_peak.add(found < clip.rows && std::abs(apart) <= most_peak_frames ? 1 : 0);
        }
    }
}

void FidelityMeter::add_gaze_and_emotion(const Clip& clip) {
    for (const std::string& yaw : clip.values.names("gaze(_halves)?_yaw_deg_(left|right)")) {
        std::string pitch = yaw;
        pitch.replace(pitch.find("yaw"), 3, "pitch");
        const auto pitches = clip.values.find(pitch);
        m_lost_values +=
            clip.compare(*clip.values.find(yaw), [&](std::size_t row, double before, double now) {
                const double change = pitches ? pitches->now(row) - pitches->before(row) : 0;
                m_gaze_deg.add(std::hypot(now - before, change));
            });
    }
    for (const char* side : {"left", "right"}) {
        std::vector<Pair> shares;
        for (const char* emotion : emotion_names) {
            if (const auto pair = clip.values.find(std::string{"emotion_"} + emotion + "_" + side)) {
                shares.push_back(*pair);
            }
        }
        if (!shares.empty()) {
            m_lost_values += clip.compare(shares.front(), [&](std::size_t row, double, double) {
                const bool is_same = largest(shares, row, &Pair::before) == largest(shares, row, &Pair::now);
                m_same_emotion.add(is_same ? 1 : 0);
            });
        }
    }
}

Fidelity FidelityMeter::result() const {
    Fidelity result;
    result.frames = m_rows;
    const auto gate = [&result](const char* measure, double found, double limit, bool is_least = false) {
        const bool holds = std::isnan(found) || (is_least ? found >= limit : found <= limit);
        result.measures[measure] = found;
        result.gates.push_back({measure, found, limit, is_least, holds});
    };
    Mean drift;
    for (const double value : m_drift_oed) {
        drift.add(value);
    }
    double symmetry_mm = nan;
    for (const auto& [metric, mean] : m_symmetry) {
        result.measures["symmetry_mm_" + metric] = mean.value();
        symmetry_mm = std::fmax(symmetry_mm, mean.value());
    }
    gate("rows_or_times_that_differ", static_cast<double>(m_row_differences), 0);
    gate("faces_compared", static_cast<double>(m_drift_oed.size()), 1, true);
    gate("faces_lost", static_cast<double>(m_lost_faces), 0);
    gate("values_lost", static_cast<double>(m_lost_values), 0);
    gate("landmark_drift_mean_oed", drift.value(), 0.005);
    gate("landmark_drift_p95_oed", percentile_95(m_drift_oed), 0.01);
    gate("symmetry_worst_mm", symmetry_mm, 0.3);
    gate("unit_difference_mean", m_unit_difference.value(), 0.01);
    gate("unit_decisions_flipped", m_flipped_decisions.value(), 0.01);
    gate("unit_peaks_within_3_frames", m_same_peak.value(), 0.8, true);
    gate("gaze_difference_deg", m_gaze_deg.value(), 0.5);
    gate("same_top_emotion", m_same_emotion.value(), 0.99, true);
    return result;
}

namespace {

/// Why `auto` passes a precision over; empty if it can be taken.
std::string objection_to(Precision precision, const PackDescription& pack, const std::string& engine,
                         bool has_bf16) {
    const auto runs_bf16 = [precision](const auto& entry) {
        const auto variant = entry.second.variants.find(name_of(precision));
        return precision == Precision::bf16 ||
               (variant != entry.second.variants.end() && variant->second.rest == Precision::bf16);
    };
    const auto found = std::ranges::find(pack.fidelity, precision, &PackedFidelity::precision);
    if (found == pack.fidelity.end()) {
        return "not compared with f32";
    }
    if (found->sha256 != networks_sha256(pack, precision) ||
        found->baseline_sha256 != networks_sha256(pack, found->baseline)) {
        return "compared with f32 in other networks than the pack's";
    }
    if (found->engine != engine) {
        return "compared with f32 by " + found->engine;
    }
    if (std::ranges::count(found->passed, "drift") == 0) {
        return "missed the gates of drift";
    }
    return !has_bf16 && std::ranges::any_of(pack.networks, runs_bf16) ? "this processor has no bf16" : "";
}

} // namespace

PrecisionChoice fastest_faithful(const PackDescription& pack, const std::string& engine, bool has_bf16) {
    std::string passed_over;
    for (const Precision precision : {Precision::int8, Precision::bf16}) {
        const std::string objection = objection_to(precision, pack, engine, has_bf16);
        if (objection.empty()) {
            return {precision, passed_over + name_of(precision) + ": passed the gates of drift against f32"};
        }
        passed_over += name_of(precision) + (": " + objection + "; ");
    }
    return {Precision::f32, passed_over + "f32: what others are held to"};
}

} // namespace facemirror
