// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/onnx_reader.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace facemirror::detail {

/// The shapes of all tensors that follow from those of the inputs, in one pass over the nodes. Sizes that the
/// network computes itself (Shape, Gather, Concat, arithmetic, ...) are followed. ONNX's own inference is not
/// used: it crashes on forged files and does not follow such sizes into Resize and Pad.
/// Returns  Only what is fully known; an operator that is not known here hides what depends on it.
/// Source   onnx/docs/Operators.md of operator set 17.
[[nodiscard]] std::map<std::string, std::vector<std::int64_t>>
infer_shapes(const OnnxGraph& graph, const std::map<std::string, std::vector<std::int64_t>>& inputs);

} // namespace facemirror::detail
