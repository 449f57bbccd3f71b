// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/action_units.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace facemirror {
namespace {

// One side's vertices in canonical cm. The table names the right side's; the left takes their partners.
class SideVertices {
public:
    SideVertices(const Mesh& mesh, const CanonicalFace& face, const HeadFit& fit, Side side)
        : m_mesh{mesh}, m_face{face}, m_fit{fit}, m_side{side} {}

    [[nodiscard]] Point3 at(std::size_t right_id) const {
        return to_canonical(m_fit,
                            m_mesh[m_side == Side::patient_right ? right_id : m_face.partner(right_id)]);
    }
    [[nodiscard]] double height(std::initializer_list<std::size_t> right_ids) const {
        double sum = 0;
        for (const std::size_t id : right_ids) {
            sum += at(id).y;
        }
        return sum / static_cast<double>(right_ids.size());
    }
    [[nodiscard]] double outwards(std::size_t right_id) const {
        return m_side == Side::patient_right ? -at(right_id).x : at(right_id).x;
    }

private:
    const Mesh& m_mesh;
    const CanonicalFace& m_face;
    const HeadFit& m_fit;
    Side m_side;
};

double distance(const Point3& a, const Point3& b) noexcept {
    return std::hypot(a.x - b.x, a.y - b.y, a.z - b.z);
}

// Not std::clamp: a missing value stays missing.
double intensity(double share_of_full) noexcept {
    const double value = 5 * share_of_full;
    return value < 0 ? 0 : (value > 5 ? 5 : value);
}

} // namespace

AuRaw measure_au_raw(const Mesh& mesh, const CanonicalFace& face, const HeadFit& fit, double eye_aspect_ratio,
                     Side side) {
    const SideVertices v{mesh, face, fit, side};
    const double canthi = v.height({33, 133});
    const double below_nose = v.height({2});
    return {.inner_brow_height = v.height({55, 107}) - canthi,
            .outer_brow_height = v.height({46, 70, 63}) - canthi,
            .middle_brow_height = v.height({52, 105}) - canthi,
            .brow_distance = distance(v.at(55), v.at(285)),
            .upper_lid_height = v.height({158, 159, 160}) - canthi,
            .lower_lid_height = v.height({144, 145, 153}) - canthi,
            .cheek_height = v.height({50, 101, 118, 205}) - canthi,
            .nostril_height = v.height({64, 98, 129}) - v.height({168}),
            .upper_lip_height = v.height({37, 39, 40}) - below_nose,
            .corner_out = v.outwards(61),
            .corner_up = v.height({61}),
            .chin_height = v.height({199}) - below_nose,
            .lip_gap = distance(v.at(13), v.at(14)),
            .jaw_height = v.height({152}) - below_nose,
            .eye_aspect_ratio = eye_aspect_ratio};
}

AuValues action_units(const AuRaw& now, const AuRaw& neutral) noexcept {
    const auto change = [&](double AuRaw::* value) { return now.*value - neutral.*value; };
    const double out = change(&AuRaw::corner_out);
    const double up = change(&AuRaw::corner_up);
    // A corner that sinks must not raise what a rising corner lowers.
    const double rise = up < 0 ? 0 : up;
    const double frown =
        0.5 * -change(&AuRaw::middle_brow_height) / 0.5 + 0.5 * -change(&AuRaw::brow_distance) / 0.5;
    // The full changes in cm are those of default-models.md 6b; 9 and 10 take off what a smile lifts.
    return {
        intensity(change(&AuRaw::inner_brow_height) / 0.8),                     // 1
        intensity(change(&AuRaw::outer_brow_height) / 0.7),                     // 2
        intensity(frown),                                                       // 4
        intensity(change(&AuRaw::upper_lid_height) / 0.35),                     // 5
        intensity(change(&AuRaw::cheek_height) / 0.5),                          // 6
        intensity(change(&AuRaw::lower_lid_height) / 0.25),                     // 7
        intensity((change(&AuRaw::nostril_height) - 0.6 * rise) / 0.4),         // 9
        intensity((change(&AuRaw::upper_lip_height) - 0.35 * rise) / 0.5),      // 10
        intensity((0.77 * out + 0.64 * up) / 1.3),                              // 12
        intensity(-up / 0.6),                                                   // 15
        intensity(change(&AuRaw::chin_height) / 0.6),                           // 17
        intensity((out - rise) / 0.7),                                          // 20
        intensity(change(&AuRaw::lip_gap) / 1.0),                               // 25
        intensity(-change(&AuRaw::jaw_height) / 1.5),                           // 26
        intensity((1 - now.eye_aspect_ratio / neutral.eye_aspect_ratio) / 0.8), // 45
    };
}

} // namespace facemirror
