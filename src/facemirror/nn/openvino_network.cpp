// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/network.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/nn/detail/compiled_parts.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openvino/frontend/manager.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace facemirror {

namespace {

/// The engine: loading its plugins takes tens of milliseconds, so there is one for the process.
ov::Core& core() {
    static ov::Core instance;
    return instance;
}

/// A tensor may have several names in no order; the first by alphabet is the same on every run.
TensorInfo describe(const ov::Output<ov::Node>& port, const std::string& file) {
    const auto& names = port.get_names();
    const std::string name =
        names.empty() ? port.get_node()->get_friendly_name() : *std::ranges::min_element(names);
    if (port.get_partial_shape().is_dynamic() || port.get_element_type() != ov::element::f32) {
        throw Error{ErrorCode::mismatch, file + ": expected float32 tensors of fixed shape, found " + name +
                                             " " + port.get_partial_shape().to_string() + " of " +
                                             port.get_element_type().get_type_name()};
    }
    return {name, port.get_shape()};
}

std::vector<TensorInfo> describe(const std::vector<ov::Output<ov::Node>>& ports, const std::string& file) {
    std::vector<TensorInfo> tensors;
    tensors.reserve(ports.size());
    for (const auto& port : ports) {
        tensors.push_back(describe(port, file));
    }
    return tensors;
}

class OpenVinoNetwork final : public Network {
public:
    OpenVinoNetwork(detail::CompiledParts parts, std::string file)
        : m_file{std::move(file)}, m_inputs{parts.input_tensors}, m_outputs{parts.output_tensors} {
        m_requests.push_back(parts.front.create_infer_request());
        if (parts.back) {
            m_requests.push_back(parts.back->create_infer_request());
            link(parts);
        }
        for (std::size_t i = 0; i < m_inputs.size(); ++i) {
            m_input_tensors.emplace_back(ov::element::f32, m_inputs[i].shape);
            m_requests.front().set_input_tensor(i, m_input_tensors.back());
        }
        for (std::size_t i = 0; i < m_outputs.size(); ++i) {
            m_output_tensors.emplace_back(ov::element::f32, m_outputs[i].shape);
            const detail::OutputPlace& place = parts.outputs[i];
            m_requests[place.is_in_back ? 1 : 0].set_output_tensor(place.index, m_output_tensors.back());
        }
    }

    [[nodiscard]] const std::vector<TensorInfo>& inputs() const override { return m_inputs; }
    [[nodiscard]] const std::vector<TensorInfo>& outputs() const override { return m_outputs; }

    [[nodiscard]] std::span<float> input(std::size_t index) override {
        expects(index < m_input_tensors.size(), "the network has this input");
        ov::Tensor& tensor = m_input_tensors[index];
        return {tensor.data<float>(), tensor.get_size()};
    }

    void run() override {
        try {
            for (ov::InferRequest& request : m_requests) {
                request.infer();
            }
        } catch (const std::exception& error) {
            throw Error{ErrorCode::backend, m_file + ": inference failed: " + error.what()};
        }
    }

    [[nodiscard]] std::span<const float> output(std::size_t index) const override {
        expects(index < m_output_tensors.size(), "the network has this output");
        const ov::Tensor& tensor = m_output_tensors[index];
        return {tensor.data<const float>(), tensor.get_size()};
    }

private:
    /// What one part writes is what the other reads.
    void link(const detail::CompiledParts& parts) {
        for (std::size_t i = 0; i < parts.back->inputs().size(); ++i) {
            const auto port = parts.back->input(i);
            const ov::Tensor shared{port.get_element_type(), port.get_shape()};
            m_requests[0].set_output_tensor(parts.first_link + i, shared);
            m_requests[1].set_input_tensor(i, shared);
        }
    }

    std::string m_file;
    std::vector<ov::InferRequest> m_requests; // in the order of running
    std::vector<TensorInfo> m_inputs;
    std::vector<TensorInfo> m_outputs;
    std::vector<ov::Tensor> m_input_tensors;
    std::vector<ov::Tensor> m_output_tensors;
};

class OpenVinoCompiled final : public CompiledNetwork {
public:
    OpenVinoCompiled(detail::CompiledParts parts, std::string file)
        : m_parts{std::move(parts)}, m_file{std::move(file)} {}

