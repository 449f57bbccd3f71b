// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

#include <cstdint>
#include <span>

namespace facemirror::detail {

/// How a stored picture becomes upright: rows and columns are swapped first, then the result is flipped.
struct Orientation {
    bool transposed = false;
    bool flip_x = false; ///< Left becomes right.
    bool flip_y = false;

    [[nodiscard]] bool is_identity() const noexcept { return !transposed && !flip_x && !flip_y; }
    /// True if the picture is mirrored, not only turned.
    [[nodiscard]] bool is_flipped() const noexcept { return transposed != (flip_x != flip_y); }
    /// Clockwise, after a left-right flip if is_flipped(): 0, 90, 180, 270.
    [[nodiscard]] int rotation_deg() const noexcept;
};

/// Shapes   9 numbers of a display matrix, row by row; any scale; turned to the nearest of the 8
/// orientations. Source   ISO/IEC 14496-12, 6.2.2: (x', y') = (a x + c y, b x + d y), y down.
[[nodiscard]] Orientation orientation_of(std::span<const std::int32_t, 9> matrix) noexcept;

/// The layout of the upright picture; chroma positions follow their samples.
[[nodiscard]] PixelLayout turned(const PixelLayout& stored, const Orientation& orientation) noexcept;

/// Moves every sample to its upright place; `to` has the layout turned(from.layout, orientation).
void turn_samples(const Frame& from, const Orientation& orientation, Frame& to);

} // namespace facemirror::detail
