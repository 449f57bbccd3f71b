// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/pickle_values.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace facemirror::detail {

/// The only classes and functions that a pickle may name. What they would make is made here; theirs is not
/// run.
enum class TorchGlobal : std::uint32_t {
    ordered_dict,
    counter, ///< In the state of a learning-rate schedule with milestones.
    size,
    rebuild_tensor,
    rebuild_tensor_v2,
    rebuild_parameter,
    f32_storage, ///< From here on storages, in the order of ElementType.
    f16_storage,
    bf16_storage,
    f64_storage,
    i64_storage,
    i32_storage,
    i16_storage,
    i8_storage,
    u8_storage,
    bool_storage,
};

/// Returns  nullopt if the name is not allowed.
[[nodiscard]] std::optional<TorchGlobal> find_global(std::string_view module, std::string_view name) noexcept;

/// What `callable(*arguments)` makes in PyTorch.
/// Throws   Error{corrupted} if the arguments do not fit or reach outside of their storage.
[[nodiscard]] ValueId call(PickleValues& values, ValueId callable, ValueId arguments,
                           const std::string& origin);

/// The storage that a persistent id ('storage', type, key, location, numel[, view]) names.
/// Throws   Error{corrupted} if it is none, or contradicts an earlier one of the same key.
[[nodiscard]] ValueId load_storage(PickleValues& values, ValueId persistent_id, const std::string& origin);

} // namespace facemirror::detail
