// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/onnx_builder.hpp>

#include <cstddef>

namespace facemirror::detail {

/// What heat maps say about their points.
struct DecodedHeat {
    Value heat;      ///< [N,98], the sum of a map.
    Value spread;    ///< [N,98], root mean square distance from the centroid; 0 without heat.
    Value landmarks; ///< [N,98,2], the centroid; x, y in -1..1 from one edge pixel's centre to the other's.
};

/// Adds the nodes that decode heat maps [N,98,side,side], from the sums of their rows and columns: a sum of
/// few numbers loses less than one of all of a map. Source   behaviour.md 24.2, decode: centroid = sum of
/// place x heat / max(sum of heat, 1e-6).
[[nodiscard]] DecodedHeat decode_heat(OnnxBuilder& builder, const Value& maps, std::size_t side);

} // namespace facemirror::detail
