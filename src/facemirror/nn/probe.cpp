// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/probe.hpp>

#include <facemirror/core/error.hpp>

#include <openvino/op/constant.hpp>
#include <openvino/op/fake_quantize.hpp>
#include <openvino/op/matmul.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/result.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace facemirror {

namespace {

// Square matrices: large enough that the arithmetic outweighs reading the weights, small enough that a run of
// milliseconds often falls between two interruptions by other programs.
constexpr std::size_t side = 512;
constexpr int products = 3;
constexpr int least_runs = 20;
constexpr double macs = static_cast<double>(products) * side * side * side;

std::shared_ptr<ov::Node> scalar(float value) {
    return ov::op::v0::Constant::create(ov::element::f32, {}, {value});
}

/// Marks values for the engine as being on a grid of 8 bits.
std::shared_ptr<ov::Node> on_grid(const ov::Output<ov::Node>& values, float low, float high, int levels) {
    return std::make_shared<ov::op::v0::FakeQuantize>(values, scalar(low), scalar(high), scalar(low),
                                                      scalar(high), static_cast<std::size_t>(levels));
}

std::shared_ptr<ov::Node> weights() {
    std::vector<float> values(side * side);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(i % 255) / 127.0F - 1; // every level of the grid
    }
    return ov::op::v0::Constant::create(ov::element::f32, {side, side}, values);
}

std::shared_ptr<ov::Model> chain(Precision precision) {
    const auto input =
        std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{side, side});
    std::shared_ptr<ov::Node> values = input;
    for (int i = 0; i < products; ++i) {
        std::shared_ptr<ov::Node> factor = weights();
        if (precision == Precision::int8) {

            values = on_grid(values, 0, 2.55F, 256);
            factor = on_grid(factor, -1, 1, 255);
        }
        values = std::make_shared<ov::op::v0::MatMul>(values, factor);
        values->set_friendly_name("product" + std::to_string(i));
    }
    return std::make_shared<ov::Model>(ov::OutputVector{values}, ov::ParameterVector{input});
}

/// In which arithmetic the products really run: the engine may fall back without a word.
void check_arithmetic(const ov::CompiledModel& compiled, Precision precision) {
    const auto wanted = [precision](const std::string& type) {
        return precision == Precision::int8 ? type == "u8" || type == "i8" : type == name_of(precision);
    };
    int found = 0;
    std::string others;
    for (const auto& node : compiled.get_runtime_model()->get_ops()) {
        const auto& facts = node->get_rt_info();
        const auto kind = facts.find("layerType");
        const auto type = facts.find("runtimePrecision");
        if (kind == facts.end() || type == facts.end()) {
            continue;
        }
        const auto layer = kind->second.as<std::string>();
        if (layer == "MatMul" || layer == "FullyConnected") {
            const auto name = type->second.as<std::string>();
            found += wanted(name) ? 1 : 0;
            others += wanted(name) ? "" : " " + name;
        }
    }
    if (found != products) {
        throw Error{ErrorCode::backend,
                    std::string{"peak of "} + name_of(precision) + ": expected " + std::to_string(products) +
                        " matrix products in that arithmetic, found:" + (others.empty() ? " none" : others)};
    }
}

ov::CompiledModel compile(ov::Core& core, Precision precision, int threads) {
    auto compiled = core.compile_model(
        chain(precision), "CPU",
        ov::hint::inference_precision(precision == Precision::bf16 ? ov::element::bf16 : ov::element::f32),
        ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY), ov::num_streams(1),
        ov::inference_num_threads(threads), ov::hint::enable_cpu_pinning(false));
    check_arithmetic(compiled, precision);
    return compiled;
}

} // namespace

double measure_peak(Precision precision, int threads, std::chrono::duration<double> duration) {
    expects(threads > 0, "the peak is measured on at least one thread");
    using Clock = std::chrono::steady_clock;
    try {
        ov::Core core;
        ov::CompiledModel compiled = compile(core, precision, threads);
        ov::InferRequest request = compiled.create_infer_request();
        auto* values = request.get_input_tensor().data<float>();
        std::fill(values, values + side * side, 1.0F);
        request.infer(); // the first run sets the engine up
        double fastest_s = 0;
        const auto end = Clock::now() + duration;
        for (int run = 0; run < least_runs || Clock::now() < end; ++run) {
            const auto start = Clock::now();
            request.infer();
            const double taken_s = std::chrono::duration<double>{Clock::now() - start}.count();
            fastest_s = fastest_s > 0 ? std::min(fastest_s, taken_s) : taken_s;
        }
        return macs / fastest_s;
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error{ErrorCode::backend, std::string{"peak of "} + name_of(precision) + ": " + error.what()};
    }
}

} // namespace facemirror
