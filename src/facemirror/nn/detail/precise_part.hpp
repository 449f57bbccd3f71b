// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/core/model.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace facemirror::detail {

/// Where an output of the whole network is found.
struct OutputPlace {
    bool is_in_back = false;
    std::size_t index = 0; ///< Among the outputs of that part.
};

/// A network cut in two: `back` holds the nodes that need exact arithmetic and all that depends on them.
/// The outputs of `front` from `first_link` on are the inputs of `back`, in order.
struct SplitModel {
    std::shared_ptr<ov::Model> front;
    std::shared_ptr<ov::Model> back;
    std::size_t first_link = 0;
    std::vector<OutputPlace> outputs; ///< In the order of the whole network.
};

/// Cuts a network in front of the nodes whose name begins with one of `prefixes`. A node is named by itself
/// or by a tensor that it makes; operators without tensor names, which a file's reader adds while it takes a
/// node apart, belong to the node that they feed.
/// Throws   Error{mismatch} naming `file` if no node has such a name, the network keeps a state, or a tensor
///          at the cut has no fixed shape.
/// Source   docs/decisions/0022-exact-nodes.md: why two parts and no mark on the nodes.
[[nodiscard]] SplitModel split_off(const ov::Model& model, const std::vector<std::string>& prefixes,
                                   const std::string& file);

} // namespace facemirror::detail
