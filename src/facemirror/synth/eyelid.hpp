// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>
#include <facemirror/synth/face_axes.hpp>

#include <array>

namespace facemirror {

/// The upper lid of one eye, closing: its margin and the skin above slide down, the eyeball under it rests.
///
/// The skin above the margin is stretched: a point moves by  closure * gap * g(height above the margin), g
/// falling smoothly from 1 to 0 at the top of the stretched zone.
class Eyelid {
public:
    /// Takes the eye's outline from points 60-67 (patient's right) or 68-75 (left).
    Eyelid(const Landmarks& points, const FaceAxes& face, Side side);

    /// What lies at a position when the lid is `closure` (0 open .. 1 closed) of the gap down.
    struct Source {
        Point skin;        ///< Where the skin there comes from; px.
        double skin_share; ///< 1 skin, 0 what lies under the lid, between: the margin's soft edge.
    };
    [[nodiscard]] Source source(Point p, double closure) const noexcept;

    /// Where a point of the face goes. Points inside and below the eye's opening rest.
    [[nodiscard]] Point forward(Point x, double closure) const noexcept;

    /// Holds everything that the lid can move; px.
    [[nodiscard]] Box bounds() const noexcept { return m_bounds; }
    /// The opening at its widest; px.
    [[nodiscard]] double widest_gap() const noexcept { return m_widest_gap; }

private:
    /// One lid's margin through five points, outer to inner corner.
    struct Margin {
        std::array<Point, 5> nodes; // x: 0..1 along the eye, y: px down.
        [[nodiscard]] double at(double u) const noexcept;
    };

    [[nodiscard]] Point to_eye(Point p) const noexcept;
    [[nodiscard]] Point from_eye(Point p) const noexcept;
    [[nodiscard]] double gap(double u) const noexcept;
    [[nodiscard]] double stretch(double height) const noexcept;

    Point m_outer;
    Point m_along; // unit vector, outer to inner corner
    Point m_down;
    double m_width = 1; // px
    Margin m_upper{};
    Margin m_lower{};
    double m_zone = 1; // height of the stretched zone; px
    double m_widest_gap = 0;
    Box m_bounds{};
};

} // namespace facemirror
