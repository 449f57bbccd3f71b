// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/known_tensor.hpp>

#include <optional>
#include <vector>

namespace facemirror::detail {

/// The shapes of a node's outputs; nullopt for those that are not known. Empty for unknown operators.
[[nodiscard]] std::vector<std::optional<Sizes>> output_shapes(const KnownNode& known);

} // namespace facemirror::detail
