// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/measure/side_measures.hpp>

namespace facemirror {

/// Values of the mouth as a whole, from both sides' values; in the order of pair_value_names().
using PairValues = std::array<double, 7>;
/// "fai_canonical_cm", "fai_oed", "commissure_height_deviation_...", "mouth_shift_...", "oral_tilt_deg".
[[nodiscard]] const std::vector<std::string>& pair_value_names();

/// Source   measures.md 4.5. Shift > 0 towards the patient's left, tilt > 0 when the left corner is lower.
[[nodiscard]] PairValues measure_pair(const SideValues& left, const SideValues& right) noexcept;

/// Values of the face's middle, from the whole frame; in the order of middle_value_names().
inline constexpr std::size_t middle_deviation_count = 5; ///< Each in both scales; they come first.
using MiddleValues = std::array<double, 2 * middle_deviation_count + 2>;
/// "philtrum_deviation_canonical_cm", ..., "symmetry_residual_oed", "half_width_ratio".
[[nodiscard]] const std::vector<std::string>& middle_value_names();

/// Source   measures.md 4.5, 4.8. Deviations > 0 towards the patient's left, from the head's own middle.
[[nodiscard]] MiddleValues measure_middle(const Landmarks& points, const Midline& midline,
                                          const FaceFrame& frame) noexcept;

} // namespace facemirror
