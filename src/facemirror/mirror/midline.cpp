// SPDX-License-Identifier: Apache-2.0
#include <facemirror/mirror/midline.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace facemirror {

namespace {

constexpr double min_length_px = 1;

// Weight of a pair's middle, or of a point that is its own partner; docs/decisions/0041-midline.md.
constexpr double weight_of(std::size_t point) {
    struct Group {
        std::size_t first;
        std::size_t last;
        double weight;
    };
    constexpr std::array groups{
        Group{0, 16, 0.5},  // jaw, down to the chin
        Group{33, 41, 0.1}, // brow
        Group{51, 54, 2.0}, // bridge of the nose
        Group{55, 57, 1.0}, // base of the nose
        Group{60, 60, 4.0}, // outer canthi
        Group{61, 63, 0.5}, // upper lids
        Group{64, 64, 4.0}, // inner canthi
        Group{65, 67, 0.5}, // lower lids
        Group{76, 79, 0.1}, // outer lip; 82..86 are partners
        Group{85, 87, 0.1}, //
        Group{88, 90, 0.1}, // inner lip
        Group{94, 95, 0.1}, //
    };
    for (const Group& group : groups) {
        if (point >= group.first && point <= group.last) {
            return group.weight;
        }
    }
    return 0; // partners of the above, and the pupils, which follow the gaze
}

struct Middle {
    Point at;
    double weight = 0;
};

std::vector<Middle> middles_of(const Landmarks& points) {
    std::vector<Middle> middles;
    for (std::size_t k = 0; k < points.size(); ++k) {
        if (const double weight = weight_of(k); weight > 0) {
            middles.push_back({middle(points[k], points[wflw::partner[k]]), weight});
        }
    }
    return middles;
}

// The line of least weighted squared distance; nullopt if no direction is better than another.
std::optional<Midline> least_squares(const std::vector<Middle>& middles, const std::vector<double>& weights) {
    double sum = 0;
    Point center;
    for (std::size_t k = 0; k < middles.size(); ++k) {
        sum += weights[k];
        center = center + weights[k] * middles[k].at;
    }
    center = (1 / sum) * center;
    double xx = 0;
    double xy = 0;
    double yy = 0;
    for (std::size_t k = 0; k < middles.size(); ++k) {
        const Point d = middles[k].at - center;
        xx += weights[k] * d.x * d.x;
        xy += weights[k] * d.x * d.y;
        yy += weights[k] * d.y * d.y;
    }
    const double anisotropy = std::hypot(xx - yy, 2 * xy) / sum; // px^2
    if (anisotropy < min_length_px * min_length_px) {
        return std::nullopt;
    }
    const double angle = 0.5 * std::atan2(2 * xy, xx - yy); // of the longer axis
    return Midline{center, {std::cos(angle), std::sin(angle)}};
}

// Minimises the weighted sum of distances (not of their squares: one pulled pair must not turn the line) by
// reweighted least squares.
std::optional<Midline> fit_robust(const std::vector<Middle>& middles, double scale_px) {
    constexpr int rounds = 30;
    const double soft_px = 1e-3 * scale_px; // below this a distance counts by its square
    std::vector<double> weights;
    weights.reserve(middles.size());
    for (const Middle& m : middles) {
        weights.push_back(m.weight);
    }
    auto line = least_squares(middles, weights);
    for (int round = 0; round < rounds && line; ++round) {
        for (std::size_t k = 0; k < middles.size(); ++k) {
            const double d = std::abs(line->signed_distance(middles[k].at));
            weights[k] = middles[k].weight * soft_px / std::max(d, soft_px);
        }
        line = least_squares(middles, weights);
    }
    return line;
}

bool all_finite(const Landmarks& points) {
    return std::ranges::all_of(points, [](Point p) { return std::isfinite(p.x) && std::isfinite(p.y); });
}

} // namespace

const char* name_of(MidlineRule rule) noexcept {
    return rule == MidlineRule::brow_chin ? "brow-chin" : "robust";
}

std::optional<MidlineRule> midline_rule(std::string_view name) noexcept {
    for (const MidlineRule rule : {MidlineRule::brow_chin, MidlineRule::robust}) {
        if (name == name_of(rule)) {
            return rule;
        }
    }
    return std::nullopt;
}

std::optional<Midline> fit_midline(const Landmarks& points, MidlineRule rule) {
    if (!all_finite(points)) {
        return std::nullopt;
    }
    const Point brows = middle(points[38], points[50]);
    const Point down = points[16] - brows;
    const double face_px = length(down);
    if (!(face_px >= min_length_px)) {
        return std::nullopt;
    }
    if (rule == MidlineRule::brow_chin) {
        return Midline{brows, (1 / face_px) * down};
    }
    auto line = fit_robust(middles_of(points), face_px);
    if (!line) {
        return std::nullopt;
    }
    if (dot(line->direction, down) < 0) {
        line->direction = -1 * line->direction;
    }
    line->origin = line->origin + dot(brows - line->origin, line->direction) * line->direction;
    return line;
}

} // namespace facemirror
