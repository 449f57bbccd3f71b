// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/architecture.hpp>
#include <facemirror/graph/detail/build.hpp>
#include <facemirror/graph/detail/layers.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace facemirror::detail {

namespace {

// ImageNet's statistics of red, green, blue for values 0..255. Source: behaviour.md 14.
const std::vector<double> mean{255 * 0.485, 255 * 0.456, 255 * 0.406};
const std::vector<double> scale{255 * 0.229, 255 * 0.224, 255 * 0.225};
constexpr double backbone_epsilon = 1e-3; // TensorFlow's; behaviour.md 24.3
constexpr double graph_epsilon = 1e-5;
constexpr float least_norm = 1e-12F;
const std::string module = "au_regressor.";
const std::string head = "au_regressor/"; // the common prefix of the nodes that keep f32

/// TensorFlow's SAME padding: what is odd goes to the end. Holds for even sizes, and all with stride 2 are.
Walk same(std::int64_t kernel, std::int64_t stride, std::int64_t groups = 1) {
    const std::int64_t total = kernel - stride;
    const std::int64_t before = total / 2;
    const std::int64_t after = total - before;
    return {stride, {before, before, after, after}, groups};
}

/// The backbone and the three trunks of behaviour.md 24.3.
class MtlGraph {
public:
    explicit MtlGraph(Layers& layers) : m_layers{&layers} {}

    /// Returns  [N,1280].
    Value features(const GraphTensor& input) {
        const Value picture = m_layers->picture(input, mean, scale);
        Value x = m_layers->silu(
            m_layers->conv_norm(picture, "base_model.conv_stem", "base_model.bn1", same(3, 2), scale));
        for (const MobileBlock& block : mtl::blocks) {
            x = mobile_block(x, block);
        }
        x = m_layers->silu(m_layers->conv_norm(x, "base_model.conv_head", "base_model.bn2"));
        const Value pooled = m_layers->builder().node("GlobalAveragePool", "base_model.pool", {x});
        return m_layers->builder().node("Flatten", "base_model.features", {pooled});
    }

    Value trunk(const Value& features, const std::string& name) {
        return m_layers->relu(m_layers->linear(features, name));
    }

private:
    Value mobile_block(const Value& x, const MobileBlock& block) {
        const std::string name =
            "base_model.blocks." + std::to_string(block.stage) + "." + std::to_string(block.index);
        const bool expands = block.stage != 0;
        Value y = x;
        if (expands) {
            y = m_layers->silu(m_layers->conv_norm(y, name + ".conv_pw", name + ".bn1"));
        }
        y = m_layers->silu(m_layers->conv_norm(y, name + ".conv_dw", name + (expands ? ".bn2" : ".bn1"),
                                               same(block.kernel, block.stride, block.expand)));
        y = squeeze_excite(y, name + ".se");
        y = m_layers->conv_norm(y, name + (expands ? ".conv_pwl" : ".conv_pw"),
                                name + (expands ? ".bn3" : ".bn2"));
        return block.stride == 1 && block.in == block.out ? m_layers->add(name, x, y) : y;
    }

    Value squeeze_excite(const Value& x, const std::string& name) {
        const Value pooled = m_layers->builder().node("GlobalAveragePool", name + ".pool", {x});
        const Value reduced = m_layers->silu(m_layers->conv(pooled, name + ".conv_reduce"));
        const Value gate = m_layers->sigmoid(m_layers->conv(reduced, name + ".conv_expand"));
        return m_layers->builder().node("Mul", name, {x, gate});
    }

    Layers* m_layers;
};

/// The graph network over the eight action units, of behaviour.md 24.3.
class ActionUnitGraph {
public:
    explicit ActionUnitGraph(Layers& layers) : m_layers{&layers}, m_builder{&layers.builder()} {}

    /// Returns  [N,8].
    Value build(const Value& trunk) {
        const Value nodes = node_features(trunk); // [N,8,1280]
        const Value flat = op("Reshape", "flat", {nodes, m_builder->integers({-1, mtl::features})});
        const Value own = per_node(linear(flat, "gnn.U"), "own");
        const Value theirs = per_node(linear(flat, "gnn.V"), "theirs");
        const Value passed = op("MatMul", "passed", {links(nodes), theirs});
        const Value normed =
            m_layers->norm(op("Add", "gnn", {passed, own}), module + "gnn.bnv", head + "gnn.bnv");
        return similarity(op("Relu", "related", {op("Add", "residual", {nodes, normed})}));
    }

private:
    Value op(const char* type, const std::string& name, const std::vector<Value>& inputs,
             const Attributes& attributes = {}) {
        return m_builder->node(type, head + name, inputs, attributes);
    }

    Value linear(const Value& x, const std::string& name) {
        return m_layers->linear(x, module + name, head + name);
    }

    Value per_node(const Value& x, const std::string& name) {
        return op("Reshape", name, {x, m_builder->integers({-1, mtl::nodes, mtl::features})});
    }

