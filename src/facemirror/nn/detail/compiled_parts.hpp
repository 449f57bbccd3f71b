// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/detail/precise_part.hpp>
#include <facemirror/nn/network.hpp>

#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/core.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace facemirror::detail {

/// One compiled network, or the two parts of one in which some nodes keep f32.
struct CompiledParts {
    ov::CompiledModel front;
    std::optional<ov::CompiledModel> back;
    std::size_t first_link = 0; ///< Outputs of `front` from here on are the inputs of `back`.
    std::vector<OutputPlace> outputs;
    // As the file names them: compiling merges tensors and their names.
    std::vector<TensorInfo> input_tensors;
    std::vector<TensorInfo> output_tensors;
};

/// Compiled networks in the user's cache folder, so that the engine need not simplify the same graph again.
/// Source   docs/decisions/0024-start.md.
class CompiledStore {
public:
    /// `identity` tells everything that the compiled form depends on.
    explicit CompiledStore(const std::string& identity);

    /// Empty when it was not kept, or the engine does not take it.
    [[nodiscard]] std::optional<CompiledParts> find(ov::Core& core, const ov::AnyMap& front,
                                                    const ov::AnyMap& back) const;
    void keep(CompiledParts& parts) const;

private:
    std::string m_key;
};

} // namespace facemirror::detail
