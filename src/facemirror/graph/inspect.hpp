// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/checkpoint.hpp>
#include <facemirror/graph/onnx_reader.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace facemirror {

/// One operator of a network.
struct LayerReport {
    std::string name;
    std::string op;
    std::optional<std::vector<std::int64_t>> output_shape; ///< nullopt where it is not known.
    std::vector<std::int64_t> kernel;                      ///< Height and width; empty for operators without.
    std::int64_t parameters = 0;                           ///< Learnable numbers that no earlier layer uses.
    std::int64_t macs = 0;                                 ///< Multiplications with addition for one run.
    std::int64_t memory_bytes = 0;                         ///< Of what it makes.
    bool is_unused = false; ///< In the checkpoint, but no output depends on it.
};

/// What a network consists of.
struct NetworkReport {
    std::string graph;  ///< What the numbers belong to: "checkpoint of star", "ONNX file", ...
    std::string layout; ///< "NCHW float32" and such.
    std::vector<std::int64_t> input_shape;
    std::vector<LayerReport> layers; ///< Without constants, in the order in which they run, unused ones last.
    std::map<std::string, std::int64_t> ops; ///< How many there are of each operator, constants included.
    std::int64_t parameters = 0;             ///< Unused ones included.
    std::int64_t unused_parameters = 0;
    std::int64_t macs = 0;                   ///< Without the layers of unknown size.
    std::int64_t layers_of_unknown_size = 0; ///< Behind operators whose sizes are not followed.
    std::int64_t weight_bytes = 0;           ///< Of all constants as they are stored.
    std::vector<CheckpointEntry> tensors;    ///< Of a checkpoint.
};

/// Operators that norm or activate, of those that a report counts.
[[nodiscard]] std::map<std::string, std::int64_t> norms_in(const NetworkReport& report);
[[nodiscard]] std::map<std::string, std::int64_t> activations_in(const NetworkReport& report);

/// Counts what an ONNX file holds. Its parameters are all its constants of floating point except the means
/// and variances of batch norms: what training learnt and what was worked out beforehand look the same there.
[[nodiscard]] NetworkReport inspect_onnx(const OnnxGraph& graph);

/// Counts what a checkpoint of one of the three networks holds, and the work of its unfolded network for an
/// input of this shape (empty: [1,3,640,640] or the network's own). `ops` counts the checkpoint's modules, so
/// unused convolutions are there and STAR's fixed edge table, which is no trained one, is a `FixedConv`.
/// Throws   As recognise(), build_network() and parse_onnx() do.
[[nodiscard]] NetworkReport inspect_checkpoint(const Checkpoint& checkpoint,
                                               const std::vector<std::int64_t>& input_shape = {});

} // namespace facemirror
