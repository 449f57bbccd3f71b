// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>

#include <array>
#include <cstddef>

namespace facemirror {

/// mesh_partner[i] is the vertex that i becomes when the picture is flipped.
/// Source   default-models.md 3: the canonical vertex nearest to (-x, y, z); iris points by name.
extern const std::array<std::size_t, 478> mesh_partner;

/// The box round all points; px.
[[nodiscard]] Box box_of(const Mesh& mesh) noexcept;

/// The mesh behind the line: mirrored points, partners swapped; z stays.
[[nodiscard]] Mesh reflect(const Mesh& mesh, const Midline& line) noexcept;

/// Point by point, the middle of two meshes.
[[nodiscard]] Mesh average(const Mesh& a, const Mesh& b) noexcept;

/// Where the mesh network should look for a detected face: centre of the box, 1.5 times its longer side,
/// turned with the eyes (points 0 and 1; upright when the face has none). Source   default-models.md 4.2.
[[nodiscard]] Roi roi_from_face(const Face& face) noexcept;

/// Where it should look in the next frame: turned with the outer eye corners, 1.5 times the longer side of
/// the 468 vertices' box in that direction. Source   default-models.md 4.2.
[[nodiscard]] Roi roi_from_mesh(const Mesh& mesh) noexcept;

/// A region that the line divides into equal halves: that of the mesh averaged with its reflection.
/// Source   truth-study.md 2, "C sym".
[[nodiscard]] Roi symmetric_roi(const Mesh& mesh, const Midline& line) noexcept;

/// The 98 landmarks of the WFLW scheme.
/// Source   default-models.md 5: each is a vertex or lies between two.
[[nodiscard]] Landmarks wflw_from_mesh(const Mesh& mesh) noexcept;

/// Distance of the outer eye corners; the unit of all relative lengths ("OED"). px.
[[nodiscard]] double outer_eye_distance(const Mesh& mesh) noexcept;
[[nodiscard]] double outer_eye_distance(const Landmarks& points) noexcept;

} // namespace facemirror
