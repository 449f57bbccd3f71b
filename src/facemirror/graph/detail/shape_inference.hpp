// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/onnx_proto.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace facemirror::detail {

/// The shapes of all tensors of a model whose inputs have fixed shapes. ONNX's own inference does not follow
/// sizes that the network computes itself (Shape, Gather, Concat, ...), so those are worked out and written
/// in as constants until nothing new becomes known. Returns  Only what is fully known; nothing at all about
/// parts that ONNX's inference refuses.
[[nodiscard]] std::map<std::string, std::vector<std::int64_t>> infer_shapes(onnx::ModelProto model);

} // namespace facemirror::detail
