// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>

#include <optional>
#include <string_view>

namespace facemirror {

/// How the line between the face's halves is found.
enum class MidlineRule {
    brow_chin, ///< Through the middle of the inner brow ends and the chin; follows a chin that a palsy pulls.
    robust, ///< Through the middles of all mirror pairs; mouth and brow, which a palsy moves, count little.
};

/// "brow-chin" or "robust", as on the command line.
[[nodiscard]] const char* name_of(MidlineRule rule) noexcept;
/// The rule of a name, or nullopt if there is no such rule.
[[nodiscard]] std::optional<MidlineRule> midline_rule(std::string_view name) noexcept;

/// Fits the midline of one face. The direction always runs from forehead to chin; the origin is the middle of
/// the inner brow ends (brow_chin) or its foot on the line (robust).
///
/// Shapes   98 points of the WFLW scheme; px in the frame.
/// Returns  nullopt if the brows' middle and the chin are less than 1 px apart, if a coordinate is not
///          finite, or (robust) if the points spread equally in all directions: no line is defined.
/// Threads  Pure; call from anywhere.
/// Source   behaviour.md 8 (points 38, 50 and 16) and measures.md 4.2 C; the weights are ours:
///          docs/decisions/0041-midline.md.
[[nodiscard]] std::optional<Midline> fit_midline(const Landmarks& points, MidlineRule rule);

} // namespace facemirror
