// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/landmarks/star.hpp>

#include <support/fake_face.hpp>

#include <atomic>
#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

namespace facemirror {

/// What the faked network of 98 heat maps answers: landmarks on the bright disc that it really sees.
struct FakeHeat {
    double spread = 0.05; ///< Of every point's heat, in units of half the crop.
    double sum = 1;       ///< Of every point's heat; 0: there is none.
    std::atomic<int> runs = 0;
};

inline constexpr int fake_star_px = 64;

/// The 98 points of fake_canonical(), which reach a little beyond a disc of radius 1 about the origin.
inline Landmarks fake_landmarks() {
    constexpr double scale = 1.3;
    Landmarks points{};
    for (std::size_t k = 0; k < 96; ++k) {
        const Point3 p = wflw::from_mesh[k].in(fake_vertices());
        points[k] = {scale * p.x, scale * p.y};
    }
    points[96] = middle(points[60], points[64]);
    points[97] = middle(points[68], points[72]);
    return points;
}

/// Centre and radius, in crop px, of the bright pixels of one plane.
inline std::pair<Point, double> disc_in_plane(std::span<const float> plane) {
    Point sum;
    double count = 0;
    for (std::size_t i = 0; i < plane.size(); ++i) {
        if (plane[i] > 128) {
            sum = sum + Point{static_cast<double>(i % fake_star_px), static_cast<double>(i / fake_star_px)};
            ++count;
        }
    }
    constexpr double middle_px = fake_star_px / 2.0;
    return {count > 0 ? (1 / count) * sum : Point{middle_px, middle_px},
            std::max(2.0, std::sqrt(count / std::numbers::pi))};
}

inline std::unique_ptr<StarNetwork> fake_star_network(const std::shared_ptr<FakeHeat>& heat) {
    const auto answer = [heat](std::span<const float> input, FakeNetwork::Tensors& outputs) {
        ++heat->runs;
        const auto [center, radius] = disc_in_plane(input.first(fake_star_px * fake_star_px));
        const Landmarks face = fake_landmarks();
        for (std::size_t k = 0; k < face.size(); ++k) {
            outputs[0][k] = static_cast<float>(heat->sum);
            outputs[1][k] = static_cast<float>(heat->spread);
            const auto unit = [](double px) { // behaviour.md 6: -1..1 is the crop from edge to edge
                return static_cast<float>((px + 0.5) / (fake_star_px / 2.0) - 1);
            };
            outputs[2][2 * k] = unit(center.x + radius * face[k].x);
            outputs[2][2 * k + 1] = unit(center.y + radius * face[k].y);
        }
    };
    return std::make_unique<StarNetwork>(std::make_unique<FakeNetwork>(
        TensorInfo{"image", {1, 3, fake_star_px, fake_star_px}},
        std::vector<TensorInfo>{{"heat", {1, 98}}, {"spread", {1, 98}}, {"landmarks", {1, 98, 2}}}, answer));
}

/// So many networks of a tracker.
inline std::vector<std::unique_ptr<StarNetwork>> fake_star(const std::shared_ptr<FakeHeat>& heat,
                                                           std::size_t count = 1) {
    std::vector<std::unique_ptr<StarNetwork>> networks;
    for (std::size_t i = 0; i < count; ++i) {
        networks.push_back(fake_star_network(heat));
    }
    return networks;
}

} // namespace facemirror
