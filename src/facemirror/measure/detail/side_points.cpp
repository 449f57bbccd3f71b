// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/detail/side_points.hpp>

namespace facemirror::detail {
namespace {

void mirror(std::size_t& index) {
    index = wflw::partner.at(index);
}

template <std::size_t N>
void mirror(std::array<std::size_t, N>& indices) {
    for (std::size_t& index : indices) {
        mirror(index);
    }
}

SidePoints left_side() {
    SidePoints p;
    mirror(p.upper_brow);
    mirror(p.brow);
    mirror(p.brow_peak);
    mirror(p.outer_canthus);
    mirror(p.inner_canthus);
    mirror(p.upper_lid);
    mirror(p.lower_lid);
    mirror(p.pupil);
    mirror(p.nostril);
    mirror(p.corner);
    mirror(p.upper_lip);
    mirror(p.lower_lip);
    mirror(p.inner_upper_lip);
    mirror(p.inner_lower_lip);
    mirror(p.lower_lip_half);
    return p;
}

} // namespace

const SidePoints& side_points(Side side) {
    static const SidePoints right;
    static const SidePoints left = left_side();
    return side == Side::patient_right ? right : left;
}

} // namespace facemirror::detail
