// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/state_dict.hpp>

#include <facemirror/graph/detail/byte_cursor.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace facemirror::detail {

namespace {

// Where trainers keep the network: PyTorch's own habit, STAR's two, and that of many others.
constexpr std::array<std::string_view, 4> nesting_keys{"state_dict", "net", "net_ema", "model"};
// What DataParallel puts in front of every name.
constexpr std::string_view parallel_prefix = "module.";
// STAR has 1450. In a forged file an entry may take 50 times as much memory as it has bytes.
constexpr std::size_t max_tensors = 1U << 16;

/// The dict under a key; nullopt if there is none.
std::optional<ValueId> find_dict(const PickleValues& values, ValueId dict, std::string_view key) {
    const auto& items = values.items(dict);
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        const PickleValue& name = values[items[i]];
        if (name.kind == PickleKind::text && name.text == key &&
            values[items[i + 1]].kind == PickleKind::dict) {
            return items[i + 1];
        }
    }
    return std::nullopt;
}

std::vector<std::pair<std::string_view, ValueId>> collect_tensors(const PickleValues& values, ValueId dict,
                                                                  const std::string& origin) {
    std::vector<std::pair<std::string_view, ValueId>> tensors;
    std::unordered_set<std::string_view> names;
    const auto& items = values.items(dict);
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (values[items[i + 1]].kind != PickleKind::tensor) {
            continue; // a module may add state of its own
        }
        const PickleValue& name = values[items[i]];
        if (name.kind != PickleKind::text) {
            refuse(ErrorCode::unsupported, origin, "tensors under names",
                   std::string{"one under "} + describe(name.kind));
        }
        if (!names.insert(name.text).second) {
            refuse(ErrorCode::corrupted, origin, "each name once", printable(name.text) + " again");
        }
        if (tensors.size() == max_tensors) {
            refuse(ErrorCode::unsupported, origin, "at most " + std::to_string(max_tensors) + " tensors",
                   "more");
        }
        tensors.emplace_back(name.text, items[i + 1]);
    }
    return tensors;
}

} // namespace

StateDict find_state_dict(const PickleValues& values, ValueId root, const std::string& origin) {
    if (values[root].kind != PickleKind::dict) {
        refuse(ErrorCode::unsupported, origin, "a PyTorch state dict", describe(values[root].kind));
    }
    StateDict found;
    for (const std::string_view key : nesting_keys) {
        if (const auto inner = find_dict(values, root, key)) {
            found.nested_under = key;
            root = *inner;
            break;
        }
    }
    const auto tensors = collect_tensors(values, root, origin);
    if (tensors.empty()) {
        refuse(ErrorCode::unsupported, origin, "a PyTorch state dict", "a dict without tensors");
    }
    const bool is_parallel = std::ranges::all_of(
        tensors, [](const auto& tensor) { return tensor.first.starts_with(parallel_prefix); });
    for (const auto& [name, tensor] : tensors) {
        found.tensors.emplace_back(name.substr(is_parallel ? parallel_prefix.size() : 0), tensor);
    }
    return found;
}

} // namespace facemirror::detail
