// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/onnx_builder.hpp>
#include <facemirror/graph/detail/weights.hpp>
#include <facemirror/graph/import.hpp>

#include <array>
#include <string>
#include <vector>

namespace facemirror::detail {

/// How a convolution walks over its input.
struct Walk {
    std::int64_t stride = 1;
    std::array<std::int64_t, 4> pads{}; ///< Top, left, bottom, right.
    std::int64_t groups = 1;
};

/// The same padding on all sides.
[[nodiscard]] constexpr Walk padded(std::int64_t padding, std::int64_t stride = 1, std::int64_t groups = 1) {
    return {stride, {padding, padding, padding, padding}, groups};
}

/// Layers of PyTorch's kind in either form of a graph. A node bears the name of its module.
class Layers {
public:
    Layers(OnnxBuilder& builder, const Weights& weights, GraphForm form, double epsilon)
        : m_builder{&builder}, m_weights{&weights}, m_form{form}, m_epsilon{epsilon} {}

    [[nodiscard]] bool is_folded() const noexcept { return m_form == GraphForm::folded; }
    [[nodiscard]] const Weights& weights() const noexcept { return *m_weights; }
    [[nodiscard]] OnnxBuilder& builder() const noexcept { return *m_builder; }
    [[nodiscard]] double epsilon() const noexcept { return m_epsilon; }

    /// The network's only input less `mean`; a named graph divides it by `scale` too, a folded one leaves
    /// that to the first convolution. A node and no bias, because zero padding comes after it.
    Value picture(const GraphTensor& input, const std::vector<double>& mean,
                  const std::vector<double>& scale);

    /// A convolution as the checkpoint has it.
    Value conv(const Value& x, const std::string& name, const Walk& walk = {});
    /// A convolution of given weights.
    Value conv(const Value& x, const std::string& name, const ConvWeights& weights, const Walk& walk = {});
    /// A convolution and the norm that it feeds. `input_scale` is what the picture was not divided by.
    Value conv_norm(const Value& x, const std::string& conv_name, const std::string& norm_name,
                    const Walk& walk = {}, const std::vector<double>& input_scale = {});
    /// A norm that no convolution feeds; its node is called as its module unless `node` says otherwise.
    Value norm(const Value& x, const std::string& name, const std::string& node = "");
    /// PyTorch's Linear of [N, in].
    Value linear(const Value& x, const std::string& name, const std::string& node = "");

    Value relu(const Value& x) { return m_builder->node("Relu", x.name + ".relu", {x}); }
    Value sigmoid(const Value& x) { return m_builder->node("Sigmoid", x.name + ".sigmoid", {x}); }
    Value silu(const Value& x) { return m_builder->node("Mul", x.name + ".silu", {x, sigmoid(x)}); }
    Value add(const std::string& name, const Value& a, const Value& b) {
        return m_builder->node("Add", name, {a, b});
    }

private:
    OnnxBuilder* m_builder;
    const Weights* m_weights;
    GraphForm m_form;
    double m_epsilon;
};

/// The shape of a graph's input or output with names for its free axes.
[[nodiscard]] FreeShape free_shape(const GraphTensor& tensor);

} // namespace facemirror::detail
