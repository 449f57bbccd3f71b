// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/onnx_reader.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/graph/detail/onnx_proto.hpp>
#include <facemirror/graph/detail/onnx_strip.hpp>
#include <facemirror/graph/detail/shape_inference.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>

namespace facemirror {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t max_file_bytes = std::uintmax_t{1} << 31; // the limit of protobuf
constexpr std::int64_t default_side_px = 640;
constexpr std::int64_t max_size = 1 << 20; // of an axis

std::vector<std::byte> read_bytes(const fs::path& file) {
    std::error_code failed;
    if (!fs::is_regular_file(file, failed)) {
        throw Error{ErrorCode::not_found, file.string() + ": expected an ONNX file, found no such file"};
    }
    const std::uintmax_t size = fs::file_size(file, failed);
    if (failed || size > max_file_bytes) {
        throw Error{ErrorCode::unsupported,
                    file.string() + ": expected an ONNX file of at most 2 GiB, found " +
                        (failed ? failed.message() : std::to_string(size) + " bytes")};
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    std::ifstream stream{file, std::ios::binary};
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!stream) {
        throw Error{ErrorCode::not_found, file.string() + ": expected a readable file, found none"};
    }
    return bytes;
}

std::string type_name(std::int32_t type) {
    constexpr std::array<const char*, 17> names{
        "undefined", "float32", "uint8",   "int8",   "uint16", "int16",     "int32",      "int64",   "string",
        "bool",      "float16", "float64", "uint32", "uint64", "complex64", "complex128", "bfloat16"};
    return type >= 0 && static_cast<std::size_t>(type) < names.size() ? names[static_cast<std::size_t>(type)]
                                                                      : "unknown";
}

template <typename Number>
std::vector<double> unpack(const std::string& raw) {
    std::vector<Number> numbers(raw.size() / sizeof(Number));
    std::memcpy(numbers.data(), raw.data(), numbers.size() * sizeof(Number));
    return {numbers.begin(), numbers.end()};
}

/// The numbers of a tensor, as far as they were kept while weights were stripped.
std::vector<double> numbers_of(const onnx::TensorProto& tensor) {
    const std::string& raw = tensor.raw_data();
    switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
        return raw.empty() ? std::vector<double>(tensor.float_data().begin(), tensor.float_data().end())
                           : unpack<float>(raw);
    case onnx::TensorProto::INT64:
        return raw.empty() ? std::vector<double>(tensor.int64_data().begin(), tensor.int64_data().end())
                           : unpack<std::int64_t>(raw);
    case onnx::TensorProto::INT32:
    case onnx::TensorProto::BOOL:
        return raw.empty() ? std::vector<double>(tensor.int32_data().begin(), tensor.int32_data().end())
               : tensor.data_type() == onnx::TensorProto::BOOL ? unpack<std::uint8_t>(raw)
                                                               : unpack<std::int32_t>(raw);
    default:
        return {};
    }
}

OnnxConstant describe(const std::string& name, const onnx::TensorProto& tensor) {
    OnnxConstant constant{
        name, type_name(tensor.data_type()), {tensor.dims().begin(), tensor.dims().end()}, 1, {}};
    for (const std::int64_t size : constant.shape) {
        constant.elements *= size; // limits were checked while weights were stripped
    }
    constant.numbers = numbers_of(tensor);
    return constant;
}

GraphTensor describe(const onnx::ValueInfoProto& info) {
    GraphTensor tensor{info.name(), {}};
    for (const auto& size : info.type().tensor_type().shape().dim()) {
        tensor.shape.push_back(size.dim_value() > 0 ? static_cast<std::size_t>(size.dim_value()) : 0);
    }
    return tensor;
}

OnnxNode describe(const onnx::NodeProto& proto) {
    OnnxNode node;
    node.op = proto.op_type();
    node.name = proto.name().empty() && proto.output_size() > 0 ? proto.output(0) : proto.name();
    node.inputs = {proto.input().begin(), proto.input().end()};
    node.outputs = {proto.output().begin(), proto.output().end()};
    for (const onnx::AttributeProto& attribute : proto.attribute()) {
        if (attribute.type() == onnx::AttributeProto::INT) {
            node.integers[attribute.name()] = {attribute.i()};
        } else if (attribute.type() == onnx::AttributeProto::INTS) {
            node.integers[attribute.name()] = {attribute.ints().begin(), attribute.ints().end()};
        } else if (attribute.type() == onnx::AttributeProto::STRING) {
            node.texts[attribute.name()] = attribute.s();
        } else if (attribute.type() == onnx::AttributeProto::FLOAT) {
            node.reals[attribute.name()] = {attribute.f()};
        } else if (attribute.type() == onnx::AttributeProto::TENSOR) {
            node.reals[attribute.name()] = numbers_of(attribute.t());
        }
    }
    return node;
}

