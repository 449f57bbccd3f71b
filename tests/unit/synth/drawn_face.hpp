// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/synth/scene.hpp>

#include <cmath>
#include <numbers>
#include <vector>

namespace facemirror::testing {

/// 98 points of a schematic, symmetric, upright face.
inline Landmarks schematic_face(Point eyes, double eye_px) {
    struct Row {
        std::size_t index;
        Point place; // outer-eye distances from the middle of the eyes; patient's right is negative
    };
    const std::vector<Row> right_and_middle{
        {33, {-0.62, -0.25}},  {34, {-0.52, -0.33}},  {35, {-0.40, -0.36}},  {36, {-0.27, -0.35}},
        {37, {-0.12, -0.31}},  {38, {-0.12, -0.26}},  {39, {-0.27, -0.29}},  {40, {-0.40, -0.30}},
        {41, {-0.52, -0.28}},  {51, {0, -0.02}},      {52, {0, 0.12}},       {53, {0, 0.26}},
        {54, {0, 0.38}},       {55, {-0.16, 0.45}},   {56, {-0.08, 0.48}},   {57, {0, 0.50}},
        {60, {-0.50, 0}},      {61, {-0.42, -0.055}}, {62, {-0.33, -0.075}}, {63, {-0.24, -0.055}},
        {64, {-0.17, 0}},      {65, {-0.24, 0.045}},  {66, {-0.33, 0.06}},   {67, {-0.42, 0.045}},
        {76, {-0.30, 0.75}},   {77, {-0.20, 0.70}},   {78, {-0.07, 0.68}},   {79, {0, 0.69}},
        {85, {0, 0.88}},       {86, {-0.10, 0.87}},   {87, {-0.20, 0.83}},   {88, {-0.27, 0.755}},
        {89, {-0.13, 0.745}},  {90, {0, 0.745}},      {94, {0, 0.80}},       {95, {-0.13, 0.795}},
        {96, {-0.33, -0.005}},
    };
    Landmarks points;
    const auto place = [&](std::size_t k, Point p) {
        points[k] = eyes + eye_px * p;
        points[wflw::partner[k]] = eyes + eye_px * Point{-p.x, p.y};
    };
    for (const Row& row : right_and_middle) {
        place(row.index, row.place);
    }
    for (std::size_t k = 0; k <= 16; ++k) {
        const double angle = std::numbers::pi * static_cast<double>(k) / 32;
        place(k, {k == 16 ? 0 : -0.8 * std::cos(angle), 1.25 * std::sin(angle)});
    }
    return points;
}

/// A grey clip picture with the schematic face's points and no dots.
inline Base plain_base(int width = 480, int height = 480, double eye_px = 160) {
    Base base;
    base.width = width;
    base.height = height;
    base.margin_px = 40;
    base.picture = Picture{width + 80, height + 80};
    std::fill(base.picture.pixels.begin(), base.picture.pixels.end(), Color{60, 60, 60});
    base.points = schematic_face({(width - 1) / 2.0, 170}, eye_px);
    return base;
}

/// A wide dot is bent by a warp, and its middle no longer shows where its centre went; this one's error stays
/// below 0.1 px.
inline constexpr double dot_sigma_px = 0.8;

/// Draws a bright round dot.
inline void draw_dot(Base& base, Point center) {
    for (int y = 0; y < base.picture.height; ++y) {
        for (int x = 0; x < base.picture.width; ++x) {
            const double d = distance(center, {double(x - base.margin_px), double(y - base.margin_px)});
            const double weight = std::exp(-d * d / (2 * dot_sigma_px * dot_sigma_px));
            base.picture.at(x, y)[1] += static_cast<float>(180 * weight);
        }
    }
}

/// The middle of what is brighter than the plain picture, near a place.
inline Point dot_near(const Frame& frame, Point expected) {
    constexpr int reach_px = 12;
    double weight = 0;
    Point sum;
    for (int y = int(expected.y) - reach_px; y <= int(expected.y) + reach_px; ++y) {
        for (int x = int(expected.x) - reach_px; x <= int(expected.x) + reach_px; ++x) {
            const double level = frame.planes[0].data[y * frame.planes[0].stride + x] - 60.0; // green
            weight += level;
            sum = sum + level * Point{double(x), double(y)};
        }
    }
    return (1 / weight) * sum;
}

inline bool equal_samples(const Frame& a, const Frame& b) {
    for (std::size_t plane = 0; plane < 3; ++plane) {
        for (int y = 0; y < a.layout.height; ++y) {
            const auto* row = a.planes[plane].data + y * a.planes[plane].stride;
            if (!std::equal(row, row + a.layout.width, b.planes[plane].data + y * b.planes[plane].stride)) {
                return false;
            }
        }
    }
    return true;
}

} // namespace facemirror::testing
