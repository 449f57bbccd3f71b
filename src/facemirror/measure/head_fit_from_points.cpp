// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/head_fit.hpp>

#include <facemirror/measure/detail/rotation.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace facemirror {
namespace {

/// Eye corners, nose bridge and base of the nose: what a blink, a brow or a smile leaves in place.
constexpr std::array<std::size_t, 11> rigid{60, 64, 68, 72, 51, 52, 53, 54, 55, 57, 59};

/// All landmarks but the pupils, which the generic face has not.
constexpr std::array<std::size_t, 96> make_all() {
    std::array<std::size_t, 96> all{};
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}
constexpr std::array<std::size_t, 96> all_but_pupils = make_all();

struct Pair {
    Point3 canonical; // cm, from the mean of all pairs
    Point picture;    // px, y up, likewise
};

struct Pairs {
    std::vector<Pair> all;
    Point3 canonical_mean;
    Point picture_mean;
};

Pairs centred_pairs(const Landmarks& points, std::span<const std::size_t> which, const CanonicalFace& face) {
    const double share = 1.0 / static_cast<double>(which.size());
    Pairs pairs;
    pairs.all.resize(which.size());
    for (std::size_t i = 0; i < which.size(); ++i) {
        Pair& pair = pairs.all[i];
        pair.canonical = wflw::from_mesh[which[i]].in(face.vertices());
        pair.picture = {points[which[i]].x, -points[which[i]].y};
        pairs.canonical_mean.x += share * pair.canonical.x;
        pairs.canonical_mean.y += share * pair.canonical.y;
        pairs.canonical_mean.z += share * pair.canonical.z;
        pairs.picture_mean = pairs.picture_mean + share * pair.picture;
    }
    for (Pair& pair : pairs.all) {
        pair.canonical = {pair.canonical.x - pairs.canonical_mean.x,
                          pair.canonical.y - pairs.canonical_mean.y,
                          pair.canonical.z - pairs.canonical_mean.z};
        pair.picture = pair.picture - pairs.picture_mean;
    }
    return pairs;
}

using Row = std::array<double, 3>;

Row cross(const Row& a, const Row& b) noexcept {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

double dot(const Row& a, const Row& b) noexcept {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

Row combine(double a, const Row& x, double b, const Row& y) noexcept {
    return {a * x[0] + b * y[0], a * x[1] + b * y[1], a * x[2] + b * y[2]};
}

// The two rows of the affine view that maps canonical to picture best; nullopt if the face has no volume.
std::optional<std::array<Row, 2>> affine_view(const Pairs& pairs) {
    HeadFit::Matrix spread{}; // sum of canonical * canonical^T
    std::array<Row, 2> mixed{};
    for (const Pair& pair : pairs.all) {
        const Row c{pair.canonical.x, pair.canonical.y, pair.canonical.z};
        for (std::size_t i = 0; i < 3; ++i) {
            for (std::size_t j = 0; j < 3; ++j) {
                spread[i][j] += c[i] * c[j];
            }
            mixed[0][i] += pair.picture.x * c[i];
            mixed[1][i] += pair.picture.y * c[i];
        }
    }
    // The inverse of a symmetric matrix: cross products of its rows over the determinant.
    const std::array<Row, 3> adjugate{cross(spread[1], spread[2]), cross(spread[2], spread[0]),
                                      cross(spread[0], spread[1])};
    const double determinant = dot(spread[0], adjugate[0]);
    if (!(determinant > 0)) {
        return std::nullopt;
    }
    std::array<Row, 2> view{};
    for (std::size_t row = 0; row < 2; ++row) {
        for (std::size_t i = 0; i < 3; ++i) {
            view[row][i] = dot(mixed[row], adjugate[i]) / determinant;
        }
    }
    return view;
}

// view = stretch * (two rows of a rotation), stretch symmetric: the polar decomposition of a 2 x 3 matrix.
std::optional<HeadFit> fit_of(const std::array<Row, 2>& view) {
    const double a = dot(view[0], view[0]);
    const double b = dot(view[0], view[1]);
    const double c = dot(view[1], view[1]);
    const double root = std::sqrt(std::max(0.0, a * c - b * b)); // determinant of the stretch
    const double trace = std::sqrt(a + c + 2 * root);            // its trace
    if (!(std::isfinite(trace) && root > 0)) {
        return std::nullopt;
    }
    // Inverse of (view view^T + root I) / trace, the stretch.
    const double scale = 1 / (root * trace);
    HeadFit fit;
    fit.rotation[0] = combine(scale * (c + root), view[0], -scale * b, view[1]);
    fit.rotation[1] = combine(-scale * b, view[0], scale * (a + root), view[1]);
    fit.rotation[2] = cross(fit.rotation[0], fit.rotation[1]);
    fit.px_per_cm = trace / 2;
    fit.pose = detail::pose_of(fit.rotation);
    return fit;
}

std::optional<HeadFit> fit_points(const Landmarks& points, std::span<const std::size_t> which,
                                  const CanonicalFace& face) {
    const Pairs pairs = centred_pairs(points, which, face);
    const auto view = affine_view(pairs);
    auto fit = view ? fit_of(*view) : std::nullopt;
    if (!fit) {
        return std::nullopt;
    }
    const auto seen = [&fit](const Point3& p) {
        const auto& r = fit->rotation;
        return Point{fit->px_per_cm * (r[0][0] * p.x + r[0][1] * p.y + r[0][2] * p.z),
                     fit->px_per_cm * (r[1][0] * p.x + r[1][1] * p.y + r[1][2] * p.z)};
    };
    double squares = 0;
    for (const Pair& pair : pairs.all) {
        const Point rest = pair.picture - seen(pair.canonical);
        squares += facemirror::dot(rest, rest);
    }
    fit->residual_cm = std::sqrt(squares / static_cast<double>(which.size())) / fit->px_per_cm;
    const Point shift = pairs.picture_mean - seen(pairs.canonical_mean);
    fit->shift = {shift.x, shift.y, 0};
    return fit;
}

} // namespace

std::optional<HeadFit> fit_head(const Landmarks& points, const CanonicalFace& face) {
    return fit_points(points, rigid, face);
}

double shape_residual_cm(const Landmarks& points, const CanonicalFace& face) {
    const auto fit = fit_points(points, all_but_pupils, face);
    return fit ? fit->residual_cm : std::numeric_limits<double>::infinity();
}

} // namespace facemirror
