// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/geometry.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace facemirror {

/// A vertex that a head pose is fitted to.
struct WeightedVertex {
    std::size_t index = 0; ///< 0..467.
    double weight = 0;     ///< Above 0.

    friend bool operator==(const WeightedVertex&, const WeightedVertex&) = default;
};

/// MediaPipe's generic face, the meaning of `_canonical_cm_`.
/// Shapes   468 vertices in cm, x to the image's right, y up, z towards the camera; 898 triangles of vertex
///          indices; 33 vertices with weights for the Procrustes fit. Counts as in default-models.md 2.
struct CanonicalFace {
    std::vector<Point3> vertices;
    std::vector<std::array<std::size_t, 3>> triangles;
    std::vector<WeightedVertex> basis;

    friend bool operator==(const CanonicalFace&, const CanonicalFace&) = default;
};

/// Reads MediaPipe's geometry metadata (a protocol buffer, message GeometryPipelineMetadata).
/// Throws   Error{mismatch} naming `origin` if it is cut off or not this face.
[[nodiscard]] CanonicalFace parse_geometry_metadata(std::span<const std::byte> bytes,
                                                    const std::string& origin);

/// Reads the text of a canonical_face.json.
/// Throws   Error{mismatch} naming `origin`, expectation and finding.
[[nodiscard]] CanonicalFace parse_canonical_face(std::string_view text, const std::string& origin);

/// Reads a pack's canonical_face.json.
/// Throws   Error{mismatch} as above, or if the file cannot be read.
[[nodiscard]] CanonicalFace read_canonical_face(const std::filesystem::path& file);

/// The text of a canonical_face.json that parse_canonical_face() reads back exactly.
[[nodiscard]] std::string to_json_text(const CanonicalFace& face);

} // namespace facemirror
