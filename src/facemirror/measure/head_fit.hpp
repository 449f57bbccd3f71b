// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

namespace facemirror {

/// MediaPipe's generic face: what a mesh is fitted to.
///
/// Space    canonical: cm, x to the picture's right, y up, z towards the camera.
/// Source   default-models.md 2: geometry_pipeline_metadata_landmarks, 468 vertices, 33 weighted points.
class CanonicalFace {
public:
    static constexpr std::size_t size = 468;

    struct WeightedPoint {
        std::size_t id = 0;
        double weight = 0;
    };

    /// Reads a pack's canonical_face.json: {"vertices": [[x, y, z] x 468], "procrustes": [{"id", "weight"}]}.
    /// Throws   Error{not_found} without the file, Error{corrupted} if it is not such a face.
    [[nodiscard]] static CanonicalFace load(const std::filesystem::path& file);

    /// Throws   Error{corrupted} unless there are 468 finite vertices and at least 3 points of weight > 0.
    CanonicalFace(std::vector<Point3> vertices, std::vector<WeightedPoint> points);

    [[nodiscard]] const std::vector<Point3>& vertices() const noexcept { return m_vertices; }
    [[nodiscard]] const std::vector<WeightedPoint>& points() const noexcept { return m_points; }

    /// The vertex or iris point (0..477) that becomes i when the picture is flipped.
    /// Source   default-models.md 3: nearest to the mirrored vertex; iris pairs by table.
    [[nodiscard]] std::size_t partner(std::size_t i) const { return m_partner.at(i); }

private:
    std::vector<Point3> m_vertices;
    std::vector<WeightedPoint> m_points;
    std::array<std::size_t, 478> m_partner{};
};

/// How the generic face lies in a frame: picture = scale * rotation * canonical + shift, with the picture's y
/// and z turned so that y is up and z towards the camera.
struct HeadFit {
    using Matrix = std::array<std::array<double, 3>, 3>;

    double px_per_cm = 0;
    Matrix rotation{}; ///< Canonical to picture; rotation = Rz(roll) * Ry(yaw) * Rx(pitch).
    Point3 shift;      ///< Of the canonical origin; px, y up.
    HeadPose pose;
    double residual_cm = 0; ///< Weighted root mean square of what the fit leaves over.
};

/// Fits the generic face to a mesh: weighted least squares over scale, rotation and shift, in closed form.
/// Returns  nullopt if a weighted vertex is not finite or all of them coincide.
/// Threads  Pure; call from anywhere.
/// Source   Horn, "Closed-form solution of absolute orientation using unit quaternions", 1987.
[[nodiscard]] std::optional<HeadFit> fit_head(const Mesh& mesh, const CanonicalFace& face);

/// Fits the generic face to the 98 landmarks alone: weighted least squares of a scaled orthographic view,
/// from what no expression moves (eye corners, nose bridge, base of the nose).
///
/// Returns  nullopt if such a point is not finite or all of them coincide. `shift.z` is 0: a picture's points
///          say nothing about how far away the face is. `residual_cm` counts in the picture's plane.
/// Threads  Pure; call from anywhere.
/// Source   Pose from an affine view: DeMenthon, Davis, "Model-based object pose in 25 lines of code", 1995;
///          nearest rotation by the polar decomposition; docs/decisions/0054-pose-from-points.md.
[[nodiscard]] std::optional<HeadFit> fit_head(const Landmarks& points, const CanonicalFace& face);

/// How far landmarks are from being a face: root mean square of what the generic face, fitted to all of them
/// but the pupils, leaves over in the picture's plane; cm of the generic face, infinite where nothing can be
/// fitted.
[[nodiscard]] double shape_residual_cm(const Landmarks& points, const CanonicalFace& face);

/// A mesh position (px, y down, smaller z nearer) in canonical cm.
[[nodiscard]] Point3 to_canonical(const HeadFit& fit, Point3 in_frame) noexcept;

} // namespace facemirror
