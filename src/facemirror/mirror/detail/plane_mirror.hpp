// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

#include <algorithm>
#include <cmath>

namespace facemirror::detail {

/// A plane's grid of samples in the frame.
struct PlaneGrid {
    int width = 0; ///< Samples.
    int height = 0;
    double step_x = 1; ///< px of the frame from sample to sample.
    double step_y = 1;
    double first_x = 0; ///< Position of sample (0, 0); px in the frame.
    double first_y = 0;

    [[nodiscard]] Point to_frame(double x, double y) const noexcept {
        return {first_x + x * step_x, first_y + y * step_y};
    }
    [[nodiscard]] Point from_frame(Point p) const noexcept {
        return {(p.x - first_x) / step_x, (p.y - first_y) / step_y};
    }
};

[[nodiscard]] PlaneGrid grid_of(const PixelLayout& layout, int plane) noexcept;

/// The midline with its ramp.
struct Seam {
    Midline midline;
    double sign = 1;     ///< 1 keeps the patient's right, -1 the left.
    double width_px = 6; ///< Of the ramp; px of the frame.

    /// Distance from the midline, positive on the kept side; px of the frame.
    [[nodiscard]] double kept_distance(Point p) const noexcept { return sign * midline.signed_distance(p); }
    /// Share of the source at a distance, 0..1.
    [[nodiscard]] double source_share(double distance) const noexcept {
        if (width_px <= 0) {
            return distance >= 0 ? 1 : 0;
        }
        return std::clamp(0.5 + distance / width_px, 0.0, 1.0);
    }
};

template <typename Sample>
const Sample* row_of(const Plane& plane, int y) noexcept {
    return reinterpret_cast<const Sample*>(plane.data + y * plane.stride);
}
template <typename Sample>
Sample* row_of(Plane& plane, int y) noexcept {
    return reinterpret_cast<Sample*>(plane.data + y * plane.stride);
}

/// Bilinear sample at a position in the plane, clamped to its edges.
template <typename Sample>
double bilinear(const Plane& plane, const PlaneGrid& grid, Point at) noexcept {
    const double x = std::clamp(at.x, 0.0, grid.width - 1.0);
    const double y = std::clamp(at.y, 0.0, grid.height - 1.0);
    const auto left = static_cast<int>(x);
    const auto top = static_cast<int>(y);
    const double fx = x - left;
    const double fy = y - top;
    const int right = std::min(left + 1, grid.width - 1);
    const auto* upper = row_of<Sample>(plane, top);
    const auto* lower = row_of<Sample>(plane, std::min(top + 1, grid.height - 1));
    return (1 - fy) * ((1 - fx) * upper[left] + fx * upper[right]) +
           fy * ((1 - fx) * lower[left] + fx * lower[right]);
}

/// One sample of the mirrored plane by definition.
template <typename Sample>
Sample mirrored_sample(const Plane& source, const PlaneGrid& grid, const Seam& seam, int x, int y) noexcept {
    const Sample own = row_of<Sample>(source, y)[x];
    const Point p = grid.to_frame(x, y);
    const double share = seam.source_share(seam.kept_distance(p));
    if (share >= 1) {
        return own;
    }
    const double reflected = bilinear<Sample>(source, grid, grid.from_frame(seam.midline.reflect(p)));
    return static_cast<Sample>(std::lround(share * own + (1 - share) * reflected));
}

/// Mirrors one plane: copies the kept run of each row, steps through the reflection
/// in fixed point elsewhere. Plain twin: mirrored_sample for every sample.
void mirror_plane(const Plane& source, const PlaneGrid& grid, int bit_depth, const Seam& seam, Plane& out);

} // namespace facemirror::detail
