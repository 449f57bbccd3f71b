// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>
#include <facemirror/measure/head_fit.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace facemirror {

/// A value that could not be measured.
inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// What is measured on each side of the face. Lengths come first, then areas, a ratio and an angle.
/// Source   measures.md 4.4; formulas in docs/measures.md.
enum class Quantity {
    brow_height,
    brow_peak_height,
    brow_position,
    palpebral_fissure,
    mrd1,
    mrd2,
    upper_lid_position,
    lower_lid_position,
    commissure_excursion,
    commissure_out,
    commissure_up,
    canthus_commissure,
    lip_gap,
    dental_show,
    upper_lip_height,
    lower_lip_height,
    lower_lip_position,
    nostril_out,
    nostril_up,
    eye_area,
    dental_area,
    eye_aspect_ratio,
    smile_angle,
};

/// The unit of a length or area: cm of the generic face, or distances of the outer eye corners (OED).
enum class Scale { canonical_cm, oed };

inline constexpr std::size_t length_count = 19;
inline constexpr std::size_t scaled_count = 21; ///< Lengths and areas stand in both scales.
inline constexpr std::size_t side_value_count = 2 * scaled_count + 2;

/// The values of one side, in the order of side_value_names(); `missing` where undefined.
using SideValues = std::array<double, side_value_count>;

/// Where a quantity stands in SideValues; the scale of a ratio or an angle does not matter.
[[nodiscard]] constexpr std::size_t index_of(Quantity quantity, Scale scale = Scale::canonical_cm) noexcept {
    const auto q = static_cast<std::size_t>(quantity);
    return q < scaled_count ? 2 * q + static_cast<std::size_t>(scale) : q + scaled_count;
}

/// Column names without a side: "brow_height_canonical_cm", "brow_height_oed", ..., "smile_angle_deg".
[[nodiscard]] const std::vector<std::string>& side_value_names();

/// Coordinates that the head carries with it: x to the picture's right, y up, origin between the eyes.
/// They hang on the eye corners and not on the brow-chin line, which moves with a one-sided brow or chin
/// (truth-study.md 3, "Midline"; docs/decisions/0051-face-frame.md).
struct FaceFrame {
    Point origin; ///< Middle of points 60, 64, 68 and 72; px in the picture.
    Point right;  ///< Unit vectors in the picture (its y is down).
    Point up;     ///< right, turned a quarter counter-clockwise on screen.
    double cm_per_px = 0;
    double oed_px = 0; ///< Distance of points 60 and 72.

    /// px, x right and y up.
    [[nodiscard]] Point from_picture(Point p) const noexcept;
};

/// Returns  nullopt if the outer eye corners lie less than 1 px apart, or the eyes on each other.
[[nodiscard]] std::optional<FaceFrame> face_frame(const Landmarks& points, const HeadFit& fit);

/// Measures one side of a face.
/// Shapes   98 points in px of the picture: of the frame, or of the composite of that side's half.
/// Returns  `missing` for what is undefined, e.g. an excursion when the midline passes the mouth by.
/// Threads  Pure; call from anywhere.
[[nodiscard]] SideValues measure_side(const Landmarks& points, const Midline& midline, const FaceFrame& frame,
                                      Side side);

/// Eye opening from 8 points: mean of three lid distances over the distance of the corners.
/// Source   behaviour.md 16.
[[nodiscard]] double eye_aspect_ratio(const Landmarks& points, Side side) noexcept;

} // namespace facemirror
