// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/pickle_values.hpp>

#include <string>
#include <utility>
#include <vector>

namespace facemirror::detail {

/// The tensors of a file in its order, and how they were reached.
struct StateDict {
    std::string nested_under;                             ///< "" if the file is the state dict itself.
    std::vector<std::pair<std::string, ValueId>> tensors; ///< Each name once, without a leading `module.`.
};

/// Finds the state dict in the value of a file.
/// Throws   Error{unsupported} if there is none; Error{corrupted} if a name stands twice.
[[nodiscard]] StateDict find_state_dict(const PickleValues& values, ValueId root, const std::string& origin);

} // namespace facemirror::detail
