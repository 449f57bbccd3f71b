// SPDX-License-Identifier: Apache-2.0
#include "made_up_face.hpp"

#include <numbers>
#include <random>
#include <set>
#include <utility>

namespace facemirror::test {
namespace {

constexpr double rad = std::numbers::pi / 180;

struct Placed {
    std::size_t index;
    Point at;
};

// The patient's right side and the middle.
constexpr std::array right_and_middle{
    Placed{16, {0, -12}},     Placed{33, {-5, 2.0}},   Placed{34, {-4.2, 2.6}},  Placed{35, {-3.4, 2.9}},
    Placed{36, {-2.6, 2.7}},  Placed{37, {-1.5, 2.3}}, Placed{38, {-1.5, 1.8}},  Placed{39, {-2.6, 2.2}},
    Placed{40, {-3.4, 2.4}},  Placed{41, {-4.2, 2.1}}, Placed{51, {0, 0.5}},     Placed{52, {0, -1}},
    Placed{53, {0, -2}},      Placed{54, {0, -3}},     Placed{55, {-1.5, -4}},   Placed{56, {-0.8, -4.3}},
    Placed{57, {0, -4.5}},    Placed{60, {-4.45, 0}},  Placed{61, {-3.8, 0.6}},  Placed{62, {-3.1, 0.8}},
    Placed{63, {-2.5, 0.6}},  Placed{64, {-1.85, 0}},  Placed{65, {-2.5, -0.4}}, Placed{66, {-3.1, -0.5}},
    Placed{67, {-3.8, -0.4}}, Placed{76, {-2.5, -7}},  Placed{77, {-1.6, -6.5}}, Placed{78, {-0.7, -6.2}},
    Placed{79, {0, -6.3}},    Placed{85, {0, -8.1}},   Placed{86, {-0.8, -8}},   Placed{87, {-1.6, -7.6}},
    Placed{88, {-2.3, -7}},   Placed{89, {-1, -6.9}},  Placed{90, {0, -6.8}},    Placed{94, {0, -7.3}},
    Placed{95, {-1, -7.1}},   Placed{96, {-3.1, 0.1}},
};

// Right-side vertices that the measures use and their partners (MediaPipe's mesh).
constexpr std::array<std::pair<std::size_t, std::size_t>, 26> used_pairs{{
    {33, 263},  {133, 362}, {55, 285},  {107, 336}, {46, 276},  {70, 300}, {63, 293},
    {52, 282},  {105, 334}, {158, 385}, {159, 386}, {160, 387}, {50, 280}, {101, 330},
    {118, 347}, {205, 425}, {144, 373}, {145, 374}, {153, 380}, {64, 294}, {98, 327},
    {129, 358}, {37, 267},  {39, 269},  {40, 270},  {61, 291},
}};
constexpr std::array<std::size_t, 8> used_middle{168, 2, 199, 13, 14, 152, 4, 6};

std::vector<std::pair<std::size_t, std::size_t>> all_pairs() {
    std::vector<std::pair<std::size_t, std::size_t>> pairs{used_pairs.begin(), used_pairs.end()};
    std::set<std::size_t> taken{used_middle.begin(), used_middle.end()};
    for (const auto& [right, left] : used_pairs) {
        taken.insert({right, left});
    }
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i < CanonicalFace::size; ++i) {
        if (!taken.contains(i)) {
            free.push_back(i);
        }
    }
    for (std::size_t i = 0; i + 1 < free.size(); i += 2) {
        pairs.emplace_back(free[i], free[i + 1]);
    }
    return pairs;
}

Point3 turned(const Point3& p, const HeadPose& pose) {
    const double a = pose.pitch_deg * rad;
    const double b = pose.yaw_deg * rad;
    const double c = pose.roll_deg * rad;
    const Point3 nodded{p.x, std::cos(a) * p.y - std::sin(a) * p.z, std::sin(a) * p.y + std::cos(a) * p.z};
    const Point3 shaken{std::cos(b) * nodded.x + std::sin(b) * nodded.z, nodded.y,
                        -std::sin(b) * nodded.x + std::cos(b) * nodded.z};
    return {std::cos(c) * shaken.x - std::sin(c) * shaken.y, std::sin(c) * shaken.x + std::cos(c) * shaken.y,
            shaken.z};
}

} // namespace

