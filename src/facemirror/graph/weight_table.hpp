// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facemirror {

/// The three networks whose PyTorch weights can be imported.
enum class NetworkKind { retinaface, star, mtl };

/// "retinaface", "star", "mtl".
[[nodiscard]] const char* name_of(NetworkKind kind) noexcept;

/// One tensor that a network's state dict must hold.
struct WeightSpec {
    enum class Use {
        parameter, ///< Learnt, and needed.
        statistic, ///< Mean or variance of a batch norm.
        counter,   ///< num_batches_tracked: ignored.
        buffer,    ///< e2h_transform: which point lies on which edge; fixed.
        unused,    ///< Learnt, but no output depends on it: STAR's skip convolutions of equal-channel blocks.
    };
    std::string name;
    std::vector<std::int64_t> shape; ///< Empty for a single number.
    Use use = Use::parameter;
};

/// Every tensor of a network's state dict, in the order in which its modules are defined.
/// Source   behaviour.md 24.1 (retinaface), 24.2 (star), 24.3 (mtl).
[[nodiscard]] const std::vector<WeightSpec>& weights_of(NetworkKind kind);
[[nodiscard]] const std::vector<WeightSpec>& retinaface_weights();
[[nodiscard]] const std::vector<WeightSpec>& star_weights();
[[nodiscard]] const std::vector<WeightSpec>& mtl_weights();

/// Returns  The number of elements of a tensor of this shape.
[[nodiscard]] std::int64_t element_count(const WeightSpec& weight) noexcept;

/// Returns  The learnable numbers of a list, unused ones included: what papers call the network's size.
[[nodiscard]] std::int64_t parameter_count(const std::vector<WeightSpec>& weights) noexcept;

} // namespace facemirror
