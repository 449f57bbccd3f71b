// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/symmetry.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace facemirror {
namespace {

std::vector<std::string> in_both_scales(std::initializer_list<const char*> names) {
    std::vector<std::string> result;
    for (const std::string name : names) {
        result.push_back(name + "_canonical_cm");
        result.push_back(name + "_oed");
    }
    return result;
}

// Root mean square over the mirror pairs of how far one point lies from the other's mirror image.
double mirror_residual_px(const Landmarks& points, const FaceFrame& frame) noexcept {
    double sum = 0;
    std::size_t pairs = 0;
    for (std::size_t i = 0; i < wflw::size; ++i) {
        if (wflw::partner[i] <= i) {
            continue;
        }
        const Point a = frame.from_picture(points[i]);
        const Point b = frame.from_picture(points[wflw::partner[i]]);
        const Point rest = a - Point{-b.x, b.y};
        sum += dot(rest, rest);
        ++pairs;
    }
    return std::sqrt(sum / static_cast<double>(pairs));
}

} // namespace

const std::vector<std::string>& pair_value_names() {
    static const std::vector<std::string> names = [] {
        auto result = in_both_scales({"fai", "commissure_height_deviation", "mouth_shift"});
        result.emplace_back("oral_tilt_deg");
        return result;
    }();
    return names;
}

PairValues measure_pair(const SideValues& left, const SideValues& right) noexcept {
    PairValues values{};
    for (const Scale scale : {Scale::canonical_cm, Scale::oed}) {
        const auto s = static_cast<std::size_t>(scale);
        const std::size_t canthus = index_of(Quantity::canthus_commissure, scale);
        const std::size_t up = index_of(Quantity::commissure_up, scale);
        const std::size_t out = index_of(Quantity::commissure_out, scale);
        values[s] = std::abs(left[canthus] - right[canthus]);
        values[2 + s] = std::abs(left[up] - right[up]);
        values[4 + s] = (left[out] - right[out]) / 2;
    }
    const std::size_t up = index_of(Quantity::commissure_up);
    const std::size_t out = index_of(Quantity::commissure_out);
    values[6] = 180 / std::numbers::pi * std::atan2(right[up] - left[up], left[out] + right[out]);
    return values;
}

const std::vector<std::string>& middle_value_names() {
    static const std::vector<std::string> names = [] {
        auto result = in_both_scales({"nose_tip_deviation", "philtrum_deviation", "upper_lip_deviation",
                                      "inner_lip_deviation", "chin_deviation"});
        result.emplace_back("symmetry_residual_oed");
        result.emplace_back("half_width_ratio");
        return result;
    }();
    return names;
}

MiddleValues measure_middle(const Landmarks& points, const Midline& midline,
                            const FaceFrame& frame) noexcept {
    constexpr std::array<std::size_t, middle_deviation_count> middle_points{54, 57, 79, 90, 16};
    MiddleValues values{};
    for (std::size_t i = 0; i < middle_points.size(); ++i) {
        const double px = frame.from_picture(points[middle_points[i]]).x;
        values[2 * i] = px * frame.cm_per_px;
        values[2 * i + 1] = px / frame.oed_px;
    }
    values[2 * middle_deviation_count] = mirror_residual_px(points, frame) / frame.oed_px;
    const double right = std::abs(midline.signed_distance(points[60]));
    const double left = std::abs(midline.signed_distance(points[72]));
    values[2 * middle_deviation_count + 1] = std::min(left, right) / std::max(left, right);
    return values;
}

} // namespace facemirror
