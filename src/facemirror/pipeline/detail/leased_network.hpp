// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/network.hpp>
#include <facemirror/profile/profile.hpp>

#include <memory>
#include <semaphore>
#include <utility>

namespace facemirror {

/// A network that runs only while it holds one of a run's streams; the stages that use it know nothing of it.
class LeasedNetwork final : public Network {
public:
    LeasedNetwork(std::unique_ptr<Network> network, std::counting_semaphore<>& streams)
        : m_network{std::move(network)}, m_streams{streams} {}

    [[nodiscard]] const std::vector<TensorInfo>& inputs() const override { return m_network->inputs(); }
    [[nodiscard]] const std::vector<TensorInfo>& outputs() const override { return m_network->outputs(); }
    [[nodiscard]] std::span<float> input(std::size_t index) override { return m_network->input(index); }
    [[nodiscard]] std::span<const float> output(std::size_t index) const override {
        return m_network->output(index);
    }

    void run() override {
        const Lease lease{m_streams};
        m_network->run();
    }

private:
    class Lease {
    public:
        explicit Lease(std::counting_semaphore<>& streams) : m_streams{streams} {
            const Pause pause;
            m_streams.acquire();
        }
        ~Lease() { m_streams.release(); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

    private:
        std::counting_semaphore<>& m_streams;
    };

    std::unique_ptr<Network> m_network;
    std::counting_semaphore<>& m_streams;
};

} // namespace facemirror
