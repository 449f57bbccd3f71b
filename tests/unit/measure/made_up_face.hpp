// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/measure/frame_measures.hpp>

namespace facemirror::test {

/// A symmetric face in cm, x to the picture's right, y up, origin between the eyes: what the expected numbers
/// of these tests are worked out from by hand.
[[nodiscard]] Landmarks face_cm();

/// Moves one point of the face by (outwards, up) in cm.
void move(Landmarks& face, std::size_t index, double outwards, double up);

/// How a face in cm is put into a picture.
struct Placement {
    double px_per_cm = 1;
    Point origin;
    double roll_deg = 0;

    [[nodiscard]] Point place(Point cm) const;
    [[nodiscard]] Landmarks place(const Landmarks& cm) const;
    /// The line x = 0 of the face.
    [[nodiscard]] Midline midline() const;
    [[nodiscard]] FaceFrame frame(double oed_cm) const;
};

/// A generic face made of numbers, with the vertex pairs that the measures use.
[[nodiscard]] CanonicalFace made_up_canonical();

/// A canonical position in a picture: turned, scaled and shifted.
[[nodiscard]] Point3 place(const Point3& cm, const HeadPose& pose, double px_per_cm, Point3 shift);

/// That face as a mesh: turned, scaled to px_per_cm and shifted; its irises lie between the eye corners.
[[nodiscard]] Mesh mesh_of(const CanonicalFace& face, const HeadPose& pose, double px_per_cm, Point3 shift);

/// Mesh (frontal) and points of one face in one picture, with the same scale and place.
[[nodiscard]] FaceShape shape_of(const CanonicalFace& face, const Landmarks& cm, double yaw_deg = 0);

inline constexpr double shape_px_per_cm = 20;

} // namespace facemirror::test
