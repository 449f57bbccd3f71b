// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace facemirror {

/// Arithmetic of a network; always explicit, because the engine's own default differs between processors.
enum class Precision { f32, bf16, int8 };

/// "f32", "bf16", "int8".
[[nodiscard]] const char* name_of(Precision precision) noexcept;

struct TensorInfo {
    std::string name;
    std::vector<std::size_t>
        shape; ///< 0 for a free axis, which only a network that is not compiled can have.
};

/// One network that is ready to run; all tensors are float32.
/// Threads  One at a time; each worker owns its own.
class Network {
public:
    virtual ~Network() = default;

    [[nodiscard]] virtual const std::vector<TensorInfo>& inputs() const = 0;
    [[nodiscard]] virtual const std::vector<TensorInfo>& outputs() const = 0;

    /// The memory of an input, to be filled before run(). Valid until the network is destroyed.
    [[nodiscard]] virtual std::span<float> input(std::size_t index) = 0;

    /// Throws   Error{backend} if inference fails.
    virtual void run() = 0;

    /// An output of the last run(). Valid until the next run().
    [[nodiscard]] virtual std::span<const float> output(std::size_t index) const = 0;
};

struct NetworkOptions {
    Precision precision = Precision::f32;
    int threads = 1; ///< Of each inference stream; the result may depend on it.
    int streams = 1; ///< How many may run at the same time; the result does not depend on it.
    /// Of the only input; empty: as the file has it, which must then be fixed. Free axes of the file take any
    /// size. A compiled network has no free axis.
    std::vector<std::size_t> input_shape = {};
    /// Nodes whose name begins with one of these, and all that depends on them, run in f32 in every
    /// precision.
    std::vector<std::string> f32_nodes = {};
    /// SHA-256 of all that the file says; with it the compiled form is kept in the user's cache folder and
    /// taken from there. Empty: it is compiled each time.
    std::string content = {};
    /// With int8, the arithmetic of what the file does not quantise: f32 or bf16.
    Precision rest = Precision::f32;
};

/// A network that the engine has compiled once; its streams share the weights.
/// Threads  Any.
class CompiledNetwork {
public:
    virtual ~CompiledNetwork() = default;

    [[nodiscard]] virtual const std::vector<TensorInfo>& inputs() const = 0;
    [[nodiscard]] virtual const std::vector<TensorInfo>& outputs() const = 0;

    /// A stream with its own inputs and outputs. Open one per worker; more than `streams` of them wait for
    /// each other.
    /// Throws   Error{backend}.
    [[nodiscard]] virtual std::unique_ptr<Network> new_stream() const = 0;
};

/// Compiles an IR (.xml) or ONNX file for the processor.
/// Throws   Error{not_found} without the file, Error{mismatch} if it is no network, has a free axis that the
///          options leave free or a fixed one that they contradict, has a non-float tensor, or lacks the
///          `f32_nodes`; Error{backend} if the engine cannot compile it in this precision.
/// Source   docs/decisions/0021-inference-streams.md, 0022-exact-nodes.md.
[[nodiscard]] std::shared_ptr<CompiledNetwork> compile_network(const std::filesystem::path& file,
                                                               const NetworkOptions& options);

/// One stream of compile_network(), with the same failures.
[[nodiscard]] std::unique_ptr<Network> open_network(const std::filesystem::path& file,
                                                    const NetworkOptions& options);

/// Whether this processor has instructions for bf16.
[[nodiscard]] bool has_bf16();

/// The engine's name and version, e.g. "OpenVINO 2026.4.1", and the processor that runs it.
[[nodiscard]] std::string engine_version();
[[nodiscard]] std::string device_name();

} // namespace facemirror