Landmarks face_cm() {
    Landmarks face{};
    for (std::size_t i = 0; i < 16; ++i) { // the contour: an arc from the ear to the chin
        const double angle = static_cast<double>(i) / 16 * std::numbers::pi / 2;
        face[i] = {-7.5 * std::cos(angle), -12 * std::sin(angle)};
        face[32 - i] = {-face[i].x, face[i].y};
    }
    for (const Placed& p : right_and_middle) {
        face[p.index] = p.at;
        face[wflw::partner[p.index]] = {-p.at.x, p.at.y};
    }
    return face;
}

void move(Landmarks& face, std::size_t index, double outwards, double up) {
    const double sign = face[index].x < 0 ? -1 : 1;
    face[index] = face[index] + Point{sign * outwards, up};
}

Point Placement::place(Point cm) const {
    const double c = std::cos(roll_deg * rad);
    const double s = std::sin(roll_deg * rad);
    return origin + px_per_cm * Point{c * cm.x - s * cm.y, -(s * cm.x + c * cm.y)};
}

Landmarks Placement::place(const Landmarks& cm) const {
    Landmarks px{};
    std::transform(cm.begin(), cm.end(), px.begin(), [this](Point p) { return place(p); });
    return px;
}

Midline Placement::midline() const {
    const Point down = place(Point{0, -1}) - place(Point{0, 0});
    return {.origin = place(Point{0, 2}), .direction = (1 / length(down)) * down};
}

FaceFrame Placement::frame(double oed_cm) const {
    return {.origin = place(Point{0, 0}),
            .right = (1 / px_per_cm) * (place(Point{1, 0}) - place(Point{0, 0})),
            .up = (1 / px_per_cm) * (place(Point{0, 1}) - place(Point{0, 0})),
            .cm_per_px = 1 / px_per_cm,
            .oed_px = oed_cm * px_per_cm};
}

CanonicalFace made_up_canonical() {
    std::vector<Point3> vertices(CanonicalFace::size);
    std::mt19937 random{1};
    const auto uniform = [&](double low, double high) {
        return low + (high - low) * static_cast<double>(random()) / 4294967295.0;
    };
    for (const auto& [right, left] : all_pairs()) {
        vertices[right] = {uniform(-7, -0.5), uniform(-9, 6), uniform(-1, 6)};
    }
    for (const std::size_t i : used_middle) {
        vertices[i] = {0, uniform(-9, 6), uniform(3, 7)};
    }
    vertices[33] = {-4.45, 2.6, 3.2};
    vertices[133] = {-1.85, 2.6, 3.8};
    for (const auto& [right, left] : all_pairs()) {
        vertices[left] = {-vertices[right].x, vertices[right].y, vertices[right].z};
    }
    std::vector<CanonicalFace::WeightedPoint> points{{4, 0.1}, {6, 0.05}};
    for (const std::size_t i : {33U, 263U, 133U, 362U, 129U, 358U, 205U, 425U}) {
        points.push_back({i, 0.06});
    }
    return CanonicalFace{std::move(vertices), std::move(points)};
}

Point3 place(const Point3& cm, const HeadPose& pose, double px_per_cm, Point3 shift) {
    const Point3 p = turned(cm, pose);
    return {shift.x + px_per_cm * p.x, shift.y - px_per_cm * p.y, shift.z - px_per_cm * p.z};
}

Mesh mesh_of(const CanonicalFace& face, const HeadPose& pose, double px_per_cm, Point3 shift) {
    const auto at = [&](const Point3& cm) { return place(cm, pose, px_per_cm, shift); };
    Mesh mesh{};
    std::transform(face.vertices().begin(), face.vertices().end(), mesh.begin(), at);
    const auto& v = face.vertices();
    for (std::size_t i = 0; i < 5; ++i) {
        mesh[468 + i] = at({(v[33].x + v[133].x) / 2, (v[33].y + v[133].y) / 2, (v[33].z + v[133].z) / 2});
        mesh[473 + i] = at({(v[263].x + v[362].x) / 2, (v[263].y + v[362].y) / 2, (v[263].z + v[362].z) / 2});
    }
    return mesh;
}

FaceShape shape_of(const CanonicalFace& face, const Landmarks& cm, double yaw_deg) {
    const Point3 shift{300, 200, 0};
    const Placement placement{.px_per_cm = shape_px_per_cm, .origin = {300, 200 - 2.6 * shape_px_per_cm}};
    return {.mesh =
                mesh_of(face, {.yaw_deg = yaw_deg, .pitch_deg = 0, .roll_deg = 0}, shape_px_per_cm, shift),
            .points = placement.place(cm)};
}

} // namespace facemirror::test
