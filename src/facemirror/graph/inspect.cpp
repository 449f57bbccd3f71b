// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/inspect.hpp>

#include <facemirror/graph/detail/layer_work.hpp>
#include <facemirror/graph/import.hpp>
#include <facemirror/graph/weight_table.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string_view>

namespace facemirror {

namespace {

using Use = WeightSpec::Use;
constexpr std::int64_t most_macs = std::int64_t{1} << 61;     // as much as macs_of() says at most
constexpr std::int64_t most_elements = std::int64_t{1} << 40; // more is a made-up size
using IsParameter = std::function<bool(const OnnxConstant&)>;

constexpr std::array<std::string_view, 6> norms{"BatchNormalization",    "GroupNormalization",
                                                "InstanceNormalization", "LayerNormalization",
                                                "LpNormalization",       "LRN"};
constexpr std::array<std::string_view, 12> activations{"Clip",      "Elu",       "Gelu",     "HardSigmoid",
                                                       "HardSwish", "LeakyRelu", "PRelu",    "Relu",
                                                       "Sigmoid",   "Softmax",   "Softplus", "Tanh"};

std::int64_t bytes_of(const std::string& type) {
    if (type == "float64" || type == "int64" || type == "uint64" || type == "complex64") {
        return 8;
    }
    if (type == "float16" || type == "bfloat16" || type == "int16" || type == "uint16") {
        return 2;
    }
    return type == "int8" || type == "uint8" || type == "bool" ? 1 : 4;
}

bool is_floating(const OnnxConstant& constant) {
    return constant.type.find("float") != std::string::npos;
}

/// Follows constants to the layer that uses them first.
class ConstantUse {
public:
    ConstantUse(const OnnxGraph& graph, const IsParameter& is_parameter) : m_graph{&graph} {
        for (const auto& [name, constant] : graph.constants) {
            if (is_floating(constant) && is_parameter(constant)) {
                m_unused.insert(name);
            }
        }
        for (const OnnxNode& node : graph.nodes) { // means and variances are measured, not learnt
            for (std::size_t i = 3; node.op == "BatchNormalization" && i < node.inputs.size(); ++i) {
                m_unused.erase(node.inputs[i]);
            }
        }
    }

    /// Returns  The parameters that this node is the first to use; one that only gives a constant another
    /// name
    ///          uses none.
    std::int64_t take(const OnnxNode& node) {
        if (node.op == "Identity" && node.inputs.size() == 1 && node.outputs.size() == 1 &&
            m_graph->constants.contains(real_name(node.inputs[0]))) {
            m_aliases[node.outputs[0]] = real_name(node.inputs[0]);
            return 0;
        }
        std::int64_t count = 0;
        for (const std::string& input : node.inputs) {
            const auto found = m_unused.find(real_name(input));
            if (found != m_unused.end()) {
                count += m_graph->constants.at(*found).elements;
                m_unused.erase(found);
            }
        }
        return count;
    }

    [[nodiscard]] std::int64_t left() const {
        std::int64_t count = 0;
        for (const std::string& name : m_unused) {
            count += m_graph->constants.at(name).elements;
        }
        return count;
    }

private:
    [[nodiscard]] const std::string& real_name(const std::string& name) const {
        const auto found = m_aliases.find(name);
        return found == m_aliases.end() ? name : found->second;
    }

