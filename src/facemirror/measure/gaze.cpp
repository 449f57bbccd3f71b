// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/gaze.hpp>
#include <facemirror/measure/side_measures.hpp>

#include <cmath>
#include <numbers>

namespace facemirror {

Gaze measure_gaze(const Mesh& mesh, const CanonicalFace& face, const HeadFit& fit, Side side) {
    constexpr double eyeball_radius_cm = 1.05; // default-models.md 7
    constexpr double deg = 180 / std::numbers::pi;
    const auto at = [&](std::size_t right_id) {
        return to_canonical(fit, mesh[side == Side::patient_right ? right_id : face.partner(right_id)]);
    };
    const Point3 outer = at(33);
    const Point3 inner = at(133);
    const Point3 iris = at(468);
    const double x = (iris.x - (outer.x + inner.x) / 2) / eyeball_radius_cm;
    const double y = (iris.y - (outer.y + inner.y) / 2) / eyeball_radius_cm;
    if (!(x * x + y * y <= 1)) {
        return {missing, missing, missing, missing};
    }
    const double z = std::sqrt(1 - x * x - y * y);
    const auto& r = fit.rotation;
    const Point3 to_camera{r[0][0] * x + r[0][1] * y + r[0][2] * z, r[1][0] * x + r[1][1] * y + r[1][2] * z,
                           r[2][0] * x + r[2][1] * y + r[2][2] * z};
    return {.yaw_deg = deg * std::asin(x),
            .pitch_deg = -deg * std::asin(y),
            .camera_yaw_deg = deg * std::atan2(to_camera.x, to_camera.z),
            .camera_pitch_deg = -deg * std::asin(std::clamp(to_camera.y, -1.0, 1.0))};
}

} // namespace facemirror
