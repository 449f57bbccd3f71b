// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/checkpoint.hpp>
#include <facemirror/graph/weight_table.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace facemirror {

/// An input or output of a graph.
struct GraphTensor {
    std::string name;
    std::vector<std::size_t> shape; ///< 0 for a free axis.
};

/// What a network sees and says. All tensors are float32; the picture's values are 0..255.
struct NetworkInterface {
    GraphTensor input;
    std::string color_order; ///< "bgr" or "rgb".
    std::vector<GraphTensor> outputs;
    std::vector<std::string> f32_nodes; ///< Names that begin so must keep f32 whatever the precision.
};

/// How a network is written.
enum class GraphForm {
    folded, ///< Norms, scales and coordinate channels folded, for running.
    named,  ///< One node for each module, weights as in the checkpoint, for analysis.
};

struct ImportOptions {
    int star_side_px = 256; ///< Of the STAR network's square input; a multiple of 64 in 128..512.
    GraphForm form = GraphForm::folded;
};

struct ImportedNetwork {
    std::vector<std::byte> onnx;
    NetworkInterface interface;
    std::int64_t parameters = 0;      ///< Learnable numbers of the checkpoint, unused ones included.
    std::vector<std::string> dropped; ///< Keys of parameters that no output depends on.
};

/// Inputs and outputs of a network, in order.
/// Throws   Error{unsupported} for a side that STAR's pyramid cannot halve often enough, saying why.
/// Source   behaviour.md 5, 6, 14, 24.
[[nodiscard]] NetworkInterface interface_of(NetworkKind kind, int star_side_px = 256);

/// Finds out which network a checkpoint holds: the one with most of its keys there.
/// Throws   Error{mismatch} if it holds none of them.
[[nodiscard]] NetworkKind recognise(const Checkpoint& checkpoint);

/// Checks every tensor of a checkpoint and writes its network as ONNX (operator set 17, IR version 8).
/// Throws   Error{mismatch} listing the first ten and the number of missing, unexpected and wrong-shaped
/// keys,
///          or naming the key whose numbers are not finite or not the known table; Error{unsupported} for the
///          input's side.
/// Cost     Two to three times the weights in memory beside the checkpoint.
/// Source   behaviour.md 24; docs/decisions/0023-onnx-import.md.
[[nodiscard]] ImportedNetwork build_network(NetworkKind kind, const Checkpoint& checkpoint,
                                            const ImportOptions& options = {});

} // namespace facemirror
