// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/neutral.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

namespace facemirror {
namespace {

constexpr std::size_t max_kept = 512;

// Every member is a double, so a frame's measures are one row of numbers.
constexpr std::size_t value_count = sizeof(FrameMeasures) / sizeof(double);
using Row = std::array<double, value_count>;

double median(std::vector<double>& values) {
    if (values.empty()) {
        return missing;
    }
    std::ranges::sort(values);
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

} // namespace

void NeutralMedian::push(double time_s, FrameStatus status, const FrameMeasures& measures) {
    const bool is_inside = time_s >= m_span.start_s && time_s < m_span.end_s;
    if (!is_inside || status != FrameStatus::ok || std::isnan(measures.pose.yaw_deg)) {
        return;
    }
    if (m_seen++ % m_stride != 0) {
        return;
    }
    m_kept.push_back(measures);
    if (m_kept.size() == max_kept) { // keep every second one, so that memory does not grow
        for (std::size_t i = 0; 2 * i < m_kept.size(); ++i) {
            m_kept[i] = m_kept[2 * i];
        }
        m_kept.resize(max_kept / 2);
        m_stride *= 2;
    }
}

std::optional<Neutral> NeutralMedian::finish() const {
    if (m_kept.empty()) {
        return std::nullopt;
    }
    std::vector<Row> rows;
    rows.reserve(m_kept.size());
    for (const FrameMeasures& measures : m_kept) {
        rows.push_back(std::bit_cast<Row>(measures));
    }
    Row medians{};
    std::vector<double> values;
    for (std::size_t i = 0; i < value_count; ++i) {
        values.clear();
        for (const Row& row : rows) {
            if (!std::isnan(row[i])) {
                values.push_back(row[i]);
            }
        }
        medians[i] = median(values);
    }
    return Neutral{.span = m_span, .median = std::bit_cast<FrameMeasures>(medians), .frames = m_seen};
}

} // namespace facemirror
