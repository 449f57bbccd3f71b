// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/synth/face_axes.hpp>
#include <facemirror/synth/warp.hpp>

#include <string>

namespace facemirror {

/// Turns, scales and shifts the picture: (x, y) -> (a x - b y + tx, b x + a y + ty).
struct Similarity {
    double a = 1;
    double b = 0;
    double tx = 0;
    double ty = 0;

    [[nodiscard]] Point operator()(Point p) const noexcept {
        return {a * p.x - b * p.y + tx, b * p.x + a * p.y + ty};
    }
    [[nodiscard]] Similarity inverse() const noexcept;
    friend bool operator==(const Similarity&, const Similarity&) = default;
};

/// A head that sways; each part is a wave of this height and at rest in the first frame.
struct HeadMotion {
    double shift = 0;    ///< Percent of the outer-eye distance to the side; half of it up and down.
    double roll_deg = 0; ///< > 0 counter-clockwise first.
    double zoom = 0;     ///< Percent larger at the half of each period.
    double yaw_deg = 0;  ///< > 0 nose to image-right first. A stand-in for a turn: see yaw_warp().
    double period_s = 4;

    /// The head's place at a time of the clip.
    [[nodiscard]] Similarity at(double time_s, const FaceAxes& face) const noexcept;
    /// The turn at a time of the clip; degrees.
    [[nodiscard]] double yaw_at(double time_s) const noexcept;
    [[nodiscard]] bool is_still() const noexcept {
        return shift == 0 && roll_deg == 0 && zoom == 0 && yaw_deg == 0;
    }
};

/// The middle of the face moves sideways over its rim as a dome 0.5 OED high does when it turns. No true
/// rotation: nothing is hidden and nothing foreshortened.
[[nodiscard]] Warp yaw_warp(double yaw_deg, const FaceAxes& face);

/// Reads "shift=2,roll=1,zoom=1,yaw=0,period=4".
/// Throws   Error{unsupported} for an unknown key, a period that is not positive, or more motion than the
/// margin of the picture allows (shift 30, roll 15, zoom 30, yaw 20).
[[nodiscard]] HeadMotion parse_head_motion(const std::string& text);

} // namespace facemirror
