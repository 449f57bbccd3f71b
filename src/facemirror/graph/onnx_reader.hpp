// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/import.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace facemirror {

/// A tensor of fixed numbers that an ONNX file holds.
struct OnnxConstant {
    std::string name;
    std::string type; ///< "float32", "int64", ...
    std::vector<std::int64_t> shape;
    std::int64_t elements = 0;
    std::vector<double> numbers; ///< Of short constants only, such as shapes and scales; else empty.
};

struct OnnxNode {
    std::string name; ///< Of its first output if the file gives the node none.
    std::string op;
    std::vector<std::string> inputs; ///< Empty for an optional input that is left out.
    std::vector<std::string> outputs;
    std::map<std::string, std::vector<std::int64_t>> integers; ///< Attributes of one or several integers.
    std::map<std::string, std::vector<double>> reals;          ///< Of one number, or short tensors.
    std::map<std::string, std::string> texts;
};

/// A network as data: nodes in an order in which they can run, without the numbers of its weights.
struct OnnxGraph {
    std::string origin; ///< The file as messages name it.
    std::int64_t ir_version = 0;
    std::int64_t operator_set = 0;
    std::string producer;
    std::vector<GraphTensor> inputs; ///< As the file has them, free axes 0.
    std::vector<GraphTensor> outputs;
    std::vector<OnnxNode> nodes;
    std::map<std::string, OnnxConstant> constants; ///< Initialisers and Constant nodes, by tensor name.
    /// Every tensor whose size is known once the inputs have `input_shape`.
    std::map<std::string, std::vector<std::int64_t>> shapes;
    std::vector<std::int64_t> input_shape; ///< Of the first input, as it was fixed.
};

/// Reads an ONNX file of at most 2 GiB, of which all but the weights takes at most 8 MiB, and works out the
/// sizes of its tensors.
/// `input_shape` fixes the first input; empty: free axes become 1 (the first) and 640 (height and width).
/// Throws   Error{not_found}; Error{corrupted} if it is no ONNX or its parts contradict each other;
///          Error{unsupported} if it is too large; Error{mismatch} if the input's fixed axes contradict
///          `input_shape`.
/// Source   onnx/onnx.proto of ONNX 1.12 (IR version 8, operator set 17); newer files are read, but sizes
/// behind
///          operators that it does not know stay unknown.
[[nodiscard]] OnnxGraph read_onnx(const std::filesystem::path& file,
                                  const std::vector<std::int64_t>& input_shape = {});

/// The same for the bytes of a file.
[[nodiscard]] OnnxGraph parse_onnx(std::span<const std::byte> bytes, const std::string& origin,
                                   const std::vector<std::int64_t>& input_shape = {});

} // namespace facemirror
