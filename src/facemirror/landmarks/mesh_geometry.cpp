// SPDX-License-Identifier: Apache-2.0
#include <facemirror/landmarks/mesh_geometry.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace facemirror {

namespace {

constexpr double roi_scale = 1.5; // Source: default-models.md 4.2
constexpr std::size_t face_vertices = 468;
constexpr std::size_t right_outer_corner = 33;
constexpr std::size_t left_outer_corner = 263;

constexpr Box empty_box{std::numeric_limits<double>::max(), std::numeric_limits<double>::max(),
                        std::numeric_limits<double>::lowest(), std::numeric_limits<double>::lowest()};

void widen(Box& box, Point p) {
    box = {std::min(box.x1, p.x), std::min(box.y1, p.y), std::max(box.x2, p.x), std::max(box.y2, p.y)};
}

Point xy(const Point3& p) {
    return {p.x, p.y};
}

Point rotated(Point p, double angle_rad) {
    const double c = std::cos(angle_rad);
    const double s = std::sin(angle_rad);
    return {c * p.x - s * p.y, s * p.x + c * p.y};
}

double angle_of(Point from, Point to) {
    return std::atan2(to.y - from.y, to.x - from.x);
}

} // namespace

Box box_of(const Mesh& mesh) noexcept {
    Box box = empty_box;
    for (const Point3& p : mesh) {
        widen(box, xy(p));
    }
    return box;
}

Mesh reflect(const Mesh& mesh, const Midline& line) noexcept {
    Mesh reflected;
    for (std::size_t i = 0; i < mesh.size(); ++i) {
        const Point p = line.reflect(xy(mesh[i]));
        reflected[mesh_partner[i]] = {p.x, p.y, mesh[i].z};
    }
    return reflected;
}

Mesh average(const Mesh& a, const Mesh& b) noexcept {
    Mesh mean;
    for (std::size_t i = 0; i < mean.size(); ++i) {
        mean[i] = {(a[i].x + b[i].x) / 2, (a[i].y + b[i].y) / 2, (a[i].z + b[i].z) / 2};
    }
    return mean;
}

Roi roi_from_face(const Face& face) noexcept {
    const double side = roi_scale * std::max(face.box.width(), face.box.height());
    const double angle_rad = face.points.size() < 2 ? 0 : angle_of(face.points[0], face.points[1]);
    return {face.box.center(), side, angle_rad};
}

Roi roi_from_mesh(const Mesh& mesh) noexcept {
    const double angle_rad = angle_of(xy(mesh[right_outer_corner]), xy(mesh[left_outer_corner]));
    Box box = empty_box;
    for (std::size_t i = 0; i < face_vertices; ++i) {
        widen(box, rotated(xy(mesh[i]), -angle_rad));
    }
    return {rotated(box.center(), angle_rad), roi_scale * std::max(box.width(), box.height()), angle_rad};
}

Roi symmetric_roi(const Mesh& mesh, const Midline& line) noexcept {
    return roi_from_mesh(average(mesh, reflect(mesh, line)));
}

Landmarks wflw_from_mesh(const Mesh& mesh) noexcept {
    Landmarks points;
    for (std::size_t k = 0; k < points.size(); ++k) {
        points[k] = xy(wflw::from_mesh[k].in(mesh));
    }
    return points;
}

double outer_eye_distance(const Mesh& mesh) noexcept {
    return distance(xy(mesh[right_outer_corner]), xy(mesh[left_outer_corner]));
}

double outer_eye_distance(const Landmarks& points) noexcept {
    return distance(points[60], points[72]); // Source: behaviour.md 25
}

} // namespace facemirror
