// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/canonical_face.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/nn/detail/protobuf_reader.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

namespace facemirror {

namespace {

using detail::ProtobufReader;
using Json = nlohmann::json;

// Source: default-models.md 2.
constexpr std::size_t vertex_count = 468;
constexpr std::size_t triangle_count = 898;
constexpr std::size_t basis_count = 33;
constexpr std::size_t floats_per_vertex = 5; // x, y, z and a texture position, which we leave out
constexpr double max_coordinate_cm = 50;     // ours: a head is smaller
constexpr std::size_t max_file_bytes = 1 << 20;

[[noreturn]] void refuse(const std::string& origin, const std::string& expectation,
                         const std::string& finding) {
    throw Error{ErrorCode::mismatch, origin + ": expected " + expectation + ", found " + finding};
}

void check(const CanonicalFace& face, const std::string& origin) {
    if (face.vertices.size() != vertex_count || face.triangles.size() != triangle_count ||
        face.basis.size() != basis_count) {
        refuse(origin, "468 vertices, 898 triangles and 33 weighted vertices",
               std::to_string(face.vertices.size()) + ", " + std::to_string(face.triangles.size()) + " and " +
                   std::to_string(face.basis.size()));
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
    for (const WeightedVertex& vertex : face.basis) {
        if (vertex.index >= vertex_count || !(vertex.weight > 0) || !std::isfinite(vertex.weight)) {
            refuse(origin, "weights above 0 of vertices 0..467", "another");
        }
    }
}

/// Mesh3d: vertex_type 1, primitive_type 2, vertex_buffer 3, index_buffer 4.
void read_mesh(ProtobufReader reader, CanonicalFace& face) {
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
WeightedVertex read_weighted(ProtobufReader reader) {
    WeightedVertex vertex;
    while (const auto field = reader.next()) {
        if (field->number == 1) {
            vertex.index = static_cast<std::size_t>(field->integer);
        } else if (field->number == 2) {
            vertex.weight = static_cast<double>(field->real());
        }
    }
    return vertex;
}

} // namespace

CanonicalFace parse_geometry_metadata(std::span<const std::byte> bytes, const std::string& origin) {
    CanonicalFace face;
    ProtobufReader reader{bytes, origin};
    while (const auto field = reader.next()) { // canonical_mesh 1, procrustes_landmark_basis 2
        if (field->number == 1) {
            read_mesh({field->bytes, origin}, face);
        } else if (field->number == 2) {
            face.basis.push_back(read_weighted({field->bytes, origin}));
        }
    }
    check(face, origin);
    return face;
}

CanonicalFace parse_canonical_face(std::string_view text, const std::string& origin) {
    if (text.size() > max_file_bytes) {
        refuse(origin, "at most 1 MiB", std::to_string(text.size()) + " bytes");
    }
    CanonicalFace face;
    try {
        const Json json = Json::parse(text);
        for (const auto& [x, y, z] : json.at("vertices").get<std::vector<std::array<double, 3>>>()) {
            face.vertices.push_back({x, y, z});
        }
        face.triangles = json.at("triangles").get<std::vector<std::array<std::size_t, 3>>>();
        for (const Json& vertex : json.at("basis")) {
            face.basis.push_back({vertex.at("index").get<std::size_t>(), vertex.at("weight").get<double>()});
        }
    } catch (const Json::exception& error) {
        refuse(origin, "a canonical face in JSON", error.what());
    }
    check(face, origin);
    return face;
}

CanonicalFace read_canonical_face(const std::filesystem::path& file) {
    std::error_code failed;
    const auto bytes = std::filesystem::file_size(file, failed);
    if (failed || bytes > max_file_bytes) {
        refuse(file.string(), "a readable file of at most 1 MiB", failed ? failed.message() : "a larger one");
    }
    std::ifstream stream{file, std::ios::binary};
    return parse_canonical_face(std::string{std::istreambuf_iterator<char>{stream}, {}}, file.string());
}

std::string to_json_text(const CanonicalFace& face) {
    Json json{{"vertices", Json::array()}, {"triangles", face.triangles}, {"basis", Json::array()}};
    for (const Point3& p : face.vertices) {
        json["vertices"].push_back({p.x, p.y, p.z});
    }
    for (const WeightedVertex& vertex : face.basis) {
        json["basis"].push_back({{"index", vertex.index}, {"weight", vertex.weight}});
    }
    return json.dump() + "\n";
}

} // namespace facemirror
