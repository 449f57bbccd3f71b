// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/onnx_reader.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace facemirror::detail {

/// The product of a shape's sizes; at most 2^61 however large they are.
[[nodiscard]] std::int64_t product_of(const std::vector<std::int64_t>& shape) noexcept;

/// Multiplications with addition of one node: convolutions, matrix products, Gemm, Einsum. 0 for others and
/// where a shape is not known.
[[nodiscard]] std::int64_t macs_of(const OnnxGraph& graph, const OnnxNode& node);

/// Returns  nullptr if the shape of the tensor is not known.
[[nodiscard]] const std::vector<std::int64_t>* shape_of(const OnnxGraph& graph, const std::string& tensor);

} // namespace facemirror::detail
