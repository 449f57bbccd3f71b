// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/known_tensor.hpp>

#include <optional>

/// Output shapes of the operators that move numbers or make new tensors, one function for each: Concat,
/// Gather, ... Returns  nullopt where the shape is not known or the node is impossible.
namespace facemirror::detail {

using Result = std::optional<Sizes>;

[[nodiscard]] Result concat(const KnownNode& known);
[[nodiscard]] Result gather(const KnownNode& known);
[[nodiscard]] Result slice(const KnownNode& known);
[[nodiscard]] Result reshape(const KnownNode& known);
[[nodiscard]] Result flatten(const KnownNode& known);
[[nodiscard]] Result squeeze(const KnownNode& known);
[[nodiscard]] Result unsqueeze(const KnownNode& known);
[[nodiscard]] Result transpose(const KnownNode& known);
[[nodiscard]] Result expand(const KnownNode& known);
[[nodiscard]] Result tile(const KnownNode& known);
[[nodiscard]] Result pad(const KnownNode& known);
[[nodiscard]] Result resize(const KnownNode& known);
[[nodiscard]] Result shape_of_shape(const KnownNode& known);
[[nodiscard]] Result constant_of_shape(const KnownNode& known);
[[nodiscard]] Result range(const KnownNode& known);

} // namespace facemirror::detail
