// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/synth/key_values.hpp>
#include <facemirror/synth/movement.hpp>

#include <array>
#include <cmath>
#include <numbers>

namespace facemirror {

namespace {

struct KindRow {
    MovementKind kind;
    const char* name;
    double amount; // Default, units of Movement::amount.
    double most;   // Largest |amount * share|: beyond it the steepest spot of the movement would fold the
                   // picture (docs/synth.md).
};

// The defaults lie inside the ranges of truth-study.md 2: 8 %, lids 6 %.
constexpr std::array kinds{
    KindRow{MovementKind::smile, "smile", 8, 18},
    KindRow{MovementKind::corner_down, "corner-down", 8, 18},
    KindRow{MovementKind::brow_raise, "brow-raise", 8, 17},
    KindRow{MovementKind::upper_lid, "upper-lid", 6, 9},
    KindRow{MovementKind::lower_lid, "lower-lid", 6, 9},
    KindRow{MovementKind::lower_lip, "lower-lip", 8, 14},
    KindRow{MovementKind::lip_part, "lip-part", 5, 9},
    KindRow{MovementKind::blink, "blink", 100, 100},
};

const KindRow& row_of(MovementKind kind) noexcept {
    return kinds[static_cast<std::size_t>(kind)];
}

MovementKind kind_named(const std::string& name) {
    std::string known;
    for (const KindRow& row : kinds) {
        if (name == row.name) {
            return row.kind;
        }
        known += (known.empty() ? "" : ", ") + std::string{row.name};
    }
    throw Error{ErrorCode::unsupported, "movement \"" + name + "\": expected one of " + known};
}

void check(const Movement& movement, const std::string& text) {
    const double most = row_of(movement.kind).most;
    const double strongest =
        std::abs(movement.amount) * std::max(std::abs(movement.left), std::abs(movement.right));
    if (strongest > most) {
        throw Error{ErrorCode::unsupported, "movement \"" + text + "\": expected at most " +
                                                plain_number(most) + " percent on a side, found " +
                                                plain_number(strongest)};
    }
    const Envelope& e = movement.envelope;
    if (e.rise_s < 0 || e.hold_s < 0 || e.fall_s < 0) {
        throw Error{ErrorCode::unsupported,
                    "movement \"" + text + "\": rise, hold and fall are not negative"};
    }
    if (movement.kind == MovementKind::blink &&
        (movement.amount < 0 || movement.left < 0 || movement.right < 0)) {
        throw Error{ErrorCode::unsupported, "movement \"" + text + "\": a blink only closes"};
    }
}

double smooth_step(double x) noexcept {
    return (1 - std::cos(std::numbers::pi * x)) / 2;
}

} // namespace

const char* name_of(MovementKind kind) noexcept {
    return row_of(kind).name;
}

double default_amount(MovementKind kind) noexcept {
    return row_of(kind).amount;
}

double Envelope::at(double time_s) const noexcept {
    const double since_start = time_s - start_s;
    const double since_fall = since_start - rise_s - hold_s;
    if (since_start < 0 || since_fall >= fall_s) {
        return 0;
    }
    if (since_start < rise_s) {
        return smooth_step(since_start / rise_s);
    }
    return since_fall < 0 ? 1 : 1 - smooth_step(since_fall / fall_s);
}

Movement parse_movement(const std::string& text) {
    const std::size_t colon = text.find(':');
    Movement movement;
    movement.kind = kind_named(text.substr(0, colon));
    movement.amount = default_amount(movement.kind);
    if (colon != std::string::npos) {
        Envelope& e = movement.envelope;
        read_key_values(text.substr(colon + 1), {{"left", &movement.left},
                                                 {"right", &movement.right},
                                                 {"amount", &movement.amount},
                                                 {"start", &e.start_s},
                                                 {"rise", &e.rise_s},
                                                 {"hold", &e.hold_s},
                                                 {"fall", &e.fall_s}});
    }
    check(movement, text);
    return movement;
}

} // namespace facemirror
