// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>
#include <facemirror/core/frame.hpp>
#include <facemirror/detect/blazeface_detector.hpp>
#include <facemirror/detect/detail/blazeface.hpp>
#include <facemirror/landmarks/detail/mesh_tables.hpp>
#include <facemirror/landmarks/face_mesh.hpp>
#include <facemirror/measure/head_fit.hpp>

#include <support/fake_network.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>
#include <random>
#include <vector>

namespace facemirror {

/// Faces without weights: a face is a bright disc, the detector finds what the test tells it, and the mesh
/// network lays a symmetric mesh over the bright pixels that it really sees.
struct FakeWorld {
    std::vector<Face> faces; ///< What the detector finds; px in the frame.
    double face_logit = 25;  ///< What the mesh network says.
    double disagreement = 0; ///< Shifts every vertex down in a flipped crop only: share of the disc's radius.
    int detections = 0;      ///< Runs of the detector so far.
    int mesh_runs = 0;
    bool flipped_next = false; ///< The next mesh run is the flipped one of two.
};

inline constexpr int fake_frame_px = 400;

/// The vertices of the fake face in radii of its disc, mirror-symmetric as mesh_partner says; z towards the
/// camera, y down.
inline const std::vector<Point3>& fake_vertices() {
    static const std::vector<Point3> vertices = [] {
        std::mt19937 random{1};
        std::uniform_real_distribution<double> share{0, 1};
        std::vector<Point3> made(468);
        for (std::size_t i = 0; i < made.size(); ++i) {
            const std::size_t other = mesh_partner[i];
            const double y = 1.6 * share(random) - 0.8;
            const double z = share(random);
            const double x = other == i ? 0 : 0.1 + 0.5 * share(random);
            if (other >= i) {
                made[i] = {-x, y, z};
                made[other] = {x, y, z};
            }
        }
        made[33] = {-0.5, -0.3, 0.2};
        made[263] = {0.5, -0.3, 0.2};
        return made;
    }();
    return vertices;
}

inline CanonicalFace fake_canonical() {
    std::vector<Point3> vertices;
    std::vector<CanonicalFace::WeightedPoint> points;
    for (const Point3& v : fake_vertices()) {
        vertices.push_back({8 * v.x, -8 * v.y, 8 * v.z});
    }
    for (std::size_t i = 0; i < 468; i += 13) {
        points.push_back({i, 1});
    }
    return {vertices, points};
}

/// A dark frame with bright discs.
inline Frame frame_with_discs(const std::vector<std::pair<Point, double>>& discs, std::int64_t index) {
    PixelLayout layout;
    layout.width = layout.height = fake_frame_px;
    layout.model = ColorModel::gray;
    layout.plane_count = 1;
    layout.full_range = true;
    Frame frame = make_frame(layout);
    frame.index = frame.pts = index;
    for (int y = 0; y < fake_frame_px; ++y) {
        std::uint8_t* row = frame.planes[0].data + y * frame.planes[0].stride;
        for (int x = 0; x < fake_frame_px; ++x) {
            const bool is_lit = std::any_of(discs.begin(), discs.end(), [&](const auto& disc) {
                return distance(disc.first, {double(x), double(y)}) < disc.second;
            });
            row[x] = is_lit ? 220 : 20;
        }
    }
    return frame;
}

/// The box that a detector draws round a disc.
inline Face face_on_disc(Point center, double radius, double score = 0.9) {
    return {{center.x - radius, center.y - radius, center.x + radius, center.y + radius},
            score,
            {{center.x - radius / 2, center.y}, {center.x + radius / 2, center.y}}};
}

inline std::unique_ptr<FaceDetector> fake_detector(const std::shared_ptr<FakeWorld>& world) {
    const auto answer = [world](std::span<const float>, FakeNetwork::Tensors& outputs) {
        ++world->detections;
        const auto anchors = blazeface::anchors_for(128);
        std::fill(outputs[1].begin(), outputs[1].end(), -50.0F);
        for (std::size_t i = 0; i < world->faces.size(); ++i) {
            const Face& face = world->faces[i];
            const auto scaled = [](double px) { return static_cast<float>(128 * px / fake_frame_px); };
            const auto put = [&](std::size_t k, Point p) {
                outputs[0][16 * i + k] = scaled(p.x) - static_cast<float>(128 * anchors[i].x);
                outputs[0][16 * i + k + 1] = scaled(p.y) - static_cast<float>(128 * anchors[i].y);
            };
            put(0, face.box.center());
            outputs[0][16 * i + 2] = scaled(face.box.width());
            outputs[0][16 * i + 3] = scaled(face.box.height());
            put(4, face.points[0]);
            put(6, face.points[1]);
            outputs[1][i] = static_cast<float>(std::log(face.score / (1 - face.score)));
        }
    };
    return std::make_unique<BlazeFaceDetector>(
        std::make_unique<FakeNetwork>(
            TensorInfo{"input", {1, 128, 128, 3}},
            std::vector<TensorInfo>{{"regressors", {1, 896, 16}}, {"classificators", {1, 896, 1}}}, answer),
        nullptr, BlazeFaceOptions{});
}

/// Centre and radius of the bright pixels of a 192 px crop.
inline std::pair<Point, double> disc_in(std::span<const float> rgb) {
    Point sum;
    double count = 0;
    for (std::size_t i = 0; i < rgb.size(); i += 3) {
        if (rgb[i] > 0.5F) {
            sum = sum + Point{static_cast<double>(i / 3 % 192), static_cast<double>(i / 3 / 192)};
            ++count;
        }
    }
    return {count > 0 ? (1 / count) * sum : Point{96, 96},
            std::max(5.0, std::sqrt(count / std::numbers::pi))};
}

inline std::unique_ptr<FaceMesh> fake_face_mesh(const std::shared_ptr<FakeWorld>& world, int passes) {
    const auto answer = [world, passes](std::span<const float> input, FakeNetwork::Tensors& outputs) {
        ++world->mesh_runs;
        const auto [center, radius] = disc_in(input);
        const bool is_flipped = passes == 2 && world->flipped_next;
        world->flipped_next = !world->flipped_next;
        const double down = is_flipped ? world->disagreement : 0;
        const auto vertex = [&](std::size_t i) {
            const Point3& v = fake_vertices()[i];
            return Point3{center.x + radius * v.x, center.y + radius * (v.y + down), -radius * v.z};
        };
        const auto put = [&](std::vector<float>& to, std::size_t k, Point3 p) {
            to[k] = static_cast<float>(p.x);
            to[k + 1] = static_cast<float>(p.y);
        };
        for (std::size_t i = 0; i < 468; ++i) {
            put(outputs[0], 3 * i, vertex(i));
            outputs[0][3 * i + 2] = static_cast<float>(vertex(i).z);
        }
        for (std::size_t i = 0; i < 80; ++i) {
            put(outputs[1], 2 * i, vertex(mesh_tables::lips[i]));
        }
        for (std::size_t i = 0; i < 71; ++i) {
            put(outputs[2], 2 * i, vertex(mesh_tables::right_eye[i]));
            put(outputs[3], 2 * i, vertex(mesh_tables::left_eye[i]));
        }
        for (std::size_t i = 0; i < 5; ++i) {
            put(outputs[4], 2 * i, vertex(33));
            put(outputs[5], 2 * i, vertex(263));
        }
        outputs[6][0] = static_cast<float>(world->face_logit);
    };
    return std::make_unique<FaceMesh>(
        std::make_unique<FakeNetwork>(TensorInfo{"input_1", {1, 192, 192, 3}},
                                      std::vector<TensorInfo>{{"output_mesh", {1, 1404}},
                                                              {"output_lips", {1, 160}},
                                                              {"output_left_eye", {1, 142}},
                                                              {"output_right_eye", {1, 142}},
                                                              {"output_left_iris", {1, 10}},
                                                              {"output_right_iris", {1, 10}},
                                                              {"conv_faceflag", {1, 1}}},
                                      answer));
}

} // namespace facemirror
