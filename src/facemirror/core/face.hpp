// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/geometry.hpp>

#include <array>
#include <cstddef>
#include <vector>

namespace facemirror {

/// The 98 landmarks of the WFLW scheme; px in the frame.
/// Source   Index meaning and mirror pairs: behaviour.md 25.
using Landmarks = std::array<Point, 98>;

/// The 468 vertices of the attention mesh and 10 iris points (468..472 the patient's right eye, 473..477 the
/// left); x, y in px of the frame, z in the same px, smaller is nearer to the camera.
using Mesh = std::array<Point3, 478>;

/// A face as a detector finds it.
struct Face {
    Box box;          ///< px in the frame.
    double score = 0; ///< 0..1.
    /// The detector's own key points; the patient's right and left eye (image-left and image-right in an
    /// upright picture) and the nose first. BlazeFace: then mouth, right ear, left ear; RetinaFace: then the
    /// right and left corner of the mouth.
    std::vector<Point> points;
};

/// What became of one frame. Stands in every table.
enum class FrameStatus { ok, no_face, low_quality, occluded };

/// "ok", "no_face", "low_quality", "occluded".
[[nodiscard]] constexpr const char* name_of(FrameStatus status) noexcept {
    constexpr std::array names{"ok", "no_face", "low_quality", "occluded"};
    return names[static_cast<std::size_t>(status)];
}

/// Head pose; yaw > 0 nose towards image-right, pitch > 0 nose down, roll > 0 counter-clockwise in the
/// picture.
struct HeadPose {
    double yaw_deg = 0;
    double pitch_deg = 0;
    double roll_deg = 0;
};

namespace wflw {

inline constexpr std::size_t size = 98;
/// partner[k] is the point that k becomes when the picture is flipped.
/// Source   behaviour.md 25: 44 pairs and 10 fixed points.
extern const std::array<std::size_t, size> partner;

/// A point on the way from vertex `a` (share 0) to vertex `b` (share 1) of the mesh.
struct Between {
    std::size_t a;
    std::size_t b;
    double share;

    /// Where it lies in a mesh, or in the generic face's 468 vertices (points 96 and 97 lie in neither).
    template <class Vertices>
    [[nodiscard]] Point3 in(const Vertices& v) const {
        return {(1 - share) * v[a].x + share * v[b].x, (1 - share) * v[a].y + share * v[b].y,
                (1 - share) * v[a].z + share * v[b].z};
    }
};

/// The landmarks on the mesh.
/// Source   default-models.md 5.
extern const std::array<Between, size> from_mesh;

} // namespace wflw

} // namespace facemirror
