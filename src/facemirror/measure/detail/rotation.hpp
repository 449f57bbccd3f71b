// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/measure/head_fit.hpp>

namespace facemirror::detail {

/// The angles of rotation = Rz(roll) * Ry(yaw) * Rx(pitch): turning the picture changes the roll alone.
[[nodiscard]] HeadPose pose_of(const HeadFit::Matrix& rotation) noexcept;

} // namespace facemirror::detail
