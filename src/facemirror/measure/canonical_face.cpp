// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/measure/head_fit.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <limits>

namespace facemirror {
namespace {

bool is_finite(const Point3& p) {
    return std::isfinite(p.x) && std::isfinite(p.y) && std::isfinite(p.z);
}

std::size_t nearest(const std::vector<Point3>& vertices, const Point3& p) {
    std::size_t best = 0;
    double best_distance = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < vertices.size(); ++i) {
        const Point3& v = vertices[i];
        const double distance = std::hypot(v.x - p.x, v.y - p.y, v.z - p.z);
        if (distance < best_distance) {
            best_distance = distance;
            best = i;
        }
    }
    return best;
}

// Iris points: centre, +x, up, -x, down; 468.. the patient's right, 473.. the left (default-models.md 3).
constexpr std::array<std::size_t, 10> iris_partner{473, 476, 475, 474, 477, 468, 471, 470, 469, 472};

CanonicalFace parse(const nlohmann::json& json) {
    std::vector<Point3> vertices;
    for (const auto& v : json.at("vertices")) {
        vertices.push_back({v.at(0).get<double>(), v.at(1).get<double>(), v.at(2).get<double>()});
    }
    std::vector<CanonicalFace::WeightedPoint> points;
    for (const auto& p : json.at("procrustes")) {
        points.push_back({p.at("id").get<std::size_t>(), p.at("weight").get<double>()});
    }
    return CanonicalFace{std::move(vertices), std::move(points)};
}

} // namespace

CanonicalFace CanonicalFace::load(const std::filesystem::path& file) {
    std::ifstream in{file};
    if (!in) {
        throw Error{ErrorCode::not_found, file.string() + ": expected the generic face, found no such file"};
    }
    try {
        return parse(nlohmann::json::parse(in));
    } catch (const nlohmann::json::exception& error) {
        throw Error{ErrorCode::corrupted,
                    file.string() + ": expected vertices and weighted points, found " + error.what()};
    } catch (const Error& error) {
        throw Error{error.code(), file.string() + ": " + error.what()};
    }
}

CanonicalFace::CanonicalFace(std::vector<Point3> vertices, std::vector<WeightedPoint> points)
    : m_vertices{std::move(vertices)}, m_points{std::move(points)} {
    if (m_vertices.size() != size) {
        throw Error{ErrorCode::corrupted,
                    "generic face: expected 468 vertices, found " + std::to_string(m_vertices.size())};
    }
    if (!std::ranges::all_of(m_vertices, is_finite)) {
        throw Error{ErrorCode::corrupted, "generic face: expected finite vertices, found others"};
    }
    const bool points_are_valid = std::ranges::all_of(m_points, [](const WeightedPoint& p) {
        return p.id < size && std::isfinite(p.weight) && p.weight > 0;
    });
    if (m_points.size() < 3 || !points_are_valid) {
        throw Error{ErrorCode::corrupted,
                    "generic face: expected at least 3 points of positive weight, found others"};
    }
    for (std::size_t i = 0; i < size; ++i) {
        const Point3& v = m_vertices[i];
        m_partner[i] = nearest(m_vertices, {-v.x, v.y, v.z});
    }
    std::ranges::copy(iris_partner, m_partner.begin() + size);
}

} // namespace facemirror
