// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/geometry.hpp>

#include <vector>

namespace facemirror {

/// A place of the face that moves, and how far the movement spreads: a Gaussian bell.
struct Spot {
    Point center;         ///< px.
    double sigma_lateral; ///< Along the eye axis; px.
    double sigma_down;    ///< Along the midline; px.
    Point shift;          ///< Displacement of the centre; px.
};

/// Moves each position x of a picture to  x + sum of w_i(x) shift_i , w_i the bell of spot i (1 in its
/// centre, 0 beyond 4 sigma). Source   truth-study.md 2. Threads  Pure; call from anywhere.
class Warp {
public:
    /// `lateral` is the unit vector along which sigma_lateral counts. Spots that do not move are left out.
    Warp(Point lateral, const std::vector<Spot>& spots);

    [[nodiscard]] bool is_identity() const noexcept { return m_spots.empty(); }
    /// Where the displacement may differ from 0; holds origins and targets. Empty for the identity.
    [[nodiscard]] Box bounds() const noexcept { return m_bounds; }

    [[nodiscard]] Point displacement(Point x) const noexcept;
    [[nodiscard]] Point forward(Point x) const noexcept { return x + displacement(x); }

    /// The position that forward() brings to p, within 0.005 px where steepness() is below 0.9; `guess` is
    /// its likely displacement, such as that of a neighbour.
    [[nodiscard]] Point inverse(Point p, Point guess = {}) const noexcept;

    /// How fast the displacement changes, px per px (Frobenius norm): below 1 the picture cannot fold.
    [[nodiscard]] double steepness(Point x) const noexcept;

private:
    struct Bell {
        Spot spot;
        double lateral_scale; // 1 / (2 sigma^2)
        double down_scale;
        Box reach;
    };

    Point m_lateral;
    Point m_down;
    std::vector<Bell> m_spots;
    Box m_bounds{};
};

} // namespace facemirror
