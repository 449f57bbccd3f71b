// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>

#include <array>
#include <cstddef>

namespace facemirror::detail {

/// Indices of one side's features in the WFLW scheme, each list from the outer end inwards.
/// Source   measures.md 4.1.
struct SidePoints {
    std::array<std::size_t, 5> upper_brow{33, 34, 35, 36, 37};
    std::array<std::size_t, 6> brow{34, 35, 36, 39, 40, 41}; ///< Without its ends: truth-study.md 2.
    std::size_t brow_peak = 35;
    std::size_t outer_canthus = 60;
    std::size_t inner_canthus = 64;
    std::array<std::size_t, 3> upper_lid{61, 62, 63};
    std::array<std::size_t, 3> lower_lid{67, 66, 65};
    std::size_t pupil = 96;
    std::size_t nostril = 55;
    std::size_t corner = 76;
    std::array<std::size_t, 4> upper_lip{76, 77, 78, 79}; ///< Outer edge, corner to middle.
    std::array<std::size_t, 4> lower_lip{76, 87, 86, 85};
    std::array<std::size_t, 3> inner_upper_lip{88, 89, 90};
    std::array<std::size_t, 3> inner_lower_lip{88, 95, 94};
    std::array<std::size_t, 3> lower_lip_half{86, 87, 95}; ///< truth-study.md 2.
};

/// The lists above for either side; the left's by wflw::partner.
[[nodiscard]] const SidePoints& side_points(Side side);

} // namespace facemirror::detail
