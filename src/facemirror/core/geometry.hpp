// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

namespace facemirror {

/// A position in a picture: px, x right, y down, pixel centres at integers, origin = centre of the top-left
/// pixel.
struct Point {
    double x = 0;
    double y = 0;

    friend Point operator+(Point a, Point b) noexcept { return {a.x + b.x, a.y + b.y}; }
    friend Point operator-(Point a, Point b) noexcept { return {a.x - b.x, a.y - b.y}; }
    friend Point operator*(double s, Point a) noexcept { return {s * a.x, s * a.y}; }
    friend bool operator==(const Point&, const Point&) = default;
};

[[nodiscard]] inline double dot(Point a, Point b) noexcept {
    return a.x * b.x + a.y * b.y;
}
[[nodiscard]] inline double length(Point a) noexcept {
    return std::hypot(a.x, a.y);
}
[[nodiscard]] inline double distance(Point a, Point b) noexcept {
    return length(a - b);
}
[[nodiscard]] inline Point middle(Point a, Point b) noexcept {
    return {(a.x + b.x) / 2, (a.y + b.y) / 2};
}

/// A point with depth; the space is named where it is used.
struct Point3 {
    double x = 0;
    double y = 0;
    double z = 0;

    friend bool operator==(const Point3&, const Point3&) = default;
};

/// An upright box by two corners; px.
struct Box {
    double x1 = 0;
    double y1 = 0;
    double x2 = 0;
    double y2 = 0;

    [[nodiscard]] double width() const noexcept { return x2 - x1; }
    [[nodiscard]] double height() const noexcept { return y2 - y1; }
    [[nodiscard]] double area() const noexcept { return std::max(0.0, width()) * std::max(0.0, height()); }
    [[nodiscard]] Point center() const noexcept { return {(x1 + x2) / 2, (y1 + y2) / 2}; }
    friend bool operator==(const Box&, const Box&) = default;
};

/// Intersection over union of two boxes, 0..1; 0 when either is empty.
[[nodiscard]] inline double iou(const Box& a, const Box& b) noexcept {
    const Box common{std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2), std::min(a.y2, b.y2)};
    const double all = a.area() + b.area() - common.area();
    return all > 0 ? common.area() / all : 0;
}

/// A square region of interest that may be turned; what a landmark network looks at.
struct Roi {
    Point center;    ///< px in the frame.
    double side = 0; ///< px in the frame.
    double angle_rad =
        0; ///< Of the square's own x axis against the picture's; > 0 turns x towards y (clockwise on screen).

    friend bool operator==(const Roi&, const Roi&) = default;
};

/// The line that divides one face into its two halves.
struct Midline {
    Point origin;    ///< On the line; px in the frame.
    Point direction; ///< Unit vector from forehead to chin.

    /// Distance from the line in px; > 0 on the picture's left of an upright face, the patient's right
    /// (behaviour.md 9).
    [[nodiscard]] double signed_distance(Point p) const noexcept {
        return dot(p - origin, {-direction.y, direction.x});
    }
    /// The mirror position of p behind the line.
    [[nodiscard]] Point reflect(Point p) const noexcept {
        return p - 2 * signed_distance(p) * Point{-direction.y, direction.x};
    }
    friend bool operator==(const Midline&, const Midline&) = default;
};

/// Sides are the patient's, never the picture's.
enum class Side { patient_left, patient_right };

[[nodiscard]] constexpr Side other(Side side) noexcept {
    return side == Side::patient_left ? Side::patient_right : Side::patient_left;
}
/// "left" or "right", as in file and column names.
[[nodiscard]] constexpr const char* name_of(Side side) noexcept {
    return side == Side::patient_left ? "left" : "right";
}

} // namespace facemirror
