// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

#include <support/fake_star.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

namespace facemirror {

/// A grey picture that is fine enough to be followed: `where` says which position of the texture a pixel
/// shows.
inline Frame textured_frame(std::int64_t index, const std::function<Point(Point)>& where, int bit_depth = 8,
                            int size_px = 400) {
    PixelLayout layout;
    layout.width = layout.height = size_px;
    layout.model = ColorModel::gray;
    layout.plane_count = 1;
    layout.full_range = true;
    layout.bit_depth = bit_depth;
    Frame frame = make_frame(layout);
    frame.index = frame.pts = index;
    for (int y = 0; y < size_px; ++y) {
        std::uint8_t* row = frame.planes[0].data + y * frame.planes[0].stride;
        for (int x = 0; x < size_px; ++x) {
            const Point p = where({double(x), double(y)});
            // Waves of 13 to 40 px whose lengths have no common measure.
            const double wave = std::sin(0.31 * p.x + 0.12 * p.y) + std::sin(0.17 * p.x - 0.29 * p.y) +
                                std::sin(0.23 * p.y + 0.41 * p.x) + std::sin(0.47 * p.y - 0.08 * p.x);
            const double level = std::clamp(0.5 + wave / 8, 0.0, 1.0);
            if (bit_depth == 8) {
                row[x] = static_cast<std::uint8_t>(std::lround(255 * level));
            } else {
                const auto sample = static_cast<std::uint16_t>(std::lround(((1 << bit_depth) - 1) * level));
                std::memcpy(row + 2 * x, &sample, sizeof sample);
            }
        }
    }
    return frame;
}

/// Landmarks of a face of 160 px in the middle of such a picture.
inline Landmarks textured_landmarks() {
    Landmarks points = fake_landmarks();
    for (Point& p : points) {
        p = {200 + 80 * p.x, 200 + 80 * p.y};
    }
    return points;
}

} // namespace facemirror
