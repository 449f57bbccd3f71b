// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace facemirror::detail {

/// A copy of an ONNX model without the numbers of its larger tensors and without comments, so that protobuf,
/// which takes up to fifty times the bytes of many small messages, only ever sees little. Tensors whose raw
/// data do not fit their shape are refused on the way.
/// Throws   Error{corrupted} if the bytes are no protobuf message of this kind, Error{unsupported} if more
/// than
///          8 MiB remain.
/// Source   onnx/onnx.proto (field numbers); the protobuf encoding (varint, tag, length).
[[nodiscard]] std::string strip_weights(std::span<const std::byte> model, const std::string& origin);

} // namespace facemirror::detail
