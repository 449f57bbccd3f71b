// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/geometry.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace facemirror {

/// What MediaPipe's geometry metadata says about its generic face.
/// Shapes   468 vertices in cm, x to the image's right, y up, z towards the camera; 898 triangles of vertex
///          indices; 33 vertices with the weights of the Procrustes fit.
/// Source   default-models.md 2.
struct GeometryMetadata {
    struct WeightedVertex {
        std::size_t id = 0;
        double weight = 0;

        friend bool operator==(const WeightedVertex&, const WeightedVertex&) = default;
    };

    std::vector<Point3> vertices;
    std::vector<std::array<std::size_t, 3>> triangles;
    std::vector<WeightedVertex> procrustes;
};

/// Reads the protocol buffer (message GeometryPipelineMetadata), whoever wrote it.
/// Throws   Error{mismatch} naming `origin` if it is cut off or not such a face.
[[nodiscard]] GeometryMetadata parse_geometry_metadata(std::span<const std::byte> bytes,
                                                       const std::string& origin);

/// The text of a pack's canonical_face.json. See docs/pack.md.
[[nodiscard]] std::string to_json_text(const GeometryMetadata& metadata);

} // namespace facemirror