    [[nodiscard]] const std::vector<TensorInfo>& inputs() const override { return m_parts.input_tensors; }
    [[nodiscard]] const std::vector<TensorInfo>& outputs() const override { return m_parts.output_tensors; }

    [[nodiscard]] std::unique_ptr<Network> new_stream() const override {
        try {
            return std::make_unique<OpenVinoNetwork>(m_parts, m_file);
        } catch (const ov::Exception& error) {
            throw Error{ErrorCode::backend, m_file + ": cannot open an inference stream: " + error.what()};
        }
    }

private:
    detail::CompiledParts m_parts; // handles
    std::string m_file;
};

/// The engine's reader for a file; by its own guess it would show a broken file to every reader that it has.
const char* reader_of(const std::filesystem::path& file) {
    if (file.extension() == ".xml") {
        return "ir";
    }
    if (file.extension() == ".onnx") {
        return "onnx";
    }
    throw Error{ErrorCode::mismatch, file.string() + ": expected a network in an .xml or .onnx file"};
}

std::shared_ptr<ov::Model> read(const std::filesystem::path& file) {
    if (!std::filesystem::is_regular_file(file)) {
        throw Error{ErrorCode::not_found, file.string() + ": expected a network, found no such file"};
    }
    const std::string name = reader_of(file);
    try {
        static ov::frontend::FrontEndManager readers;
        const auto reader = readers.load_by_framework(name);
        return reader->convert(reader->load(file.string()));
    } catch (const std::exception& error) { // ov::Exception, and bad_alloc from a size that the file made up
        throw Error{ErrorCode::mismatch,
                    file.string() +
                        ": expected an OpenVINO IR or ONNX network, the engine says: " + error.what()};
    }
}

/// Fixes the free axes of the input, so that the engine never runs a shape that it does not know beforehand.
void fix_shape(ov::Model& model, const std::vector<std::size_t>& shape, const std::string& file) {
    const ov::PartialShape wanted{ov::Shape{shape}};
    if (model.inputs().size() != 1) {
        throw Error{ErrorCode::mismatch, file + ": expected one input to be given the shape " +
                                             wanted.to_string() + ", found " +
                                             std::to_string(model.inputs().size())};
    }
    const ov::PartialShape found = model.input().get_partial_shape();
    if (!found.compatible(wanted)) {
        throw Error{ErrorCode::mismatch, file + ": expected an input that can be " + wanted.to_string() +
                                             ", found " + found.to_string()};
    }
    try {
        model.reshape(wanted);
    } catch (const std::exception& error) {
        throw Error{ErrorCode::mismatch, file + ": expected a network that runs on " + wanted.to_string() +
                                             ", the engine says: " + error.what()};
    }
}

/// int8 is a property of the file; what the file leaves in floating point runs in this.
ov::element::Type arithmetic_of(const NetworkOptions& options) {
    const Precision precision = options.precision == Precision::int8 ? options.rest : options.precision;
    return precision == Precision::bf16 ? ov::element::bf16 : ov::element::f32;
}

/// For the part whose nodes keep f32.
NetworkOptions exact(NetworkOptions options) {
    options.precision = Precision::f32;
    return options;
}

/// Nothing is left to the engine's own choice, which differs between processors.
ov::AnyMap properties_of(const NetworkOptions& options) {
    return {ov::hint::inference_precision(arithmetic_of(options)),
            ov::hint::execution_mode(ov::hint::ExecutionMode::ACCURACY),
            ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY),
            ov::num_streams(options.streams),
            ov::inference_num_threads(options.threads * options.streams),
            ov::hint::enable_cpu_pinning(false)};
}

/// Throws   Error{backend} if a network was compiled for another arithmetic than was asked for.
void check_arithmetic(const ov::CompiledModel& compiled, const NetworkOptions& options,
                      const std::string& file) {
    const ov::element::Type found = compiled.get_property(ov::hint::inference_precision);
    if (found != arithmetic_of(options)) {
        throw Error{ErrorCode::backend, file + ": expected to run in " + name_of(options.precision) +
                                            ", found that this processor runs it in " +
                                            found.get_type_name()};
    }
}

