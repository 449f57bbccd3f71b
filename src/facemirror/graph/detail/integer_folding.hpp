// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/onnx_proto.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace facemirror::detail {

/// Replaces nodes by constants that compute short lists of integers from known sizes: Shape, Gather, Slice,
/// Concat, Squeeze, Unsqueeze, Cast, Identity, Constant, and sums, differences and products.
/// Returns  Whether anything was replaced.
bool fold_integers(onnx::GraphProto& graph, const std::map<std::string, std::vector<std::int64_t>>& shapes);

} // namespace facemirror::detail
