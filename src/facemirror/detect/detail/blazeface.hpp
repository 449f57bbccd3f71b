// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>

#include <span>
#include <vector>

namespace facemirror::blazeface {

inline constexpr std::size_t values_per_anchor = 16; ///< Box centre and size, then 6 points.

/// The centres of the anchors in the order of the network's outputs; 0..1 of the input.
/// Returns  Empty if there is no BlazeFace with this input size.
/// Source   default-models.md 4.1: 128 px has grids 16 (2 anchors a cell) and 8 (6), 192 px has grid 48 (1).
[[nodiscard]] std::vector<Point> anchors_for(int input_px);

/// The candidates that reach `min_score`, in the order of their anchors; coordinates 0..1 of the input.
/// Shapes   `boxes` is anchors x 16, `logits` one value per anchor.
/// Source   default-models.md 4.1.
[[nodiscard]] std::vector<Face> decode(std::span<const float> boxes, std::span<const float> logits,
                                       std::span<const Point> anchors, int input_px, double min_score);

/// Joins candidates of the same face: those that overlap the best one by more than `min_overlap` are
/// averaged, weighted by their scores; the best one's score stays. Returns  Best first. Source
/// default-models.md 4.1, weighted non-maximum suppression.
[[nodiscard]] std::vector<Face> join_overlapping(std::vector<Face> candidates, double min_overlap);

} // namespace facemirror::blazeface
