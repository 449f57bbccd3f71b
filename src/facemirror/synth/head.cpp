// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/synth/head.hpp>
#include <facemirror/synth/key_values.hpp>

#include <cmath>
#include <numbers>

namespace facemirror {

namespace {

constexpr double radians = std::numbers::pi / 180;
// A generic head: the nose bridge lies about half an outer-eye distance in front of the ears' rim.
constexpr double dome_oed = 0.5;
constexpr double dome_sigma_lateral_oed = 0.45;
constexpr double dome_sigma_down_oed = 0.6;

void check(const char* name, double value, double most) {
    if (std::abs(value) > most) {
        throw Error{ErrorCode::unsupported, std::string{"head motion: expected "} + name + " of at most " +
                                                plain_number(most) + ", found " + plain_number(value)};
    }
}

} // namespace

Similarity Similarity::inverse() const noexcept {
    const double scale = a * a + b * b;
    const double ia = a / scale;
    const double ib = -b / scale;
    return {ia, ib, -(ia * tx - ib * ty), -(ib * tx + ia * ty)};
}

Similarity HeadMotion::at(double time_s, const FaceAxes& face) const noexcept {
    const double phase = 2 * std::numbers::pi * time_s / period_s;
    const double unit = face.eye_px / 100;
    const Point moved{shift * unit * std::sin(phase), shift * unit * std::sin(2 * phase) / 2};
    const double turn = roll_deg * radians * std::sin(phase);
    const double scale = 1 + zoom / 100 * (1 - std::cos(phase)) / 2;
    const double a = scale * std::cos(turn);
    const double b = -scale * std::sin(turn); // y points down: counter-clockwise is negative
    const Point c = face.origin;
    return {a, b, c.x + moved.x - (a * c.x - b * c.y), c.y + moved.y - (b * c.x + a * c.y)};
}

double HeadMotion::yaw_at(double time_s) const noexcept {
    return yaw_deg * std::sin(2 * std::numbers::pi * time_s / period_s);
}

Warp yaw_warp(double yaw_deg, const FaceAxes& face) {
    const double shift = std::sin(yaw_deg * radians) * dome_oed * face.eye_px;
    return Warp{face.lateral,
                {{face.origin, dome_sigma_lateral_oed * face.eye_px, dome_sigma_down_oed * face.eye_px,
                  shift * face.lateral}}};
}

HeadMotion parse_head_motion(const std::string& text) {
    HeadMotion motion;
    read_key_values(text, {{"shift", &motion.shift},
                           {"roll", &motion.roll_deg},
                           {"zoom", &motion.zoom},
                           {"yaw", &motion.yaw_deg},
                           {"period", &motion.period_s}});
    check("shift", motion.shift, 30);
    check("roll", motion.roll_deg, 15);
    check("zoom", motion.zoom, 30);
    check("yaw", motion.yaw_deg, 20);
    if (motion.period_s <= 0) {
        throw Error{ErrorCode::unsupported, "head motion: the period is positive"};
    }
    return motion;
}

} // namespace facemirror
