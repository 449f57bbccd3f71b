// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/layers.hpp>

#include <utility>

namespace facemirror::detail {

namespace {

Attributes attributes_of(const Shape& weight, const Walk& walk) {
    return {{"kernel_shape", std::vector<std::int64_t>{weight[2], weight[3]}},
            {"strides", std::vector<std::int64_t>{walk.stride, walk.stride}},
            {"pads", std::vector<std::int64_t>(walk.pads.begin(), walk.pads.end())},
            {"group", walk.groups}};
}

std::span<const double> view(const std::vector<double>& values) {
    return values;
}

std::span<const float> view(const std::vector<float>& values) {
    return values;
}

} // namespace

Value Layers::picture(const GraphTensor& input, const std::vector<double>& mean,
                      const std::vector<double>& scale) {
    const Value image = m_builder->input(input.name, free_shape(input));
    const Shape per_channel{1, static_cast<std::int64_t>(mean.size()), 1, 1};
    const Value centred = m_builder->node(
        "Sub", "picture.centred", {image, m_builder->constant("picture.mean", per_channel, view(mean))});
    if (is_folded() || scale.empty()) {
        return centred;
    }
    return m_builder->node("Div", "picture.scaled",
                           {centred, m_builder->constant("picture.scale", per_channel, view(scale))});
}

Value Layers::conv(const Value& x, const std::string& name, const Walk& walk) {
    const Shape& shape = m_weights->shape(name + ".weight");
    const std::vector<float> weight = m_weights->values(name + ".weight");
    std::vector<Value> inputs{x, m_builder->constant(name + ".weight", shape, view(weight))};
    if (m_weights->has_bias(name)) {
        inputs.push_back(
            m_builder->constant(name + ".bias", {shape[0]}, view(m_weights->values(name + ".bias"))));
    }
    return m_builder->node("Conv", name, inputs, attributes_of(shape, walk));
}

Value Layers::conv(const Value& x, const std::string& name, const ConvWeights& weights, const Walk& walk) {
    m_weights->check_range(name, weights);
    const Value weight = m_builder->constant(name + ".weight", weights.shape, view(weights.weight));
    const Value bias = m_builder->constant(name + ".bias", {weights.shape[0]}, view(weights.bias));
    return m_builder->node("Conv", name, {x, weight, bias}, attributes_of(weights.shape, walk));
}

Value Layers::conv_norm(const Value& x, const std::string& conv_name, const std::string& norm_name,
                        const Walk& walk, const std::vector<double>& input_scale) {
    if (!is_folded()) {
        return norm(conv(x, conv_name, walk), norm_name);
    }
    ConvWeights weights = fold(m_weights->conv(conv_name), m_weights->norm(norm_name, m_epsilon));
    if (!input_scale.empty()) {
        weights = fold_input_scale(std::move(weights), input_scale);
    }
    return conv(x, conv_name, weights, walk);
}

Value Layers::norm(const Value& x, const std::string& name, const std::string& node) {
    static_cast<void>(m_weights->norm(name, m_epsilon)); // refuses variances that no norm can have
    std::vector<Value> inputs{x};
    for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) {
        const std::vector<float> values = m_weights->values(name + part);
        inputs.push_back(
            m_builder->constant(name + part, {static_cast<std::int64_t>(values.size())}, view(values)));
    }
    return m_builder->node("BatchNormalization", node.empty() ? name : node, inputs,
                           {{"epsilon", static_cast<float>(m_epsilon)}});
}

Value Layers::linear(const Value& x, const std::string& name, const std::string& node) {
    std::vector<Value> inputs{x};
    for (const char* part : {".weight", ".bias"}) {
        inputs.push_back(m_builder->constant(name + part, m_weights->shape(name + part),
                                             view(m_weights->values(name + part))));
    }
    return m_builder->node("Gemm", node.empty() ? name : node, inputs, {{"transB", std::int64_t{1}}});
}

FreeShape free_shape(const GraphTensor& tensor) {
    const bool is_picture = tensor.shape.size() == 4;
    const std::array<const char*, 4> names{"batch", is_picture ? "channels" : "priors", "height", "width"};
    FreeShape shape;
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
        if (tensor.shape[axis] == 0) {
            shape.emplace_back(names.at(axis));
        } else {
            shape.emplace_back(static_cast<std::int64_t>(tensor.shape[axis]));
        }
    }
    return shape;
}

} // namespace facemirror::detail
