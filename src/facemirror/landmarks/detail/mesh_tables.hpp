// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

/// How the attention mesh's outputs and the 98 landmarks hang on the 478 vertices.
namespace facemirror::mesh_tables {

/// The vertices that the network's refined outputs replace, in the order of those outputs; eyes are the
/// patient's. Source   default-models.md 3; the network's own "left" eye is the picture's.
extern const std::array<std::size_t, 80> lips;
extern const std::array<std::size_t, 71> right_eye;
extern const std::array<std::size_t, 71> left_eye;

/// The iris points take their depth from the mean of this many first vertices of their eye's list.
inline constexpr std::size_t iris_depth_vertices = 16;
inline constexpr std::size_t right_iris = 468; ///< First of five: centre, image-right, up, image-left, down.
inline constexpr std::size_t left_iris = 473;

} // namespace facemirror::mesh_tables
