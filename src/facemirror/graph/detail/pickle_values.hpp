// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/checkpoint.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace facemirror::detail {

/// What a pickle of a state dict can be made of.
enum class PickleKind : std::uint8_t {
    none,
    boolean,
    integer,
    big_integer, ///< More than 64 bits; `text` holds its bytes.
    real,        ///< Its value is never needed.
    text,
    tuple,
    list,
    dict,
    global,  ///< One of the allowed classes and functions; `index` is a TorchGlobal.
    storage, ///< `index` counts PickleValues::storage_views.
    tensor,  ///< `index` counts PickleValues::tensors.
};

/// The number of a value in PickleValues. Values refer to each other by number, so a list may hold itself and
/// a million lists may be nested without any recursion here.
using ValueId = std::uint32_t;

struct PickleValue {
    PickleKind kind = PickleKind::none;
    std::uint32_t index = 0;  ///< Of the container, global, storage view or tensor.
    std::int64_t integer = 0; ///< Also of a boolean.
    std::string_view text{};  ///< Lies in the pickle.
};

/// A run of raw numbers that tensors share.
struct StorageRecord {
    std::string_view key;
    ElementType type = ElementType::f32;
    std::int64_t numel = 0;
    std::uint64_t size_bytes = 0; ///< numel elements.
};

/// A part of a storage; nearly always all of it.
struct StorageView {
    std::uint32_t storage = 0; ///< Counts PickleValues::storages.
    std::int64_t first = 0;    ///< Elements from the begin of the storage.
    std::int64_t numel = 0;
};

/// A tensor; its elements were checked to lie in its storage view.
struct TensorRecord {
    std::uint32_t storage = 0; ///< Counts PickleValues::storages.
    std::int64_t first = 0;    ///< Elements from the begin of the storage.
    std::uint64_t numel = 0;   ///< The product of the shape.
    ValueId shape = 0;         ///< A tuple of integers.
    ValueId strides = 0;       ///< A tuple of as many.
};

/// All values of the pickles of one file.
struct PickleValues {
    std::vector<PickleValue> values;
    std::vector<std::vector<ValueId>> containers; ///< Items; of a dict key and value in turns.
    std::vector<StorageRecord> storages;
    std::unordered_map<std::string_view, std::uint32_t> storage_by_key;
    std::vector<StorageView> storage_views;
    std::vector<TensorRecord> tensors;

    [[nodiscard]] const PickleValue& operator[](ValueId id) const { return values[id]; }

    /// The items of a tuple, list or dict.
    [[nodiscard]] std::vector<ValueId>& items(ValueId id) { return containers[values[id].index]; }
    [[nodiscard]] const std::vector<ValueId>& items(ValueId id) const { return containers[values[id].index]; }

    ValueId add(PickleValue value) {
        values.push_back(value);
        return static_cast<ValueId>(values.size() - 1);
    }

    ValueId add_container(PickleKind kind, std::vector<ValueId> items = {}) {
        containers.push_back(std::move(items));
        return add({.kind = kind, .index = static_cast<std::uint32_t>(containers.size() - 1)});
    }
};

/// What a value is, in words for a message: "a tuple", ...
[[nodiscard]] const char* describe(PickleKind kind) noexcept;

} // namespace facemirror::detail
