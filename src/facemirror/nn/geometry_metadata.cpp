// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/geometry_metadata.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/nn/detail/protobuf_reader.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace facemirror {

namespace {

using detail::ProtobufReader;
using Json = nlohmann::json;

// Source: default-models.md 2.
constexpr std::size_t vertex_count = 468;
constexpr std::size_t triangle_count = 898;
constexpr std::size_t procrustes_count = 33;
constexpr std::size_t floats_per_vertex = 5; // x, y, z and a texture position, which we leave out
constexpr double max_coordinate_cm = 50;     // ours: a head is smaller

[[noreturn]] void refuse(const std::string& origin, const std::string& expectation,
                         const std::string& finding) {
    throw Error{ErrorCode::mismatch, origin + ": expected " + expectation + ", found " + finding};
}

void check(const GeometryMetadata& face, const std::string& origin) {
    if (face.vertices.size() != vertex_count || face.triangles.size() != triangle_count ||
        face.procrustes.size() != procrustes_count) {
        refuse(origin, "468 vertices, 898 triangles and 33 weighted vertices",
               std::to_string(face.vertices.size()) + ", " + std::to_string(face.triangles.size()) + " and " +
                   std::to_string(face.procrustes.size()));
    }
    const auto is_far = [](double cm) { return !(std::abs(cm) <= max_coordinate_cm); }; // also for NaN
    for (const Point3& p : face.vertices) {
        if (is_far(p.x) || is_far(p.y) || is_far(p.z)) {
            refuse(origin, "vertices within 50 cm", "one outside");
        }
    }
    for (const auto& corners : face.triangles) {
        if (std::ranges::any_of(corners, [](std::size_t index) { return index >= vertex_count; })) {
            refuse(origin, "triangles of vertices 0..467", "an index beyond");
        }
    }
    for (const auto& vertex : face.procrustes) {
        if (vertex.id >= vertex_count || !(vertex.weight > 0) || !std::isfinite(vertex.weight)) {
            refuse(origin, "weights above 0 of vertices 0..467", "another");
        }
    }
}

/// Mesh3d: vertex_type 1, primitive_type 2, vertex_buffer 3, index_buffer 4.
void read_mesh(ProtobufReader reader, GeometryMetadata& face) {
    std::vector<double> coordinates;
    std::vector<std::size_t> indices;
    while (const auto field = reader.next()) {
        if (field->number <= 2 && field->integer != 0) {
            reader.refuse("vertices with a texture position, and triangles");
        } else if (field->number == 3 && field->wire_type == 5) {
            coordinates.push_back(static_cast<double>(field->real()));
        } else if (field->number == 4 && field->wire_type == 0) {
            indices.push_back(static_cast<std::size_t>(field->integer));
        }
    }
    for (std::size_t i = 0; i + floats_per_vertex <= coordinates.size(); i += floats_per_vertex) {
        face.vertices.push_back({coordinates[i], coordinates[i + 1], coordinates[i + 2]});
    }
    for (std::size_t i = 0; i + 3 <= indices.size(); i += 3) {
        face.triangles.push_back({indices[i], indices[i + 1], indices[i + 2]});
    }
}

/// WeightedLandmarkRef: landmark_id 1, weight 2.
GeometryMetadata::WeightedVertex read_weighted(ProtobufReader reader) {
    GeometryMetadata::WeightedVertex vertex;
    while (const auto field = reader.next()) {
        if (field->number == 1) {
            vertex.id = static_cast<std::size_t>(field->integer);
        } else if (field->number == 2) {
            vertex.weight = static_cast<double>(field->real());
        }
    }
    return vertex;
}

} // namespace

GeometryMetadata parse_geometry_metadata(std::span<const std::byte> bytes, const std::string& origin) {
    GeometryMetadata face;
    ProtobufReader reader{bytes, origin};
    while (const auto field = reader.next()) { // canonical_mesh 1, procrustes_landmark_basis 2
        if (field->number == 1) {
            read_mesh({field->bytes, origin}, face);
        } else if (field->number == 2) {
            face.procrustes.push_back(read_weighted({field->bytes, origin}));
        }
    }
    check(face, origin);
    return face;
}

std::string to_json_text(const GeometryMetadata& face) {
    Json json{{"vertices", Json::array()}, {"triangles", face.triangles}, {"procrustes", Json::array()}};
    for (const Point3& p : face.vertices) {
        json["vertices"].push_back({p.x, p.y, p.z});
    }
    for (const auto& vertex : face.procrustes) {
        json["procrustes"].push_back({{"id", vertex.id}, {"weight", vertex.weight}});
    }
    return json.dump() + "\n";
}

} // namespace facemirror
