// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/shape_inference.hpp>

#include <facemirror/graph/detail/known_tensor.hpp>
#include <facemirror/graph/detail/layer_work.hpp>
#include <facemirror/graph/detail/operator_shapes.hpp>

#include <algorithm>

namespace facemirror::detail {

namespace {

constexpr std::int64_t max_numbers = 256;                // axes of a tensor, and what is made of them
constexpr std::int64_t max_axis = std::int64_t{1} << 31; // more is a made-up size
constexpr std::size_t max_rank = 16;

using Tensors = std::map<std::string, KnownTensor>;

/// Operators whose results are integers or truths whatever goes in.
bool makes_integers(const OnnxNode& node, const std::vector<const KnownTensor*>& inputs) {
    if (node.op == "Cast") {
        const auto to = node.integers.find("to");
        constexpr std::int64_t float32 = 1;
        constexpr std::int64_t float16 = 10;
        constexpr std::int64_t float64 = 11;
        return to != node.integers.end() && !to->second.empty() && to->second[0] != float32 &&
               to->second[0] != float16 && to->second[0] != float64;
    }
    if (node.op == "Shape" || node.op == "Equal" || node.op == "ConstantOfShape") {
        return true;
    }
    const std::size_t first = node.op == "Where" ? 1 : 0;
    return inputs.size() > first && inputs[first] != nullptr && inputs[first]->is_integer;
}

bool is_sane(const Sizes& shape) {
    return shape.size() <= max_rank &&
           std::ranges::all_of(shape, [](std::int64_t size) { return size >= 0 && size <= max_axis; });
}

KnownTensor known_constant(const OnnxConstant& constant) {
    KnownTensor tensor;
    tensor.shape = constant.shape;
    tensor.is_integer = constant.type.find("int") != std::string::npos || constant.type == "bool";
    if (static_cast<std::int64_t>(constant.numbers.size()) == constant.elements) {
        tensor.numbers = constant.numbers;
    }
    return tensor;
}

void visit(const OnnxNode& node, Tensors& tensors) {
    KnownNode known{&node, {}};
    for (const std::string& input : node.inputs) {
        const auto found = tensors.find(input);
        known.inputs.push_back(found == tensors.end() ? nullptr : &found->second);
    }
    std::vector<KnownTensor> made;
    for (std::optional<Sizes>& shape : output_shapes(known)) {
        KnownTensor tensor;
        tensor.shape = shape && is_sane(*shape) ? std::move(shape) : std::nullopt;
        tensor.is_integer = makes_integers(node, known.inputs);
        made.push_back(std::move(tensor));
    }
    if (!made.empty() && made[0].shape && product_of(*made[0].shape) <= max_numbers) {
        made[0].numbers = compute_numbers(known, *made[0].shape, made[0].is_integer);
        if (made[0].numbers &&
            static_cast<std::int64_t>(made[0].numbers->size()) != product_of(*made[0].shape)) {
            made[0].numbers.reset();
        }
    }
    for (std::size_t i = 0; i < std::min(made.size(), node.outputs.size()); ++i) {
        tensors.try_emplace(node.outputs[i], std::move(made[i])); // a constant or an earlier node stays
    }
}

} // namespace

std::map<std::string, Sizes> infer_shapes(const OnnxGraph& graph,
                                          const std::map<std::string, Sizes>& inputs) {
    Tensors tensors;
    for (const auto& [name, constant] : graph.constants) {
        tensors.emplace(name, known_constant(constant));
    }
    for (const auto& [name, shape] : inputs) {
        tensors.insert_or_assign(name, KnownTensor{shape, std::nullopt, false});
    }
    for (const OnnxNode& node : graph.nodes) {
        visit(node, tensors);
    }
    std::map<std::string, Sizes> shapes;
    for (auto& [name, tensor] : tensors) {
        if (tensor.shape) {
            shapes.emplace(name, std::move(*tensor.shape));
        }
    }
    return shapes;
}

} // namespace facemirror::detail