/// The first input with all axes fixed.
std::vector<std::int64_t> fix_shape(const GraphTensor& input, const std::vector<std::int64_t>& wanted,
                                    const std::string& origin) {
    if (!wanted.empty() && wanted.size() != input.shape.size()) {
        throw Error{ErrorCode::mismatch, origin + ": input " + input.name + ": expected a shape of " +
                                             std::to_string(input.shape.size()) + " axes, found " +
                                             std::to_string(wanted.size())};
    }
    std::vector<std::int64_t> shape;
    for (std::size_t axis = 0; axis < input.shape.size(); ++axis) {
        const auto fixed = static_cast<std::int64_t>(input.shape[axis]);
        const std::int64_t fallback = axis == 0 ? 1 : default_side_px;
        const std::int64_t size = !wanted.empty() ? wanted[axis] : fixed != 0 ? fixed : fallback;
        if (size < 1 || size > max_size || (fixed != 0 && size != fixed)) {
            throw Error{ErrorCode::mismatch,
                        origin + ": input " + input.name + ", axis " + std::to_string(axis) + ": expected " +
                            (fixed != 0 ? std::to_string(fixed) : "1.." + std::to_string(max_size)) +
                            ", found " + std::to_string(size)};
        }
        shape.push_back(size);
    }
    return shape;
}

onnx::ModelProto parse_model(std::span<const std::byte> bytes, const std::string& origin) {
    const std::string stripped = detail::strip_weights(bytes, origin);
    onnx::ModelProto model;
    if (!model.ParseFromString(stripped) || !model.has_graph() || model.opset_import_size() == 0) {
        throw Error{ErrorCode::corrupted, origin +
                                              ": expected an ONNX model with a graph and its operator set, "
                                              "found something else or a cut-off file"};
    }
    return model;
}

void add_constants(OnnxGraph& graph, const onnx::GraphProto& proto) {
    for (const onnx::TensorProto& tensor : proto.initializer()) {
        graph.constants.insert_or_assign(tensor.name(), describe(tensor.name(), tensor));
    }
    for (const onnx::NodeProto& node : proto.node()) {
        if (node.op_type() == "Constant" && node.output_size() == 1 && node.attribute_size() == 1 &&
            node.attribute(0).has_t()) {
            graph.constants.insert_or_assign(node.output(0), describe(node.output(0), node.attribute(0).t()));
        }
    }
}

} // namespace

OnnxGraph parse_onnx(std::span<const std::byte> bytes, const std::string& origin,
                     const std::vector<std::int64_t>& input_shape) {
    const onnx::ModelProto model = parse_model(bytes, origin);
    const onnx::GraphProto& proto = model.graph();
    OnnxGraph graph;
    graph.origin = origin;
    graph.ir_version = model.ir_version();
    graph.operator_set = model.opset_import(0).version();
    graph.producer = model.producer_name();
    add_constants(graph, proto);
    std::ranges::transform(proto.node(), std::back_inserter(graph.nodes),
                           [](const onnx::NodeProto& node) { return describe(node); });
    std::ranges::transform(proto.output(), std::back_inserter(graph.outputs),
                           [](const onnx::ValueInfoProto& info) { return describe(info); });
    std::map<std::string, std::vector<std::int64_t>> input_shapes;
    for (const onnx::ValueInfoProto& info : proto.input()) {
        if (graph.constants.contains(info.name())) { // older files list weights as inputs too
            continue;
        }
        graph.inputs.push_back(describe(info));
        const bool is_first = graph.inputs.size() == 1;
        const auto shape =
            fix_shape(graph.inputs.back(), is_first ? input_shape : std::vector<std::int64_t>{}, origin);
        input_shapes[info.name()] = shape;
        graph.input_shape = is_first ? shape : graph.input_shape;
    }
    graph.shapes = detail::infer_shapes(graph, input_shapes);
    return graph;
}

OnnxGraph read_onnx(const fs::path& file, const std::vector<std::int64_t>& input_shape) {
    return parse_onnx(read_bytes(file), file.string(), input_shape);
}

} // namespace facemirror
