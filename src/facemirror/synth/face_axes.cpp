// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/synth/face_axes.hpp>

namespace facemirror {

namespace {

constexpr std::size_t right_outer_eye = 60;
constexpr std::size_t left_outer_eye = 72;

} // namespace

FaceAxes face_axes_of(const Landmarks& points) {
    const Point eye_axis = points[left_outer_eye] - points[right_outer_eye];
    expects(length(eye_axis) >= 1, "the outer eye corners are at least 1 px apart");
    Point sum;
    Point middles;
    double pairs = 0;
    for (std::size_t k = 0; k < wflw::size; ++k) {
        if (wflw::partner[k] <= k) {
            continue;
        }
        const Point across = points[wflw::partner[k]] - points[k];
        // Not every pair counts from the patient's right (83 is on the left of 87): the eye axis decides.
        sum = sum + (dot(across, eye_axis) < 0 ? -1.0 : 1.0) * across;
        middles = middles + middle(points[k], points[wflw::partner[k]]);
        ++pairs;
    }
    FaceAxes frame;
    frame.origin = (1 / pairs) * middles;
    frame.lateral = (1 / length(sum)) * sum;
    frame.down = {-frame.lateral.y, frame.lateral.x};
    frame.eye_px = length(eye_axis);
    return frame;
}

Landmarks symmetrised(const Landmarks& points, const Midline& line) noexcept {
    Landmarks result;
    for (std::size_t k = 0; k < wflw::size; ++k) {
        result[k] = middle(points[k], line.reflect(points[wflw::partner[k]]));
    }
    return result;
}

} // namespace facemirror
