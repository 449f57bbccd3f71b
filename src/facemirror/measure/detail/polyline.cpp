// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/detail/polyline.hpp>

#include <cstddef>

namespace facemirror::detail {
namespace {

// Share of the way from value a to value b at which 0 is reached; they do not have the same sign.
double share_of_zero(double a, double b) noexcept {
    return a == b ? 0 : a / (a - b);
}

Point between(Point a, Point b, double share) noexcept {
    return (1 - share) * a + share * b;
}

} // namespace

std::optional<double> height_at(std::span<const Point> line, double x) noexcept {
    for (std::size_t i = 1; i < line.size(); ++i) {
        const double before = line[i - 1].x - x;
        const double after = line[i].x - x;
        if (before * after <= 0) {
            return between(line[i - 1], line[i], share_of_zero(before, after)).y;
        }
    }
    return std::nullopt;
}

std::optional<Point> crossing(std::span<const Point> line, const Midline& midline) noexcept {
    for (std::size_t i = 1; i < line.size(); ++i) {
        const double before = midline.signed_distance(line[i - 1]);
        const double after = midline.signed_distance(line[i]);
        if (before * after <= 0) {
            return between(line[i - 1], line[i], share_of_zero(before, after));
        }
    }
    return std::nullopt;
}

double area(std::span<const Point> polygon) noexcept {
    double twice = 0;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const Point a = polygon[i] - polygon[0]; // from a corner, so that far-off coordinates cost no digits
        const Point b = polygon[(i + 1) % polygon.size()] - polygon[0];
        twice += a.x * b.y - b.x * a.y;
    }
    return std::abs(twice) / 2;
}

std::vector<Point> clip(std::span<const Point> polygon, const Midline& midline, Side side) {
    const double sign = side == Side::patient_right ? 1 : -1;
    std::vector<Point> kept;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const Point a = polygon[i];
        const Point b = polygon[(i + 1) % polygon.size()];
        const double at_a = sign * midline.signed_distance(a);
        const double at_b = sign * midline.signed_distance(b);
        if (at_a >= 0) {
            kept.push_back(a);
        }
        if (at_a * at_b < 0) {
            kept.push_back(between(a, b, share_of_zero(at_a, at_b)));
        }
    }
    return kept;
}

} // namespace facemirror::detail
