// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/side_measures.hpp>

#include <facemirror/measure/detail/polyline.hpp>
#include <facemirror/measure/detail/side_points.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace facemirror {
namespace {

using detail::SidePoints;

constexpr std::array quantity_names{
    "brow_height",
    "brow_peak_height",
    "brow_position",
    "palpebral_fissure",
    "mrd1",
    "mrd2",
    "upper_lid_position",
    "lower_lid_position",
    "commissure_excursion",
    "commissure_out",
    "commissure_up",
    "canthus_commissure",
    "lip_gap",
    "dental_show",
    "upper_lip_height",
    "lower_lip_height",
    "lower_lip_position",
    "nostril_out",
    "nostril_up",
    "eye_area",
    "dental_area",
    "eye_aspect_ratio",
    "smile_angle_deg",
};
static_assert(quantity_names.size() == side_value_count - scaled_count);

// One side's points in the head's coordinates, and where its values go.
class SideRuler {
public:
    SideRuler(const Landmarks& points, const Midline& midline, const FaceFrame& frame, Side side)
        : m_points{points}, m_midline{midline}, m_frame{frame}, m_side{side},
          m_index{detail::side_points(side)} {
        m_values.fill(missing);
    }

    SideValues measure() {
        measure_brow();
        measure_eye();
        measure_excursion();
        measure_lips();
        measure_teeth();
        measure_nostril();
        return m_values;
    }

private:
    [[nodiscard]] Point at(std::size_t index) const { return m_frame.from_picture(m_points[index]); }
    [[nodiscard]] double outwards(Point p) const { return m_side == Side::patient_left ? p.x : -p.x; }

    template <std::size_t N>
    [[nodiscard]] std::array<Point, N> line(const std::array<std::size_t, N>& indices) const {
        std::array<Point, N> points;
        std::ranges::transform(indices, points.begin(), [this](std::size_t i) { return at(i); });
        return points;
    }

    // Corners as (distance from the midline, height): lips are read off at shares of the mouth's half width.
    template <std::size_t N>
    [[nodiscard]] std::array<Point, N> profile(const std::array<std::size_t, N>& indices) const {
        std::array<Point, N> points;
        std::ranges::transform(indices, points.begin(), [this](std::size_t i) {
            return Point{m_midline.signed_distance(m_points[i]), at(i).y};
        });
        return points;
    }

    template <std::size_t N>
    [[nodiscard]] double mean_height(const std::array<std::size_t, N>& indices) const {
        double sum = 0;
        for (const std::size_t i : indices) {
            sum += at(i).y;
        }
        return sum / static_cast<double>(N);
    }

    void put_length(Quantity quantity, double px) {
        m_values[index_of(quantity, Scale::canonical_cm)] = px * m_frame.cm_per_px;
        m_values[index_of(quantity, Scale::oed)] = px / m_frame.oed_px;
    }
    void put_area(Quantity quantity, double square_px) {
        m_values[index_of(quantity, Scale::canonical_cm)] = square_px * m_frame.cm_per_px * m_frame.cm_per_px;
        m_values[index_of(quantity, Scale::oed)] = square_px / (m_frame.oed_px * m_frame.oed_px);
    }

    void measure_brow() {
        const Point pupil = at(m_index.pupil);
        const auto edge = detail::height_at(line(m_index.upper_brow), pupil.x);
        put_length(Quantity::brow_height, edge.value_or(missing) - pupil.y);
        put_length(Quantity::brow_peak_height, at(m_index.brow_peak).y);
        put_length(Quantity::brow_position, mean_height(m_index.brow));
    }

    void measure_eye() {
        const auto& [u0, u1, u2] = m_index.upper_lid;
        const auto& [l0, l1, l2] = m_index.lower_lid;
        const std::size_t outer = m_index.outer_canthus;
        const std::size_t inner = m_index.inner_canthus;
        const Point pupil = at(m_index.pupil);
        const double canthi = middle(at(outer), at(inner)).y;
        const auto upper = detail::height_at(line(std::array{outer, u0, u1, u2, inner}), pupil.x);
        const auto lower = detail::height_at(line(std::array{outer, l0, l1, l2, inner}), pupil.x);
        put_length(Quantity::palpebral_fissure, at(u1).y - at(l1).y);
        put_length(Quantity::mrd1, upper.value_or(missing) - pupil.y);
        put_length(Quantity::mrd2, pupil.y - lower.value_or(missing));
        put_length(Quantity::upper_lid_position, mean_height(m_index.upper_lid) - canthi);
        put_length(Quantity::lower_lid_position, mean_height(m_index.lower_lid) - canthi);
        put_area(Quantity::eye_area, detail::area(line(std::array{outer, u0, u1, u2, inner, l2, l1, l0})));
        m_values[index_of(Quantity::eye_aspect_ratio)] = eye_aspect_ratio(m_points, m_side);
    }

