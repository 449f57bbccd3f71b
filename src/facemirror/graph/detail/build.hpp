// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/weights.hpp>
#include <facemirror/graph/import.hpp>

#include <cstddef>
#include <vector>

namespace facemirror::detail {

/// The networks as ONNX, from weights whose names and shapes have been checked.
/// Throws   Error{mismatch} if a number is not finite.
[[nodiscard]] std::vector<std::byte> build_retinaface(const Weights& weights,
                                                      const NetworkInterface& interface, GraphForm form);
[[nodiscard]] std::vector<std::byte> build_star(const Weights& weights, const NetworkInterface& interface,
                                                GraphForm form);
[[nodiscard]] std::vector<std::byte> build_mtl(const Weights& weights, const NetworkInterface& interface,
                                               GraphForm form);

} // namespace facemirror::detail
