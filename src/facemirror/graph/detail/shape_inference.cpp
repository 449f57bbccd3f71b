// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/shape_inference.hpp>

#include <facemirror/graph/detail/integer_folding.hpp>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/shape_inference/implementation.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <exception>

namespace facemirror::detail {

namespace {

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

// Each round lets sizes pass one more operator such as Resize that asks for a computed one; RetinaFace has
// two.
constexpr int max_rounds = 8;

void add_known(Shapes& shapes, const onnx::ValueInfoProto& info) {
    if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape()) {
        return;
    }
    std::vector<std::int64_t> shape;
    for (const auto& size : info.type().tensor_type().shape().dim()) {
        if (!size.has_dim_value() || size.dim_value() < 0) {
            return;
        }
        shape.push_back(size.dim_value());
    }
    shapes[info.name()] = std::move(shape);
}

Shapes known_shapes(const onnx::GraphProto& graph) {
    Shapes shapes;
    for (const auto* list : {&graph.input(), &graph.value_info(), &graph.output()}) {
        for (const onnx::ValueInfoProto& info : *list) {
            add_known(shapes, info);
        }
    }
    for (const onnx::TensorProto& tensor : graph.initializer()) {
        shapes[tensor.name()] = {tensor.dims().begin(), tensor.dims().end()};
    }
    return shapes;
}

/// ONNX 1.12 divides by these without looking.
bool has_impossible_steps(const onnx::NodeProto& node) {
    return std::ranges::any_of(node.attribute(), [](const onnx::AttributeProto& attribute) {
        const bool divides = attribute.name() == "strides" || attribute.name() == "dilations" ||
                             attribute.name() == "group" || attribute.name() == "blocksize" ||
                             attribute.name() == "kernel_shape";
        return divides &&
               (std::ranges::any_of(attribute.ints(), [](std::int64_t step) { return step < 1; }) ||
                (attribute.type() == onnx::AttributeProto::INT && attribute.i() < 1));
    });
}

bool infer_once(onnx::ModelProto& model) {
    try {
        onnx::ShapeInferenceOptions options{false, 0,
                                            true}; // types unchecked, faults passed over, values followed
        onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), options);
        return true;
    } catch (const std::exception&) { // what was found so far stays in the model
        return false;
    }
}

} // namespace

Shapes infer_shapes(onnx::ModelProto model) {
    onnx::GraphProto& graph = *model.mutable_graph();
    if (std::ranges::any_of(graph.node(), has_impossible_steps)) {
        return known_shapes(graph);
    }
    graph.clear_value_info(); // the file's own may be of other inputs
    for (onnx::ValueInfoProto& output : *graph.mutable_output()) {
        output.mutable_type()->mutable_tensor_type()->clear_shape();
    }
    Shapes shapes = known_shapes(graph);
    for (int round = 0; round < max_rounds; ++round) {
        const bool went_through = infer_once(model);
        shapes.merge(known_shapes(graph));
        if (!went_through || !fold_integers(graph, shapes)) {
            break;
        }
    }
    return shapes;
}

} // namespace facemirror::detail
