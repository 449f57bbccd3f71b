// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

#include <cstring>
#include <random>

namespace facemirror::testing {

inline int sample_at(const Frame& frame, int plane, int x, int y) {
    const Plane& p = frame.planes[static_cast<std::size_t>(plane)];
    const std::uint8_t* row = p.data + y * p.stride;
    if (frame.layout.bytes_per_sample() == 1) {
        return row[x];
    }
    std::uint16_t sample = 0;
    std::memcpy(&sample, row + 2 * x, sizeof sample);
    return sample;
}

inline void set_sample(Frame& frame, int plane, int x, int y, int value) {
    Plane& p = frame.planes[static_cast<std::size_t>(plane)];
    std::uint8_t* row = p.data + y * p.stride;
    if (frame.layout.bytes_per_sample() == 1) {
        row[x] = static_cast<std::uint8_t>(value);
    } else {
        const auto sample = static_cast<std::uint16_t>(value);
        std::memcpy(row + 2 * x, &sample, sizeof sample);
    }
}

/// Calls `visit(plane, x, y)` for every sample of a layout.
template <typename Visit>
void for_each_sample(const PixelLayout& layout, Visit visit) {
    for (int plane = 0; plane < layout.plane_count; ++plane) {
        for (int y = 0; y < layout.plane_height(plane); ++y) {
            for (int x = 0; x < layout.plane_width(plane); ++x) {
                visit(plane, x, y);
            }
        }
    }
}

inline Frame random_frame(const PixelLayout& layout, std::mt19937& random) {
    Frame frame = make_frame(layout);
    std::uniform_int_distribution<int> level{0, (1 << layout.bit_depth) - 1};
    for_each_sample(layout, [&](int plane, int x, int y) { set_sample(frame, plane, x, y, level(random)); });
    return frame;
}

/// The picture as a mirror shows it: chroma keeps its place against luma, so its siting changes sides.
inline Frame flipped(const Frame& frame) {
    PixelLayout layout = frame.layout;
    layout.chroma_x = (1 << layout.chroma_shift_x) - 1 - layout.chroma_x;
    Frame result = make_frame(layout);
    for_each_sample(layout, [&](int plane, int x, int y) {
        const int mirrored = layout.plane_width(plane) - 1 - x;
        set_sample(result, plane, x, y, sample_at(frame, plane, mirrored, y));
    });
    return result;
}

inline PixelLayout layout_of(ColorModel model, int width, int height, int bit_depth = 8) {
    PixelLayout layout;
    layout.width = width;
    layout.height = height;
    layout.model = model;
    layout.bit_depth = bit_depth;
    layout.plane_count = model == ColorModel::gray ? 1 : 3;
    return layout;
}

} // namespace facemirror::testing