    const OnnxGraph* m_graph;
    std::set<std::string> m_unused;
    std::map<std::string, std::string> m_aliases;
};

LayerReport describe(const OnnxGraph& graph, const OnnxNode& node) {
    LayerReport layer;
    layer.name = node.name;
    layer.op = node.op;
    if (const auto* shape = node.outputs.empty() ? nullptr : detail::shape_of(graph, node.outputs[0])) {
        layer.output_shape = *shape;
    }
    if (const auto kernel = node.integers.find("kernel_shape"); kernel != node.integers.end()) {
        layer.kernel = kernel->second;
    }
    for (const std::string& output : node.outputs) {
        const auto* shape = detail::shape_of(graph, output);
        const std::int64_t elements = shape == nullptr ? 0 : detail::product_of(*shape);
        layer.memory_bytes += elements <= most_elements ? elements * 4 : 0;
    }
    layer.macs = detail::macs_of(graph, node);
    return layer;
}

NetworkReport inspect(const OnnxGraph& graph, const IsParameter& is_parameter) {
    NetworkReport report;
    report.graph = "ONNX, operator set " + std::to_string(graph.operator_set) +
                   (graph.producer.empty() ? "" : ", by " + graph.producer);
    report.layout = graph.input_shape.size() == 4 && graph.input_shape[1] <= 4 ? "NCHW float32" : "float32";
    report.input_shape = graph.input_shape;
    ConstantUse use{graph, is_parameter};
    for (const OnnxNode& node : graph.nodes) {
        ++report.ops[node.op];
        if (node.op == "Constant") {
            continue;
        }
        LayerReport layer = describe(graph, node);
        layer.parameters = use.take(node);
        report.parameters += layer.parameters;
        report.macs = std::min(report.macs + layer.macs, most_macs);
        report.layers_of_unknown_size +=
            detail::shape_of(graph, node.outputs.empty() ? "" : node.outputs[0]) == nullptr;
        report.layers.push_back(std::move(layer));
    }
    report.unused_parameters = use.left();
    report.parameters += report.unused_parameters;
    for (const auto& [name, constant] : graph.constants) {
        report.weight_bytes += constant.elements * bytes_of(constant.type);
    }
    return report;
}

template <std::size_t N>
std::map<std::string, std::int64_t> pick(const NetworkReport& report,
                                         const std::array<std::string_view, N>& names) {
    std::map<std::string, std::int64_t> picked;
    std::ranges::copy_if(report.ops, std::inserter(picked, picked.end()), [&](const auto& entry) {
        return std::ranges::find(names, entry.first) != names.end();
    });
    return picked;
}

/// Adds the convolutions that the network leaves out.
void add_unused(NetworkReport& report, const std::vector<WeightSpec>& weights) {
    for (const WeightSpec& weight : weights) {
        if (weight.use != Use::unused) {
            continue;
        }
        report.unused_parameters += element_count(weight);
        report.parameters += element_count(weight);
        const std::string name = weight.name.substr(0, weight.name.rfind('.'));
        if (report.layers.back().name != name) {
            LayerReport layer;
            layer.name = name;
            layer.op = "Conv";
            layer.kernel = {weight.shape[2], weight.shape[3]};
            layer.is_unused = true;
            report.layers.push_back(std::move(layer));
            ++report.ops["Conv"];
        }
        report.layers.back().parameters += element_count(weight);
    }
}

/// STAR's table of edges is a convolution by form only.
void mark_fixed(NetworkReport& report) {
    for (LayerReport& layer : report.layers) {
        if (layer.name == "e2h_transform") {
            layer.op = "FixedConv";
            --report.ops["Conv"];
            ++report.ops["FixedConv"];
        }
    }
}

} // namespace

std::map<std::string, std::int64_t> norms_in(const NetworkReport& report) {
    return pick(report, norms);
}

std::map<std::string, std::int64_t> activations_in(const NetworkReport& report) {
    return pick(report, activations);
}

NetworkReport inspect_onnx(const OnnxGraph& graph) {
    return inspect(graph, [](const OnnxConstant&) { return true; });
}

NetworkReport inspect_checkpoint(const Checkpoint& checkpoint, const std::vector<std::int64_t>& input_shape) {
    const NetworkKind kind = recognise(checkpoint);
    ImportOptions options;
    options.form = GraphForm::named;
    if (input_shape.size() == 4 && kind == NetworkKind::star) {
        options.star_side_px = static_cast<int>(std::clamp<std::int64_t>(input_shape[3], 0, 1 << 16));
    }
    const ImportedNetwork network = build_network(kind, checkpoint, options);
    std::set<std::string> learnt;
    for (const WeightSpec& weight : weights_of(kind)) {
        if (weight.use == Use::parameter) {
            learnt.insert(weight.name);
        }
    }
    NetworkReport report =
        inspect(parse_onnx(network.onnx, checkpoint.origin(), input_shape),
                [&](const OnnxConstant& constant) { return learnt.contains(constant.name); });
    report.graph = std::string{"checkpoint of "} + name_of(kind) + ", unfolded";
    add_unused(report, weights_of(kind));
    mark_fixed(report);
    report.tensors = checkpoint.entries();
    report.weight_bytes = 0;
    for (const CheckpointEntry& entry : report.tensors) {
        report.weight_bytes +=
            detail::product_of(entry.shape) * static_cast<std::int64_t>(size_of(entry.type));
    }
    return report;
}

} // namespace facemirror
