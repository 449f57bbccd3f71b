// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/orientation.hpp>

#include <facemirror/core/error.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace facemirror::detail {

namespace {

constexpr int tile_px = 32; // Two 32 x 32 tiles of 16-bit samples fit the smallest first-level cache.

/// Where the chroma samples lie after a flip of a side of `size` luma px.
double flipped_position(double position, int shift, int size) noexcept {
    const int count = (size + (1 << shift) - 1) >> shift;
    return shift == 0 ? position : size - 1 - position - (1 << shift) * (count - 1);
}

struct Steps {
    const std::uint8_t* first = nullptr; // The source sample of output (0, 0).
    std::ptrdiff_t x = 0;                // Bytes in the source for one output px to the right.
    std::ptrdiff_t y = 0;
};

Steps steps_of(const Frame& from, int plane, const Orientation& o) {
    const Plane& source = from.planes[static_cast<std::size_t>(plane)];
    Steps steps{source.data, from.layout.bytes_per_sample(), source.stride};
    int width = from.layout.plane_width(plane);
    int height = from.layout.plane_height(plane);
    if (o.transposed) {
        std::swap(steps.x, steps.y);
        std::swap(width, height);
    }
    if (o.flip_x) {
        steps.first += (width - 1) * steps.x;
        steps.x = -steps.x;
    }
    if (o.flip_y) {
        steps.first += (height - 1) * steps.y;
        steps.y = -steps.y;
    }
    return steps;
}

template <typename Sample>
void turn_plane(const Steps& from, const Plane& to, int width, int height) {
    // Tiles keep both the rows read and the rows written in the cache when columns become rows.
    for (int top = 0; top < height; top += tile_px) {
        for (int left = 0; left < width; left += tile_px) {
            const int bottom = std::min(top + tile_px, height);
            const int right = std::min(left + tile_px, width);
            for (int y = top; y < bottom; ++y) {
                std::uint8_t* out = to.data + y * to.stride;
                const std::uint8_t* in = from.first + y * from.y + left * from.x;
                for (int x = left; x < right; ++x, in += from.x) {
                    std::memcpy(out + static_cast<std::size_t>(x) * sizeof(Sample), in, sizeof(Sample));
                }
            }
        }
    }
}

} // namespace

int Orientation::rotation_deg() const noexcept {
    // A flip before the rotation leaves flip_y of an untransposed and flip_x of a transposed picture alone.
    if (transposed) {
        return flip_x ? 90 : 270;
    }
    return flip_y ? 180 : 0;
}

Orientation orientation_of(std::span<const std::int32_t, 9> matrix) noexcept {
    const std::int64_t a = matrix[0];
    const std::int64_t b = matrix[1];
    const std::int64_t c = matrix[3];
    const std::int64_t d = matrix[4];
    if (std::abs(a) + std::abs(d) >= std::abs(b) + std::abs(c)) {
        return {false, a < 0, d < 0};
    }
    return {true, c < 0, b < 0};
}

PixelLayout turned(const PixelLayout& stored, const Orientation& orientation) noexcept {
    PixelLayout upright = stored;
    if (orientation.transposed) {
        std::swap(upright.width, upright.height);
        std::swap(upright.chroma_shift_x, upright.chroma_shift_y);
        std::swap(upright.chroma_x, upright.chroma_y);
    }
    if (orientation.flip_x) {
        upright.chroma_x = flipped_position(upright.chroma_x, upright.chroma_shift_x, upright.width);
    }
    if (orientation.flip_y) {
        upright.chroma_y = flipped_position(upright.chroma_y, upright.chroma_shift_y, upright.height);
    }
    return upright;
}

void turn_samples(const Frame& from, const Orientation& orientation, Frame& to) {
    expects(to.layout == turned(from.layout, orientation), "the target has the turned layout");
    for (int plane = 0; plane < to.layout.plane_count; ++plane) {
        const Steps steps = steps_of(from, plane, orientation);
        const Plane& target = to.planes[static_cast<std::size_t>(plane)];
        const int width = to.layout.plane_width(plane);
        const int height = to.layout.plane_height(plane);
        if (to.layout.bytes_per_sample() == 2) {
            turn_plane<std::uint16_t>(steps, target, width, height);
        } else {
            turn_plane<std::uint8_t>(steps, target, width, height);
        }
    }
}

} // namespace facemirror::detail
