// SPDX-License-Identifier: Apache-2.0
#include <facemirror/detect/detail/retinaface.hpp>

#include <algorithm>
#include <cmath>

namespace facemirror::retinaface {

namespace {

// Source: behaviour.md 5.2 and 5.3.
constexpr std::array steps_px{8, 16, 32};
constexpr std::array<std::array<double, 2>, 3> sides_px{{{16, 32}, {64, 128}, {256, 512}}};
constexpr double center_variance = 0.1;
constexpr double size_variance = 0.2;

std::size_t cells(int size_px, int step_px) {
    return static_cast<std::size_t>((size_px + step_px - 1) / step_px);
}

Box box_at(std::span<const float> values, const Prior& prior) {
    const auto value = [&](std::size_t i) { return static_cast<double>(values[i]); };
    const Point center = prior.center + center_variance * prior.side * Point{value(0), value(1)};
    const double half_width = prior.side * std::exp(size_variance * value(2)) / 2;
    const double half_height = prior.side * std::exp(size_variance * value(3)) / 2;
    return {center.x - half_width, center.y - half_height, center.x + half_width, center.y + half_height};
}

bool is_finite(const Box& box) {
    return std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2);
}

double area_of(const Box& box) {
    return (box.width() + 1) * (box.height() + 1);
}

/// The boxes that stay, each number in a row of its own, so that one box is held against many at once.
class Kept {
public:
    void add(const Box& box) {
        m_x1.push_back(box.x1);
        m_y1.push_back(box.y1);
        m_x2.push_back(box.x2);
        m_y2.push_back(box.y2);
        m_area.push_back(area_of(box));
    }

    [[nodiscard]] bool overlaps(const Box& box, double max_overlap) const {
        constexpr std::size_t block = 16; // enough for the compiler to use vectors, few for an early end
        const double area = area_of(box);
        for (std::size_t begin = 0; begin < m_x1.size(); begin += block) {
            const std::size_t end = std::min(begin + block, m_x1.size());
            int overlapping = 0;
            for (std::size_t i = begin; i < end; ++i) {
                const double width = std::max(0.0, std::min(m_x2[i], box.x2) - std::max(m_x1[i], box.x1) + 1);
                const double height =
                    std::max(0.0, std::min(m_y2[i], box.y2) - std::max(m_y1[i], box.y1) + 1);
                const double common = width * height;
                overlapping += common / (m_area[i] + area - common) > max_overlap ? 1 : 0;
            }
            if (overlapping > 0) {
                return true;
            }
        }
        return false;
    }

private:
    std::vector<double> m_x1;
    std::vector<double> m_y1;
    std::vector<double> m_x2;
    std::vector<double> m_y2;
    std::vector<double> m_area;
};

} // namespace

PriorGrid::PriorGrid(int width, int height) {
    for (std::size_t k = 0; k < m_levels.size(); ++k) {
        const std::size_t columns = cells(width, steps_px[k]);
        m_size += columns * cells(height, steps_px[k]) * sides_px[k].size();
        m_levels[k] = {m_size, columns, static_cast<double>(steps_px[k]), sides_px[k]};
    }
}

Prior PriorGrid::operator[](std::size_t index) const noexcept {
    std::size_t k = 0;
    std::size_t begin = 0;
    while (k + 1 < m_levels.size() && index >= m_levels[k].end) {
        begin = m_levels[k++].end;
    }
    const Level& level = m_levels[k];
    const std::size_t cell = (index - begin) / level.sides_px.size();
    const auto column = static_cast<double>(cell % level.columns);
    const auto row = static_cast<double>(cell / level.columns);
    return {{(column + 0.5) * level.step_px, (row + 0.5) * level.step_px},
            level.sides_px[(index - begin) % level.sides_px.size()]};
}

std::vector<Candidate> find_candidates(const Answers& answers, const PriorGrid& priors, double min_score) {
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < priors.size(); ++i) {
        const auto score = static_cast<double>(answers.scores[i * score_values + 1]);
        if (!(score > min_score)) {
            continue;
        }
        const Box box = box_at(answers.boxes.subspan(i * box_values, box_values), priors[i]);
        if (is_finite(box)) {
            candidates.push_back({box, score, i});
        }
    }
    return candidates;
}

std::vector<Candidate> drop_overlapping(std::vector<Candidate> candidates, double max_overlap) {
    std::ranges::stable_sort(candidates,
                             [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
    Kept kept;
    std::erase_if(candidates, [&](const Candidate& candidate) {
        if (kept.overlaps(candidate.box, max_overlap)) {
            return true;
        }
        kept.add(candidate.box);
        return false;
    });
    return candidates;
}

std::vector<Point> points_of(const Answers& answers, const Prior& prior, std::size_t index) {
    const auto values = answers.points.subspan(index * point_values, point_values);
    std::vector<Point> points;
    points.reserve(point_values / 2);
    for (std::size_t i = 0; i < point_values; i += 2) {
        const Point shift{static_cast<double>(values[i]), static_cast<double>(values[i + 1])};
        points.push_back(prior.center + center_variance * prior.side * shift);
    }
    return points;
}

} // namespace facemirror::retinaface
