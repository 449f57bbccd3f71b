// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/measure/head_fit.hpp>

#include <array>
#include <cstddef>

namespace facemirror {

namespace facs {

/// Action units that the geometry of the mesh delivers, by FACS number.
/// Source   default-models.md 6b.
inline constexpr std::array geometric{1, 2, 4, 5, 6, 7, 9, 10, 12, 15, 17, 20, 25, 26, 45};

} // namespace facs

/// What the action units of one side are computed from; canonical cm, heights upwards, `missing` where
/// undefined. Heights of brow, lids and cheek count from the middle of that eye's corners.
struct AuRaw {
    double inner_brow_height = 0;
    double outer_brow_height = 0;
    double middle_brow_height = 0;
    double brow_distance = 0; ///< Between the inner ends of both brows.
    double upper_lid_height = 0;
    double lower_lid_height = 0;
    double cheek_height = 0;
    double nostril_height = 0;   ///< From the root of the nose (vertex 168).
    double upper_lip_height = 0; ///< From below the nose (vertex 2).
    double corner_out = 0;       ///< Of the mouth corner, outwards from the generic face's middle plane.
    double corner_up = 0;        ///< Of the mouth corner, from the generic face's origin.
    double chin_height = 0;      ///< Vertex 199 from below the nose.
    double lip_gap = 0;          ///< Distance of vertices 13 and 14.
    double jaw_height = 0;       ///< Vertex 152 from below the nose.
    double eye_aspect_ratio = 0; ///< By 8 points, no unit.
};

/// Intensities 0..5 in the order of facs::geometric; `missing` where undefined.
using AuValues = std::array<double, facs::geometric.size()>;

/// The raw values of one side.
/// Shapes   `mesh` in px of the frame; its vertices become canonical by `fit`.
/// Threads  Pure; call from anywhere.
[[nodiscard]] AuRaw measure_au_raw(const Mesh& mesh, const CanonicalFace& face, const HeadFit& fit,
                                   double eye_aspect_ratio, Side side);

/// Intensities against the person's own neutral. They are geometry scaled to 0..5 by provisional factors, not
/// the intensities that a FACS coder would give.
/// Source   default-models.md 6b; AU45 by design.md 5.
[[nodiscard]] AuValues action_units(const AuRaw& now, const AuRaw& neutral) noexcept;

} // namespace facemirror