    void measure_excursion() {
        const Point corner = at(m_index.corner);
        put_length(Quantity::commissure_out, outwards(corner));
        put_length(Quantity::commissure_up, corner.y);
        put_length(Quantity::canthus_commissure, distance(at(m_index.inner_canthus), corner));
        const auto lip_middle = lower_lip_on_midline();
        if (!lip_middle) {
            return;
        }
        const double excursion = distance(*lip_middle, corner);
        put_length(Quantity::commissure_excursion, excursion);
        if (excursion > 0) {
            const double rise = std::clamp((corner.y - lip_middle->y) / excursion, -1.0, 1.0);
            m_values[index_of(Quantity::smile_angle)] = 90 + 180 / std::numbers::pi * std::asin(rise);
        }
    }

    // measures.md 4.4's X: where the midline crosses the outer edge of the lower lip.
    [[nodiscard]] std::optional<Point> lower_lip_on_midline() const {
        constexpr std::array<std::size_t, 7> edge{76, 87, 86, 85, 84, 83, 82};
        std::array<Point, edge.size()> points;
        std::ranges::transform(edge, points.begin(), [this](std::size_t i) { return m_points[i]; });
        const auto in_picture = detail::crossing(points, m_midline);
        return in_picture ? std::optional{m_frame.from_picture(*in_picture)} : std::nullopt;
    }

    void measure_lips() {
        const double halfway = m_midline.signed_distance(m_points[m_index.corner]) / 2;
        const auto upper = detail::height_at(profile(m_index.upper_lip), halfway);
        const auto lower = detail::height_at(profile(m_index.lower_lip), halfway);
        put_length(Quantity::upper_lip_height, upper.value_or(missing));
        put_length(Quantity::lower_lip_height, lower.value_or(missing));
        put_length(Quantity::lower_lip_position, mean_height(m_index.lower_lip_half));
        put_length(Quantity::lip_gap, at(m_index.inner_upper_lip[1]).y - at(m_index.inner_lower_lip[1]).y);
    }

    void measure_teeth() {
        const double halfway = m_midline.signed_distance(m_points[m_index.inner_upper_lip[0]]) / 2;
        const auto upper = detail::height_at(profile(m_index.inner_upper_lip), halfway);
        const auto lower = detail::height_at(profile(m_index.inner_lower_lip), halfway);
        if (upper && lower) {
            put_length(Quantity::dental_show, std::max(0.0, *upper - *lower));
        }
        std::array<Point, 8> opening;
        std::copy_n(m_points.begin() + 88, opening.size(), opening.begin());
        put_area(Quantity::dental_area, detail::area(detail::clip(opening, m_midline, m_side)));
    }

    void measure_nostril() {
        put_length(Quantity::nostril_out, outwards(at(m_index.nostril)));
        put_length(Quantity::nostril_up, at(m_index.nostril).y);
    }

    const Landmarks& m_points;
    const Midline& m_midline;
    const FaceFrame& m_frame;
    Side m_side;
    const SidePoints& m_index;
    SideValues m_values{};
};

std::vector<std::string> make_side_value_names() {
    std::vector<std::string> names;
    for (std::size_t q = 0; q < quantity_names.size(); ++q) {
        const std::string name = quantity_names[q];
        if (q >= scaled_count) {
            names.push_back(name);
            continue;
        }
        const bool is_area = q >= length_count;
        names.push_back(name + (is_area ? "_canonical_cm2" : "_canonical_cm"));
        names.push_back(name + (is_area ? "_oed2" : "_oed"));
    }
    return names;
}

} // namespace

const std::vector<std::string>& side_value_names() {
    static const std::vector<std::string> names = make_side_value_names();
    return names;
}

Point FaceFrame::from_picture(Point p) const noexcept {
    return {dot(p - origin, right), dot(p - origin, up)};
}

std::optional<FaceFrame> face_frame(const Landmarks& points, const HeadFit& fit) {
    const double oed_px = distance(points[60], points[72]);
    const Point right_eye = middle(points[60], points[64]);
    const Point left_eye = middle(points[68], points[72]);
    const double eyes_px = distance(right_eye, left_eye);
    if (!(oed_px >= 1 && eyes_px > 0)) {
        return std::nullopt;
    }
    const Point right = (1 / eyes_px) * (left_eye - right_eye);
    return FaceFrame{.origin = middle(right_eye, left_eye),
                     .right = right,
                     .up = {right.y, -right.x},
                     .cm_per_px = 1 / fit.px_per_cm,
                     .oed_px = oed_px};
}

SideValues measure_side(const Landmarks& points, const Midline& midline, const FaceFrame& frame, Side side) {
    return SideRuler{points, midline, frame, side}.measure();
}

double eye_aspect_ratio(const Landmarks& points, Side side) noexcept {
    const SidePoints& index = detail::side_points(side);
    const double width = distance(points[index.outer_canthus], points[index.inner_canthus]);
    if (!(width > 0)) {
        return missing;
    }
    double gap = 0;
    for (std::size_t i = 0; i < index.upper_lid.size(); ++i) {
        gap += distance(points[index.upper_lid[i]], points[index.lower_lid[i]]) / 3;
    }
    return gap / width;
}

} // namespace facemirror