ov::CompiledModel compile(const std::shared_ptr<ov::Model>& model, const NetworkOptions& options,
                          const std::string& file) {
    ov::CompiledModel compiled;
    try {
        compiled =
            core().compile_model(std::shared_ptr<const ov::Model>{model}, "CPU", properties_of(options));
    } catch (const std::exception& error) {
        throw Error{ErrorCode::backend, file + ": the engine cannot compile it: " + error.what()};
    }
    check_arithmetic(compiled, options, file);
    return compiled;
}

detail::CompiledParts compile_whole(const std::shared_ptr<ov::Model>& model, const NetworkOptions& options,
                                    const std::string& file) {
    detail::CompiledParts parts;
    parts.front = compile(model, options, file);
    parts.first_link = model->outputs().size();
    for (std::size_t i = 0; i < model->outputs().size(); ++i) {
        parts.outputs.push_back({false, i});
    }
    return parts;
}

detail::CompiledParts compile_split(const ov::Model& model, const NetworkOptions& options,
                                    const std::string& file) {
    const detail::SplitModel split = detail::split_off(model, options.f32_nodes, file);
    detail::CompiledParts parts;
    parts.front = compile(split.front, options, file);
    parts.back = compile(split.back, exact(options), file);
    parts.first_link = split.first_link;
    parts.outputs = split.outputs;
    return parts;
}

detail::CompiledParts compile_file(const std::filesystem::path& file, const NetworkOptions& options) {
    const auto model = read(file);
    if (!options.input_shape.empty()) {
        fix_shape(*model, options.input_shape, file.string());
    }
    // The names are taken here: compiling merges tensors and their names.
    auto inputs = describe(model->inputs(), file.string());
    auto outputs = describe(model->outputs(), file.string());
    const bool is_mixed = arithmetic_of(options) == ov::element::bf16 && !options.f32_nodes.empty();
    auto parts = is_mixed ? compile_split(*model, options, file.string())
                          : compile_whole(model, options, file.string());
    parts.input_tensors = std::move(inputs);
    parts.output_tensors = std::move(outputs);
    return parts;
}

/// All that a compiled network depends on: file, options, engine and processor.
std::string identity_of(const NetworkOptions& options) {
    const auto abilities = core().get_property("CPU", ov::device::capabilities);
    return fmt::format("{}\n{} {}\n{} {}\n{} {}\n{}\n{}\n", options.content, name_of(options.precision),
                       name_of(options.rest), options.threads, options.streams, device_name(),
                       fmt::join(abilities, " "), ov::get_openvino_version().buildNumber,
                       fmt::join(options.input_shape, " ")) +
           fmt::format("{}", fmt::join(options.f32_nodes, "\n"));
}

} // namespace

const char* name_of(Precision precision) noexcept {
    constexpr std::array names{"f32", "bf16", "int8"};
    return names[static_cast<std::size_t>(precision)];
}

std::shared_ptr<CompiledNetwork> compile_network(const std::filesystem::path& file,
                                                 const NetworkOptions& options) {
    expects(options.threads > 0 && options.streams > 0, "a network has at least one thread and one stream");
    expects(std::ranges::count(options.input_shape, std::size_t{0}) == 0, "an input shape has no empty axis");
    const std::string name = file.string();
    const auto finished = [&name](detail::CompiledParts parts) {
        return std::make_shared<OpenVinoCompiled>(std::move(parts), name);
    };
    if (options.content.empty()) {
        return finished(compile_file(file, options));
    }
    const detail::CompiledStore store{identity_of(options)};
    if (auto kept = store.find(core(), properties_of(options), properties_of(exact(options)))) {
        check_arithmetic(kept->front, options, name);
        return finished(std::move(*kept));
    }
    auto parts = compile_file(file, options);
    store.keep(parts);
    return finished(std::move(parts));
}

std::unique_ptr<Network> open_network(const std::filesystem::path& file, const NetworkOptions& options) {
    return compile_network(file, options)->new_stream();
}

bool has_bf16() {
    const auto abilities = core().get_property("CPU", ov::device::capabilities);
    return std::ranges::count(abilities, ov::device::capability::BF16) > 0;
}

std::string engine_version() {
    const std::string build = ov::get_openvino_version().buildNumber;
    return "OpenVINO " + build.substr(0, build.find('-'));
}

std::string device_name() {
    try {
        return core().get_property("CPU", ov::device::full_name);
    } catch (const std::exception& error) {
        throw Error{ErrorCode::backend, std::string{"the engine finds no processor: "} + error.what()};
    }
}

} // namespace facemirror
