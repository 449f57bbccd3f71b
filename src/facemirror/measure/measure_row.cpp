// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/measure/frame_measures.hpp>
#include <facemirror/measure/neutral.hpp>

#include <algorithm>
#include <cmath>

namespace facemirror {
namespace {

constexpr std::array sides{Side::patient_left, Side::patient_right};
constexpr double full_intensity = 5; // behaviour.md 15: a score of 1 is published as intensity 5
constexpr std::array gaze_names{"gaze_yaw_deg", "gaze_pitch_deg", "gaze_camera_yaw_deg",
                                "gaze_camera_pitch_deg"};

std::size_t index_of(Side side) noexcept {
    return static_cast<std::size_t>(side);
}

bool is_movement_trusted(const FrameMeasures& measures, const Neutral* neutral) noexcept {
    return neutral != nullptr &&
           std::abs(measures.pose.yaw_deg - neutral->median.pose.yaw_deg) <= pose_gate_deg;
}

// Rest from the frame, movement from the halves; the frame where that is not defined.
SideValues plain_side(const FrameMeasures& now, const Neutral* neutral, Side side) noexcept {
    const std::size_t s = index_of(side);
    SideValues plain = now.frame.side[s];
    if (!is_movement_trusted(now, neutral)) {
        return plain;
    }
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const double movement = now.halves.side[s][i] - neutral->median.halves.side[s][i];
        const double value = neutral->median.frame.side[s][i] + movement;
        plain[i] = std::isnan(value) ? plain[i] : value;
    }
    return plain;
}

struct UnitTriple {
    AuValues halves;
    AuValues frame;
    AuValues plain;
};

UnitTriple units_of(const FrameMeasures& now, const Neutral* neutral, Side side) noexcept {
    UnitTriple units;
    units.halves.fill(missing);
    units.frame.fill(missing);
    if (neutral != nullptr) {
        const std::size_t s = index_of(side);
        units.halves = action_units(now.halves.au[s], neutral->median.halves.au[s]);
        units.frame = action_units(now.frame.au[s], neutral->median.frame.au[s]);
    }
    const bool moves = is_movement_trusted(now, neutral);
    for (std::size_t i = 0; i < units.plain.size(); ++i) {
        units.plain[i] = moves && !std::isnan(units.halves[i]) ? units.halves[i] : units.frame[i];
    }
    const auto& scores = now.multitask[index_of(side)].au_score;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (!std::isnan(scores[i])) {
            const auto place = std::ranges::find(facs::geometric, facs::multitask[i]);
            units.plain[static_cast<std::size_t>(place - facs::geometric.begin())] =
                full_intensity * scores[i];
        }
    }
    return units;
}

double flag(double yaw_deg, double gate_deg) noexcept {
    return std::isnan(yaw_deg) ? missing : (std::abs(yaw_deg) <= gate_deg ? 1.0 : 0.0);
}

// Fills a row from the left.
class RowWriter {
public:
    explicit RowWriter(std::span<double> row) : m_row{row} {}

    void put(double value) { m_row[m_next++] = value; }
    template <class Values>
    void put(const Values& halves, const Values& frame, const Values& plain) {
        for (std::size_t i = 0; i < plain.size(); ++i) {
            put(halves[i]);
            put(frame[i]);
            put(plain[i]);
        }
    }
    void put(const Gaze& gaze) {
        put(gaze.yaw_deg);
        put(gaze.pitch_deg);
        put(gaze.camera_yaw_deg);
        put(gaze.camera_pitch_deg);
    }
    void put(const MultitaskValues& values) {
        std::ranges::for_each(values.au_score, [this](double value) { put(value); });
        std::ranges::for_each(values.emotion, [this](double value) { put(value); });
        put(values.gaze_yaw_deg);
        put(values.gaze_pitch_deg);
    }

private:
    std::span<double> m_row;
    std::size_t m_next = 0;
};

void add_triple(std::vector<std::string>& names, const std::string& name, const std::string& end) {
    for (const char* source : {"_halves", "_frame", ""}) {
        names.push_back(name);
        names.back().append(source).append(end);
    }
}

void add_multitask(std::vector<std::string>& names, const std::string& end) {
    for (const int number : facs::multitask) {
        names.push_back("au" + std::to_string(number) + "_score" + end);
    }
    for (const char* emotion : emotion_names) {
        names.push_back(std::string{"emotion_"} + emotion + end);
    }
    names.push_back("gaze_halves_yaw_deg" + end);
    names.push_back("gaze_halves_pitch_deg" + end);
}

std::vector<std::string> make_columns() {
    std::vector<std::string> names{"pose_ok", "summary_ok"};
    for (const Side side : sides) {
        const std::string end = std::string{"_"} + name_of(side);
        for (const std::string& name : side_value_names()) {
            add_triple(names, name, end);
        }
        for (const int number : facs::geometric) {
            add_triple(names, "au" + std::to_string(number), end);
        }
        for (const char* name : gaze_names) {
            names.push_back(name + end);
        }
    }
    for (const std::string& name : pair_value_names()) {
        add_triple(names, name, "");
    }
    names.insert(names.end(), middle_value_names().begin(), middle_value_names().end());
    for (const Side side : sides) {
        add_multitask(names, std::string{"_"} + name_of(side));
    }
    return names;
}

} // namespace

const std::vector<std::string>& measure_columns() {
    static const std::vector<std::string> columns = make_columns();
    return columns;
}

void write_row(const FrameMeasures& measures, const Neutral* neutral, std::span<double> row) {
    expects(row.size() == measure_columns().size(), "a row has one element per measure column");
    RowWriter writer{row};
    writer.put(flag(measures.pose.yaw_deg, pose_gate_deg));
    writer.put(flag(measures.pose.yaw_deg, summary_gate_deg));
    std::array<SideValues, 2> plain;
    for (const Side side : sides) {
        const std::size_t s = index_of(side);
        plain[s] = plain_side(measures, neutral, side);
        writer.put(measures.halves.side[s], measures.frame.side[s], plain[s]);
        const UnitTriple units = units_of(measures, neutral, side);
        writer.put(units.halves, units.frame, units.plain);
        writer.put(measures.gaze[s]);
    }
    const auto pair = [](const std::array<SideValues, 2>& values) {
        return measure_pair(values[0], values[1]);
    };
    writer.put(pair(measures.halves.side), pair(measures.frame.side), pair(plain));
    for (const double value : measures.middle) {
        writer.put(value);
    }
    for (const MultitaskValues& half : measures.multitask) {
        writer.put(half);
    }
}

AuValues chosen_action_units(const FrameMeasures& measures, const Neutral* neutral, Side side) {
    return units_of(measures, neutral, side).plain;
}

} // namespace facemirror
