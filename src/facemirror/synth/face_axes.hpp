// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>

namespace facemirror {

/// The face's own axes in a picture, and its size.
struct FaceAxes {
    Point origin; ///< Mean of the middles of all mirror pairs; px.
    Point lateral{1,
                  0};  ///< Unit vector from the patient's right to the left, image-right on an upright face.
    Point down{0, 1};  ///< Unit vector towards the chin.
    double eye_px = 1; ///< Distance of the outer eye corners ("OED"); px.

    /// Unit vector away from the midline on one side.
    [[nodiscard]] Point outward(Side side) const noexcept {
        return side == Side::patient_left ? lateral : -1.0 * lateral;
    }
    [[nodiscard]] Midline midline() const noexcept { return {origin, down}; }
};

/// Fits the axes to all mirror pairs, so that no single point matters.
/// Throws   std::logic_error if the outer eye corners are less than 1 px apart.
[[nodiscard]] FaceAxes face_axes_of(const Landmarks& points);

/// The points averaged with their mirror image behind the line.
[[nodiscard]] Landmarks symmetrised(const Landmarks& points, const Midline& line) noexcept;

} // namespace facemirror
