// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/network.hpp>
#include <facemirror/profile/profile.hpp>

#include <memory>
#include <utility>

namespace facemirror {

/// A network that reports each run to a profile; the stages that use it know nothing of it.
class TimedNetwork final : public Network {
public:
    TimedNetwork(std::unique_ptr<Network> network, Operation& operation)
        : m_network{std::move(network)}, m_operation{operation} {}

    [[nodiscard]] const std::vector<TensorInfo>& inputs() const override { return m_network->inputs(); }
    [[nodiscard]] const std::vector<TensorInfo>& outputs() const override { return m_network->outputs(); }
    [[nodiscard]] std::span<float> input(std::size_t index) override { return m_network->input(index); }
    [[nodiscard]] std::span<const float> output(std::size_t index) const override {
        return m_network->output(index);
    }

    void run() override {
        const std::size_t batch =
            m_network->inputs().front().shape.empty() ? 1 : m_network->inputs().front().shape[0];
        const Span span{m_operation, static_cast<std::int64_t>(batch)};
        m_network->run();
    }

private:
    std::unique_ptr<Network> m_network;
    Operation& m_operation;
};

} // namespace facemirror
