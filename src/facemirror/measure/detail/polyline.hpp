// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/geometry.hpp>

#include <optional>
#include <span>
#include <vector>

namespace facemirror::detail {

/// Where a line through corners first has this x, its y; at a corner exactly that corner's.
/// Returns  nullopt if the line stays to one side of x.
[[nodiscard]] std::optional<double> height_at(std::span<const Point> line, double x) noexcept;

/// Where a line through corners first meets the midline.
/// Returns  nullopt if it does not.
[[nodiscard]] std::optional<Point> crossing(std::span<const Point> line, const Midline& midline) noexcept;

/// Area of a polygon by the shoelace formula, without sign; 0 for fewer than 3 corners.
[[nodiscard]] double area(std::span<const Point> polygon) noexcept;

/// The part of a polygon on one side of the midline.
/// Source   Sutherland and Hodgman, "Reentrant polygon clipping", 1974.
[[nodiscard]] std::vector<Point> clip(std::span<const Point> polygon, const Midline& midline, Side side);

} // namespace facemirror::detail
