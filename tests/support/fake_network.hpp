// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/network.hpp>

#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace facemirror {

/// A network that answers with given numbers: `answer` fills the outputs from the input at each run.
class FakeNetwork : public Network {
public:
    using Tensors = std::vector<std::vector<float>>;
    using Answer = std::function<void(std::span<const float> input, Tensors& outputs)>;

    FakeNetwork(TensorInfo input, std::vector<TensorInfo> outputs, Answer answer = {})
        : m_inputs{std::move(input)}, m_outputs{std::move(outputs)}, m_answer{std::move(answer)} {
        m_input.resize(count(m_inputs[0]));
        for (const TensorInfo& output : m_outputs) {
            m_values.emplace_back(count(output));
        }
    }

    [[nodiscard]] const std::vector<TensorInfo>& inputs() const override { return m_inputs; }
    [[nodiscard]] const std::vector<TensorInfo>& outputs() const override { return m_outputs; }
    [[nodiscard]] std::span<float> input(std::size_t) override { return m_input; }
    void run() override {
        if (m_answer) {
            m_answer(m_input, m_values);
        }
    }
    [[nodiscard]] std::span<const float> output(std::size_t index) const override { return m_values[index]; }

private:
    static std::size_t count(const TensorInfo& tensor) {
        return std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::size_t{1}, std::multiplies<>{});
    }

    std::vector<TensorInfo> m_inputs;
    std::vector<TensorInfo> m_outputs;
    Answer m_answer;
    std::vector<float> m_input;
    Tensors m_values;
};

} // namespace facemirror
