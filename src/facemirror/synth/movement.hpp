// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/geometry.hpp>

#include <string>

namespace facemirror {

/// What a synthetic face can do.
enum class MovementKind {
    smile,       ///< Mouth corner out and up.
    corner_down, ///< Mouth corner down.
    brow_raise,  ///< Brow up.
    upper_lid,   ///< Upper lid down, the eye stretched with it.
    lower_lid,   ///< Lower lid up, the eye squeezed with it.
    lower_lip,   ///< One half of the lower lip down.
    lip_part,    ///< Lips apart: mostly the lower lip down, a little the upper lip up.
    blink,       ///< Upper lid slides down over the resting eyeball.
};

/// The name in the command line and in tables: "smile", "corner-down", ...
[[nodiscard]] const char* name_of(MovementKind kind) noexcept;

/// How strong a movement is over time: 0, a smooth rise to 1, a hold, a smooth fall to 0.
struct Envelope {
    double start_s = 1; ///< Of the rise; negative: the clip begins inside the movement.
    double rise_s = 0.3;
    double hold_s = 0.5;
    double fall_s = 0.3;

    /// 0..1 at a time of the clip; rise and fall are half waves of a cosine.
    [[nodiscard]] double at(double time_s) const noexcept;
    friend bool operator==(const Envelope&, const Envelope&) = default;
};

/// One movement with its strength on each side.
struct Movement {
    MovementKind kind = MovementKind::smile;
    double amount = 0; ///< Percent of the outer-eye distance; blink: percent of the own lid gap.
    double left = 1;   ///< Share of the amount on the patient's left, -2..2.
    double right = 1;  ///< Likewise on the right.
    Envelope envelope;

    [[nodiscard]] double share(Side side) const noexcept { return side == Side::patient_left ? left : right; }
    friend bool operator==(const Movement&, const Movement&) = default;
};

/// The amount that a movement has when none is given; units of Movement::amount.
[[nodiscard]] double default_amount(MovementKind kind) noexcept;

/// Reads "KIND" or "KIND:key=value,...", keys left, right, amount, start, rise, hold, fall.
/// Throws   Error{unsupported} naming the kind, key or value that does not fit, and what would.
[[nodiscard]] Movement parse_movement(const std::string& text);

} // namespace facemirror
