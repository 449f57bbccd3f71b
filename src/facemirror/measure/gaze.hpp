// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/measure/head_fit.hpp>

namespace facemirror {

/// Where one eye looks. Degrees; yaw > 0 towards the picture's right, pitch > 0 down, as the head pose.
struct Gaze {
    double yaw_deg = 0; ///< Against the head.
    double pitch_deg = 0;
    double camera_yaw_deg = 0; ///< Against the camera's axis; 0 looks along it.
    double camera_pitch_deg = 0;
};

/// The gaze of one eye from the place of its iris between the eye corners.
/// Returns  `missing` values if the iris lies further off than an eyeball's radius.
/// Source   default-models.md 7: asin(offset / 1.05 cm).
[[nodiscard]] Gaze measure_gaze(const Mesh& mesh, const CanonicalFace& face, const HeadFit& fit, Side side);

} // namespace facemirror