    Value node_features(const Value& trunk) {
        if (m_layers->is_folded()) {
            return per_node(all_class_linears(trunk), "nodes");
        }
        std::vector<Value> nodes;
        for (int i = 0; i < mtl::nodes; ++i) {
            const std::string name = "class_linears." + std::to_string(i);
            const Value node = linear(trunk, name);
            nodes.push_back(op("Unsqueeze", name + ".row", {node, m_builder->integers({1})}));
        }
        return op("Concat", "nodes", nodes, {{"axis", std::int64_t{1}}});
    }

    /// The eight layers, which see the same vector, as one.
    Value all_class_linears(const Value& trunk) {
        const std::string name = "class_linears";
        std::vector<float> weight;
        std::vector<float> bias;
        weight.reserve(mtl::nodes * mtl::features * mtl::features);
        for (int i = 0; i < mtl::nodes; ++i) {
            const std::string key = module + name + "." + std::to_string(i);
            const std::vector<float> rows = m_layers->weights().values(key + ".weight");
            const std::vector<float> shifts = m_layers->weights().values(key + ".bias");
            weight.insert(weight.end(), rows.begin(), rows.end());
            bias.insert(bias.end(), shifts.begin(), shifts.end());
        }
        const std::int64_t outputs = mtl::nodes * mtl::features;
        const Value weights = m_builder->constant(head + name + ".weight", {outputs, mtl::features},
                                                  std::span<const float>{weight});
        const Value biases =
            m_builder->constant(head + name + ".bias", {outputs}, std::span<const float>{bias});
        return op("Gemm", name, {trunk, weights, biases}, {{"transB", std::int64_t{1}}});
    }

    /// Which nodes a node hears, normalised by how many each hears: [N,8,8]. Equal similarities at the
    /// threshold all count.
    Value links(const Value& nodes) {
        const std::vector<std::int64_t> swap{0, 2, 1};
        const Value turned = op("Transpose", "turned", {nodes}, {{"perm", swap}});
        const Value similar = op("MatMul", "similar", {nodes, turned});
        const Value strongest = m_builder->split_node("TopK", head + "strongest",
                                                      {similar, m_builder->integers({mtl::neighbours})}, 2,
                                                      {{"axis", std::int64_t{2}}})[0];
        const Value threshold = op("Slice", "threshold",
                                   {strongest, m_builder->integers({mtl::neighbours - 1}),
                                    m_builder->integers({mtl::neighbours}), m_builder->integers({2})});
        const Value is_linked = op("GreaterOrEqual", "is_linked", {similar, threshold});
        const Value linked = op("Cast", "linked", {is_linked}, {{"to", std::int64_t{1}}}); // 1: float
        const Value degree =
            op("ReduceSum", "degree", {linked, m_builder->integers({2})}, {{"keepdims", std::int64_t{1}}});
        const Value turned_degree = op("Transpose", "turned_degree", {degree}, {{"perm", swap}});
        const Value root = op("Sqrt", "root", {op("Mul", "degrees", {degree, turned_degree})});
        return op("Div", "links", {linked, root});
    }

    /// The cosine between each node and its centre.
    Value similarity(const Value& nodes) {
        const Value weighted = op("Mul", "weighted", {nodes, centres()});
        const Value product =
            op("ReduceSum", "product", {weighted, m_builder->integers({2})}, {{"keepdims", std::int64_t{0}}});
        const Value length = op("ReduceL2", "length", {nodes},
                                {{"axes", std::vector<std::int64_t>{2}}, {"keepdims", std::int64_t{0}}});
        const Value safe =
            op("Max", "safe_length", {length, m_builder->scalar(head + "least_norm", least_norm)});
        return op("Div", "score", {product, safe});
    }

    /// relu(sc) with rows of length 1.
    Value centres() {
        const std::vector<float> sc = m_layers->weights().values(module + "sc");
        std::vector<double> rows(sc.size());
        std::ranges::transform(sc, rows.begin(), [](float value) { return std::max<double>(value, 0.0); });
        for (std::size_t begin = 0; begin < rows.size(); begin += mtl::features) {
            const std::span row{rows.data() + begin, static_cast<std::size_t>(mtl::features)};
            const double length = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
            for (double& value : row) {
                value /= std::max<double>(length, least_norm);
            }
        }
        return m_builder->constant(module + "sc", {mtl::nodes, mtl::features}, std::span<const double>{rows});
    }

    Layers* m_layers;
    OnnxBuilder* m_builder;
};

} // namespace

std::vector<std::byte> build_mtl(const Weights& weights, const NetworkInterface& interface, GraphForm form) {
    OnnxBuilder builder{"mtl"};
    Layers backbone{builder, weights, form, backbone_epsilon};
    MtlGraph graph{backbone};
    const Value features = graph.features(interface.input);
    const Value emotion = backbone.linear(graph.trunk(features, "fc_emotion"), "emotion_classifier");
    const Value gaze = backbone.linear(graph.trunk(features, "fc_gaze"), "gaze_regressor");
    Layers graph_layers{builder, weights, form, graph_epsilon};
    const Value au = ActionUnitGraph{graph_layers}.build(graph.trunk(features, "fc_au"));
    const std::vector<Value> results{emotion, gaze, au};
    for (std::size_t i = 0; i < results.size(); ++i) {
        builder.output(results[i], interface.outputs[i].name, free_shape(interface.outputs[i]));
    }
    return builder.finish();
}

} // namespace facemirror::detail
