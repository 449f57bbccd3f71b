// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"

#include <facemirror/nn/geometry_metadata.hpp>

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace facemirror {
namespace {

using Bytes = std::vector<std::byte>;

void put_varint(Bytes& bytes, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
        bytes.push_back(static_cast<std::byte>(value | 0x80));
    }
    bytes.push_back(static_cast<std::byte>(value));
}
void put_integer(Bytes& bytes, unsigned field, std::uint64_t value) {
    put_varint(bytes, field << 3);
    put_varint(bytes, value);
}
void put_float(Bytes& bytes, unsigned field, float value) {
    put_varint(bytes, field << 3 | 5);
    for (unsigned shift = 0; shift < 32; shift += 8) {
        bytes.push_back(static_cast<std::byte>(std::bit_cast<std::uint32_t>(value) >> shift));
    }
}
void put_message(Bytes& bytes, unsigned field, const Bytes& message) {
    put_varint(bytes, field << 3 | 2);
    put_varint(bytes, message.size());
    bytes.insert(bytes.end(), message.begin(), message.end());
}

GeometryMetadata some_face() {
    GeometryMetadata face;
    for (std::size_t i = 0; i < 468; ++i) {
        face.vertices.push_back({static_cast<double>(i) / 64, -static_cast<double>(i) / 128, 0.5});
    }
    for (std::size_t i = 0; i < 898; ++i) {
        face.triangles.push_back({i % 468, (i + 1) % 468, (i + 2) % 468});
    }
    for (std::size_t i = 0; i < 33; ++i) {
        face.procrustes.push_back({14 * i, 0.25});
    }
    return face;
}

Bytes encode(const GeometryMetadata& face) {
    Bytes mesh;
    put_integer(mesh, 1, 0);
    put_integer(mesh, 2, 0);
    for (const Point3& p : face.vertices) {
        for (const double value : {p.x, p.y, p.z, 0.5, 0.5}) {
            put_float(mesh, 3, static_cast<float>(value));
        }
    }
    for (const auto& corners : face.triangles) {
        for (const std::size_t index : corners) {
            put_integer(mesh, 4, index);
        }
    }
    Bytes bytes;
    put_message(bytes, 1, mesh);
    for (const auto& vertex : face.procrustes) {
        Bytes message;
        put_integer(message, 1, vertex.id);
        put_float(message, 2, static_cast<float>(vertex.weight));
        put_message(bytes, 2, message);
    }
    return bytes;
}

GeometryMetadata parse(const Bytes& bytes) {
    return parse_geometry_metadata(bytes, "geometry");
}

void expect_refused(const std::function<void(GeometryMetadata&)>& change) {
    GeometryMetadata face = some_face();
    change(face);
    expect_error(ErrorCode::mismatch, {"geometry", "expected", "found"}, [&] { return parse(encode(face)); });
}

TEST(GeometryMetadata, ReadsVerticesTrianglesAndWeights) {
    const GeometryMetadata face = some_face();
    const GeometryMetadata found = parse(encode(face));
    EXPECT_EQ(found.vertices, face.vertices);
    EXPECT_EQ(found.triangles, face.triangles);
    EXPECT_EQ(found.procrustes, face.procrustes);
}

TEST(GeometryMetadata, PassesOverFieldsItDoesNotKnow) {
    Bytes bytes = encode(some_face());
    put_integer(bytes, 3, 1);
    put_float(bytes, 99, 1.5F);
    put_message(bytes, 100, {std::byte{1}});
    EXPECT_EQ(parse(bytes).vertices.size(), 468U);
}

TEST(GeometryMetadata, RefusesAnyCut) {
    const Bytes whole = encode(some_face());
    for (std::size_t size = 0; size < whole.size(); size += 101) {
        expect_error(ErrorCode::mismatch, {"geometry"}, [&] {
            return parse({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
        });
    }
}

TEST(GeometryMetadata, RefusesOtherCountsIndicesAndNumbers) {
    expect_refused([](GeometryMetadata& f) { f.vertices.pop_back(); });
    expect_refused([](GeometryMetadata& f) { f.triangles.pop_back(); });
    expect_refused([](GeometryMetadata& f) { f.procrustes.pop_back(); });
    expect_refused([](GeometryMetadata& f) { f.triangles[7][1] = 468; });
    expect_refused([](GeometryMetadata& f) { f.procrustes[7].id = 468; });
    expect_refused([](GeometryMetadata& f) { f.procrustes[7].weight = 0; });
    expect_refused(
        [](GeometryMetadata& f) { f.procrustes[7].weight = std::numeric_limits<double>::infinity(); });
    expect_refused([](GeometryMetadata& f) { f.vertices[3].y = 1000; });
    expect_refused([](GeometryMetadata& f) { f.vertices[3].z = std::numeric_limits<double>::quiet_NaN(); });
}

TEST(GeometryMetadata, RefusesALengthBeyondTheFile) {
    Bytes bytes;
    put_varint(bytes, 1 << 3 | 2);
    put_varint(bytes, std::numeric_limits<std::uint64_t>::max());
    expect_error(ErrorCode::mismatch, {"geometry"}, [&] { return parse(bytes); });
    expect_error(ErrorCode::mismatch, {"geometry"}, [] { return parse(Bytes(11, std::byte{0xFF})); });
}

TEST(GeometryMetadata, BecomesJson) {
    const auto json = nlohmann::json::parse(to_json_text(some_face()));
    EXPECT_EQ(json.at("vertices").size(), 468U);
    EXPECT_EQ(json.at("vertices").at(64), (nlohmann::json{1.0, -0.5, 0.5}));
    EXPECT_EQ(json.at("triangles").at(1), (nlohmann::json{1, 2, 3}));
    EXPECT_EQ(json.at("procrustes").at(2), (nlohmann::json{{"id", 28}, {"weight", 0.25}}));
}

} // namespace
} // namespace facemirror
