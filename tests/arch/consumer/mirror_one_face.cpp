// SPDX-License-Identifier: Apache-2.0
// Succeeds when points that lie symmetrically give an upright midline between them.
#include <facemirror/core/geometry.hpp>
#include <facemirror/mirror/midline.hpp>

#include <cmath>

int main() {
    constexpr double middle_px = 100;
    constexpr double tolerance_px = 1e-9;
    facemirror::Landmarks points{};
    for (std::size_t i = 0; i < points.size(); ++i) {
        points[i] = {middle_px, static_cast<double>(i)};
    }
    points[16] = {middle_px, 200}; // the chin
    const auto midline = facemirror::fit_midline(points, facemirror::MidlineRule::brow_chin);
    const bool is_upright = midline && std::abs(midline->origin.x - middle_px) < tolerance_px &&
                            std::abs(midline->direction.y - 1) < tolerance_px;
    return is_upright ? 0 : 1;
}
