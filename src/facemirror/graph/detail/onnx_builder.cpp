// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/onnx_builder.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/graph/detail/onnx_proto.hpp>

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <numeric>
#include <set>

namespace facemirror::detail {

namespace {

// ONNX 1.12 is the newest that Debian 12 has: IR version 8, operator set 17.
constexpr std::int64_t ir_version = 8;
constexpr std::int64_t operator_set = 17;

static_assert(std::endian::native == std::endian::little, "raw_data of a tensor is little-endian");

void set_shape(onnx::ValueInfoProto& info, const FreeShape& shape) {
    auto* type = info.mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    for (const auto& size : shape) {
        auto* dimension = type->mutable_shape()->add_dim();
        if (const auto* free = std::get_if<std::string>(&size)) {
            dimension->set_dim_param(*free);
        } else {
            dimension->set_dim_value(std::get<std::int64_t>(size));
        }
    }
}

/// Fills in the one field of an attribute that belongs to the type of its value.
struct SetAttribute {
    onnx::AttributeProto& attribute;

    void operator()(std::int64_t value) const {
        attribute.set_type(onnx::AttributeProto::INT);
        attribute.set_i(value);
    }
    void operator()(float value) const {
        attribute.set_type(onnx::AttributeProto::FLOAT);
        attribute.set_f(value);
    }
    void operator()(const std::vector<std::int64_t>& values) const {
        attribute.set_type(onnx::AttributeProto::INTS);
        attribute.mutable_ints()->Add(values.begin(), values.end());
    }
    void operator()(const std::string& value) const {
        attribute.set_type(onnx::AttributeProto::STRING);
        attribute.set_s(value);
    }
};

std::size_t count(const Shape& shape) {
    return static_cast<std::size_t>(
        std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies{}));
}

onnx::TensorProto& add_tensor(onnx::GraphProto& graph, const std::string& name, const Shape& shape,
                              onnx::TensorProto::DataType type) {
    onnx::TensorProto& tensor = *graph.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    tensor.mutable_dims()->Add(shape.begin(), shape.end());
    return tensor;
}

void rename(google::protobuf::RepeatedPtrField<std::string>& names, const std::string& from,
            const std::string& to) {
    std::replace(names.begin(), names.end(), from, to);
}

} // namespace

struct OnnxBuilder::Model {
    onnx::ModelProto proto;
    std::set<std::string> names; ///< Of all tensors, each of which has one maker.
};

OnnxBuilder::OnnxBuilder(const std::string& graph_name) : m_model{std::make_unique<Model>()} {
    onnx::ModelProto& proto = m_model->proto;
    proto.set_ir_version(ir_version);
    proto.set_producer_name("facemirror");
    proto.add_opset_import()->set_version(operator_set);
    proto.mutable_graph()->set_name(graph_name);
}

OnnxBuilder::~OnnxBuilder() = default;

void OnnxBuilder::claim(const std::string& name) {
    expects(m_model->names.insert(name).second, "every tensor of a graph has a name of its own");
}

Value OnnxBuilder::input(const std::string& name, const FreeShape& shape) {
    claim(name);
    onnx::ValueInfoProto& info = *m_model->proto.mutable_graph()->add_input();
    info.set_name(name);
    set_shape(info, shape);
    return {name};
}

Value OnnxBuilder::node(const char* op, const std::string& name, const std::vector<Value>& inputs,
                        const Attributes& attributes) {
    claim(name);
    onnx::NodeProto& node = *m_model->proto.mutable_graph()->add_node();
    node.set_op_type(op);
    node.set_name(name);
    node.add_output(name);
    for (const Value& value : inputs) {
        node.add_input(value.name); // empty for an optional input that is left out
    }
    for (const auto& [key, value] : attributes) {
        onnx::AttributeProto& attribute = *node.add_attribute();
        attribute.set_name(key);
        std::visit(SetAttribute{attribute}, value);
    }
    return {name};
}

std::vector<Value> OnnxBuilder::split_node(const char* op, const std::string& name,
                                           const std::vector<Value>& inputs, std::size_t outputs,
                                           const Attributes& attributes) {
    static_cast<void>(node(op, name, inputs, attributes));
    onnx::GraphProto& graph = *m_model->proto.mutable_graph();
    onnx::NodeProto& made = *graph.mutable_node(graph.node_size() - 1);
    made.clear_output();
    std::vector<Value> values;
    for (std::size_t i = 0; i < outputs; ++i) {
        values.push_back({name + "." + std::to_string(i)});
        claim(values.back().name);
        made.add_output(values.back().name);
    }
    return values;
}

Value OnnxBuilder::constant(const std::string& name, const Shape& shape, std::span<const float> values) {
    expects(count(shape) == values.size(), "a constant has one value for each element");
    claim(name);
    add_tensor(*m_model->proto.mutable_graph(), name, shape, onnx::TensorProto::FLOAT)
        .set_raw_data(values.data(), values.size_bytes());
    return {name};
}

Value OnnxBuilder::constant(const std::string& name, const Shape& shape, std::span<const double> values) {
    std::vector<float> rounded(values.size());
    std::ranges::transform(values, rounded.begin(), [](double value) { return static_cast<float>(value); });
    return constant(name, shape, std::span<const float>{rounded});
}

Value OnnxBuilder::integers(const std::vector<std::int64_t>& values) {
    std::string name = "integers";
    for (const std::int64_t value : values) {
        name += "_" + std::to_string(value);
    }
    if (m_model->names.insert(name).second) {
        add_tensor(*m_model->proto.mutable_graph(), name, {static_cast<std::int64_t>(values.size())},
                   onnx::TensorProto::INT64)
            .set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
    }
    return {name};
}

Value OnnxBuilder::scalar(const std::string& name, float value) {
    return constant(name, {}, std::span<const float>{&value, 1});
}

void OnnxBuilder::output(const Value& value, const std::string& name, const FreeShape& shape) {
    onnx::GraphProto& graph = *m_model->proto.mutable_graph();
    if (value.name != name) {
        claim(name);
    }
    for (onnx::NodeProto& node : *graph.mutable_node()) {
        rename(*node.mutable_output(), value.name, name);
        rename(*node.mutable_input(), value.name, name);
    }
    onnx::ValueInfoProto& info = *graph.add_output();
    info.set_name(name);
    set_shape(info, shape);
}

std::vector<std::byte> OnnxBuilder::finish() const {
    const std::size_t size = m_model->proto.ByteSizeLong();
    if (size > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        throw Error{ErrorCode::output, "ONNX model " + m_model->proto.graph().name() +
                                           ": expected at most 2 GiB, found " + std::to_string(size) +
                                           " bytes"};
    }
    std::vector<std::byte> bytes(size);
    expects(m_model->proto.SerializeToArray(bytes.data(), static_cast<int>(size)),
            "a built model can be written");
    return bytes;
}

} // namespace facemirror::detail
