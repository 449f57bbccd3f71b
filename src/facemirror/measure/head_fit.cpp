// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/head_fit.hpp>

#include <facemirror/measure/detail/rotation.hpp>
#include <facemirror/measure/detail/symmetric_eigen.hpp>

#include <numbers>

namespace facemirror {
namespace {

Point3 flip_up(const Point3& p) noexcept { // px with y up and z towards the camera, and back
    return {p.x, -p.y, -p.z};
}

Point3 minus(const Point3& a, const Point3& b) noexcept {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}

double inner(const Point3& a, const Point3& b) noexcept {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

Point3 times(const HeadFit::Matrix& m, const Point3& p) noexcept {
    return {m[0][0] * p.x + m[0][1] * p.y + m[0][2] * p.z, m[1][0] * p.x + m[1][1] * p.y + m[1][2] * p.z,
            m[2][0] * p.x + m[2][1] * p.y + m[2][2] * p.z};
}

Point3 times_transposed(const HeadFit::Matrix& m, const Point3& p) noexcept {
    return {m[0][0] * p.x + m[1][0] * p.y + m[2][0] * p.z, m[0][1] * p.x + m[1][1] * p.y + m[2][1] * p.z,
            m[0][2] * p.x + m[1][2] * p.y + m[2][2] * p.z};
}

struct Pair {
    Point3 canonical;
    Point3 picture; // px, y up
    double weight = 0;
};

std::vector<Pair> weighted_pairs(const Mesh& mesh, const CanonicalFace& face) {
    std::vector<Pair> pairs;
    pairs.reserve(face.points().size());
    for (const auto& point : face.points()) {
        pairs.push_back({face.vertices()[point.id], flip_up(mesh[point.id]), point.weight});
    }
    return pairs;
}

Point3 weighted_mean(const std::vector<Pair>& pairs, Point3 Pair::* which) {
    Point3 sum;
    double weights = 0;
    for (const Pair& pair : pairs) {
        sum.x += pair.weight * (pair.*which).x;
        sum.y += pair.weight * (pair.*which).y;
        sum.z += pair.weight * (pair.*which).z;
        weights += pair.weight;
    }
    return {sum.x / weights, sum.y / weights, sum.z / weights};
}

// Sum of weight * canonical * picture^T.
HeadFit::Matrix correlation(const std::vector<Pair>& centred) {
    HeadFit::Matrix s{};
    for (const Pair& pair : centred) {
        const std::array a{pair.canonical.x, pair.canonical.y, pair.canonical.z};
        const std::array b{pair.picture.x, pair.picture.y, pair.picture.z};
        for (std::size_t i = 0; i < 3; ++i) {
            for (std::size_t j = 0; j < 3; ++j) {
                s[i][j] += pair.weight * a[i] * b[j];
            }
        }
    }
    return s;
}

// Horn 1987, section 4: the best rotation is the eigenvector of the largest eigenvalue of this matrix.
HeadFit::Matrix best_rotation(const HeadFit::Matrix& s) {
    const detail::Matrix4 n{{
        {s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2], s[0][1] - s[1][0]},
        {s[1][2] - s[2][1], s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2]},
        {s[2][0] - s[0][2], s[0][1] + s[1][0], s[1][1] - s[0][0] - s[2][2], s[1][2] + s[2][1]},
        {s[0][1] - s[1][0], s[2][0] + s[0][2], s[1][2] + s[2][1], s[2][2] - s[0][0] - s[1][1]},
    }};
    const auto [w, x, y, z] = detail::largest_eigenvector(n);
    return {{
        {w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)},
        {2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)},
        {2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z},
    }};
}

double weighted_rms(const std::vector<Pair>& centred, const HeadFit& fit) {
    double sum = 0;
    double weights = 0;
    for (const Pair& pair : centred) {
        const Point3 turned = times_transposed(fit.rotation, pair.picture);
        const Point3 rest = minus(
            {turned.x / fit.px_per_cm, turned.y / fit.px_per_cm, turned.z / fit.px_per_cm}, pair.canonical);
        sum += pair.weight * inner(rest, rest);
        weights += pair.weight;
    }
    return std::sqrt(sum / weights);
}

} // namespace

HeadPose detail::pose_of(const HeadFit::Matrix& r) noexcept {
    constexpr double deg = 180 / std::numbers::pi;
    return {.yaw_deg = deg * std::asin(std::clamp(-r[2][0], -1.0, 1.0)),
            .pitch_deg = deg * std::atan2(r[2][1], r[2][2]),
            .roll_deg = deg * std::atan2(r[1][0], r[0][0])};
}

std::optional<HeadFit> fit_head(const Mesh& mesh, const CanonicalFace& face) {
    std::vector<Pair> pairs = weighted_pairs(mesh, face);
    const Point3 canonical_mean = weighted_mean(pairs, &Pair::canonical);
    const Point3 picture_mean = weighted_mean(pairs, &Pair::picture);
    double canonical_spread = 0;
    double picture_spread = 0;
    for (Pair& pair : pairs) {
        pair.canonical = minus(pair.canonical, canonical_mean);
        pair.picture = minus(pair.picture, picture_mean);
        canonical_spread += pair.weight * inner(pair.canonical, pair.canonical);
        picture_spread += pair.weight * inner(pair.picture, pair.picture);
    }
    if (!std::isfinite(picture_spread) || picture_spread <= 0 || canonical_spread <= 0) {
        return std::nullopt;
    }
    HeadFit fit;
    fit.rotation = best_rotation(correlation(pairs));
    for (const Pair& pair : pairs) {
        fit.px_per_cm +=
            pair.weight * inner(pair.picture, times(fit.rotation, pair.canonical)) / canonical_spread;
    }
    if (!(fit.px_per_cm > 0)) {
        return std::nullopt;
    }
    const Point3 turned = times(fit.rotation, canonical_mean);
    fit.shift =
        minus(picture_mean, {fit.px_per_cm * turned.x, fit.px_per_cm * turned.y, fit.px_per_cm * turned.z});
    fit.pose = detail::pose_of(fit.rotation);
    fit.residual_cm = weighted_rms(pairs, fit);
    return fit;
}

Point3 to_canonical(const HeadFit& fit, Point3 in_frame) noexcept {
    const Point3 turned = times_transposed(fit.rotation, minus(flip_up(in_frame), fit.shift));
    return {turned.x / fit.px_per_cm, turned.y / fit.px_per_cm, turned.z / fit.px_per_cm};
}

} // namespace facemirror
