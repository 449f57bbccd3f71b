// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>
#include <facemirror/synth/face_axes.hpp>

#include <array>

namespace facemirror {

/// The outline of an opening of the face from corner to corner.
struct Opening {
    std::array<Point, 5> moving;  ///< The edge that slides: an upper lid, a lower lip; px.
    std::array<Point, 5> resting; ///< The edge that it meets; px. The corners are those of `moving`.
    double zone_px = 1;           ///< How far behind the moving edge the skin is stretched.
};

/// The opening of one eye: the upper lid slides, the skin up to the brow is stretched.
[[nodiscard]] Opening eye_opening(const Landmarks& points, const FaceAxes& face, Side side);
/// The opening between the lips: the lower lip slides, the skin above the chin is stretched.
[[nodiscard]] Opening mouth_opening(const Landmarks& points, const FaceAxes& face);

/// Skin whose edge slides over an opening and closes it; what lies in the opening rests.
///
/// A point of the skin moves by  closure * gap * g(distance behind the edge), g falling smoothly from 1 to 0
/// at the end of the stretched zone.
class SlidingSkin {
public:
    explicit SlidingSkin(const Opening& opening);

    /// What lies at a position when the edge has moved by `closure` (0 open .. 1 closed) of the gap.
    struct Source {
        Point skin;        ///< Where the skin there comes from; px.
        double skin_share; ///< 1 skin, 0 what lies in the opening; between: the soft edge.
    };
    [[nodiscard]] Source source(Point p, double closure) const noexcept;

    /// Where a point of the face goes. Points inside and beyond the opening rest.
    [[nodiscard]] Point forward(Point x, double closure) const noexcept;

    /// Holds everything that can move; px.
    [[nodiscard]] Box bounds() const noexcept { return m_bounds; }
    /// The opening at its widest; px.
    [[nodiscard]] double widest_gap() const noexcept { return m_widest_gap; }

private:
    /// A curve through five points.
    struct Edge {
        std::array<Point, 5> nodes; // x: 0..1 from corner to corner, y: px towards the resting edge.
        [[nodiscard]] double at(double u) const noexcept;
    };

    [[nodiscard]] Point to_opening(Point p) const noexcept;
    [[nodiscard]] Point from_opening(Point p) const noexcept;
    [[nodiscard]] double gap(double u) const noexcept;
    [[nodiscard]] double stretch(double behind) const noexcept;

    Point m_corner;
    Point m_along;      // unit vector, from m_corner to the other corner
    Point m_toward;     // unit vector, from the moving to the resting edge
    double m_width = 1; // px
    Edge m_moving{};
    Edge m_resting{};
    double m_zone = 1; // px
    double m_widest_gap = 0;
    Box m_bounds{};
};

} // namespace facemirror
