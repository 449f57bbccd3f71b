// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/torch_objects.hpp>

#include <facemirror/graph/detail/byte_cursor.hpp>

#include <array>
#include <limits>
#include <utility>

namespace facemirror::detail {

namespace {

// Weights have at most 4 axes (behaviour.md 24); a limit keeps what one instruction can cost small.
constexpr std::size_t max_axes = 8;
// Keys are a count or an address in digits; a limit keeps looking one up cheap.
constexpr std::size_t max_key_length = 100;

struct GlobalName {
    std::string_view module;
    std::string_view name;
    TorchGlobal global;
};

constexpr std::array global_names{
    GlobalName{"collections", "OrderedDict", TorchGlobal::ordered_dict},
    GlobalName{"collections", "Counter", TorchGlobal::counter},
    GlobalName{"torch", "Size", TorchGlobal::size},
    GlobalName{"torch._utils", "_rebuild_tensor", TorchGlobal::rebuild_tensor},
    GlobalName{"torch._utils", "_rebuild_tensor_v2", TorchGlobal::rebuild_tensor_v2},
    GlobalName{"torch._utils", "_rebuild_parameter", TorchGlobal::rebuild_parameter},
    GlobalName{"torch", "FloatStorage", TorchGlobal::f32_storage},
    GlobalName{"torch", "HalfStorage", TorchGlobal::f16_storage},
    GlobalName{"torch", "BFloat16Storage", TorchGlobal::bf16_storage},
    GlobalName{"torch", "DoubleStorage", TorchGlobal::f64_storage},
    GlobalName{"torch", "LongStorage", TorchGlobal::i64_storage},
    GlobalName{"torch", "IntStorage", TorchGlobal::i32_storage},
    GlobalName{"torch", "ShortStorage", TorchGlobal::i16_storage},
    GlobalName{"torch", "CharStorage", TorchGlobal::i8_storage},
    GlobalName{"torch", "ByteStorage", TorchGlobal::u8_storage},
    GlobalName{"torch", "BoolStorage", TorchGlobal::bool_storage},
};

[[noreturn]] void broken(const std::string& origin, const std::string& expectation,
                         const std::string& finding) {
    refuse(ErrorCode::corrupted, origin, expectation, finding);
}

/// Reads the arguments of one call with a message that says which.
class Arguments {
public:
    Arguments(const PickleValues& values, ValueId tuple, std::string whose, const std::string& origin)
        : m_values{values}, m_items{values.items(tuple)}, m_whose{std::move(whose)}, m_origin{origin} {}

    void expect_count(std::size_t least, std::size_t most) const {
        if (m_items.size() < least || m_items.size() > most) {
            broken(m_origin,
                   m_whose + " with " + std::to_string(least) + " to " + std::to_string(most) + " parts",
                   std::to_string(m_items.size()));
        }
    }

    [[nodiscard]] std::size_t count() const { return m_items.size(); }

    [[nodiscard]] ValueId at(std::size_t index, PickleKind kind) const {
        const ValueId id = m_items[index];
        if (m_values[id].kind != kind) {
            broken(m_origin,
                   std::string{describe(kind)} + " as part " + std::to_string(index) + " of " + m_whose,
                   describe(m_values[id].kind));
        }
        return id;
    }

    [[nodiscard]] bool is_none(std::size_t index) const {
        return m_values[m_items[index]].kind == PickleKind::none;
    }

    /// A number that is not negative.
    [[nodiscard]] std::int64_t number(std::size_t index) const {
        const std::int64_t value = m_values[at(index, PickleKind::integer)].integer;
        if (value < 0) {
            broken(m_origin, "no negative number in " + m_whose, std::to_string(value));
        }
        return value;
    }

private:
    const PickleValues& m_values;
    const std::vector<ValueId>& m_items;
    std::string m_whose;
    const std::string& m_origin;
};

/// Elements of a tensor, and how far its last one lies behind its first.
struct Extent {
    std::uint64_t numel = 1;
    std::int64_t last = 0;
};

/// Returns  nullopt if a number does not fit into 63 bits.
std::optional<Extent> measure(const Arguments& shape, const Arguments& strides) {
    Extent extent;
    bool is_empty = false;
    bool overflows = false;
    for (std::size_t axis = 0; axis < shape.count(); ++axis) {
        const std::int64_t size = shape.number(axis);
        const std::int64_t stride = strides.number(axis);
        is_empty = is_empty || size == 0;
        std::int64_t reach = 0;
        overflows |= __builtin_mul_overflow(extent.numel, static_cast<std::uint64_t>(size), &extent.numel);
        overflows |= size > 0 && __builtin_mul_overflow(size - 1, stride, &reach);
        overflows |= __builtin_add_overflow(extent.last, reach, &extent.last);
    }
    if (is_empty) {
        return Extent{.numel = 0, .last = 0};
    }
    return overflows ? std::nullopt : std::optional{extent};
}

ValueId rebuild_tensor(PickleValues& values, ValueId tuple, std::size_t most_parts,
                       const std::string& origin) {
    const Arguments arguments{values, tuple, "a tensor", origin};
    arguments.expect_count(4, most_parts);
    const StorageView view = values.storage_views[values[arguments.at(0, PickleKind::storage)].index];
    const std::int64_t offset = arguments.number(1);
    TensorRecord tensor{.storage = view.storage,
                        .shape = arguments.at(2, PickleKind::tuple),
                        .strides = arguments.at(3, PickleKind::tuple)};
    const Arguments shape{values, tensor.shape, "a shape", origin};
    const Arguments strides{values, tensor.strides, "strides", origin};
    if (shape.count() > max_axes) {
        refuse(ErrorCode::unsupported, origin, "tensors of at most 8 axes", std::to_string(shape.count()));
    }
    strides.expect_count(shape.count(), shape.count());
    const auto extent = measure(shape, strides);
    // view.first and view.numel lie inside of a storage whose bytes are counted in 63 bits.
    if (!extent || offset > view.numel || (extent->numel > 0 && extent->last >= view.numel - offset)) {
        broken(origin, "a tensor inside of its storage of " + std::to_string(view.numel) + " elements",
               "one that reaches outside");
    }
    tensor.first = view.first + offset;
    tensor.numel = extent->numel;
    values.tensors.push_back(tensor);
    return values.add(
        {.kind = PickleKind::tensor, .index = static_cast<std::uint32_t>(values.tensors.size() - 1)});
}

/// OrderedDict(), or as Python 2 wrote it OrderedDict([[key, value], ...]).
ValueId make_dict(PickleValues& values, ValueId tuple, const std::string& origin) {
    const Arguments arguments{values, tuple, "an OrderedDict", origin};
    arguments.expect_count(0, 1);
    if (arguments.count() == 0) {
        return values.add_container(PickleKind::dict);
    }
    const ValueId list = arguments.at(0, PickleKind::list);
    // The pairs are moved, not copied: the list is this dict's own, and a second dict of it would be a
    // forgery that costs memory without bound.
    std::vector<ValueId> items;
    for (const ValueId pair : std::exchange(values.items(list), {})) {
        const bool is_pair = values[pair].kind == PickleKind::list || values[pair].kind == PickleKind::tuple;
        if (!is_pair || values.items(pair).size() != 2) {
            broken(origin, "pairs of key and value in an OrderedDict", describe(values[pair].kind));
        }
        items.insert(items.end(), values.items(pair).begin(), values.items(pair).end());
    }
    return values.add_container(PickleKind::dict, std::move(items));
}

ValueId only_argument(const PickleValues& values, ValueId tuple, PickleKind kind, const std::string& origin) {
    const Arguments arguments{values, tuple, "a Size or Counter", origin};
    arguments.expect_count(1, 1);
    return arguments.at(0, kind);
}

/// The storage of a key, made on its first mention.
std::uint32_t find_storage(PickleValues& values, const StorageRecord& wanted, const std::string& origin) {
    const auto [place, is_new] =
        values.storage_by_key.try_emplace(wanted.key, static_cast<std::uint32_t>(values.storages.size()));
    if (is_new) {
        values.storages.push_back(wanted);
    }
    const StorageRecord& known = values.storages[place->second];
    if (known.type != wanted.type || known.numel != wanted.numel) {
        broken(origin, "storage " + printable(wanted.key) + " as it was declared before",
               "another type or size");
    }
    return place->second;
}

} // namespace

std::optional<TorchGlobal> find_global(std::string_view module, std::string_view name) noexcept {
    for (const GlobalName& known : global_names) {
        if (known.module == module && known.name == name) {
            return known.global;
        }
    }
    return std::nullopt;
}

ValueId call(PickleValues& values, ValueId callable, ValueId arguments, const std::string& origin) {
    if (values[callable].kind != PickleKind::global || values[arguments].kind != PickleKind::tuple) {
        broken(origin, "a function and a tuple to call it with",
               std::string{describe(values[callable].kind)} + " and " + describe(values[arguments].kind));
    }
    switch (static_cast<TorchGlobal>(values[callable].index)) {
    case TorchGlobal::ordered_dict:
        return make_dict(values, arguments, origin);
    case TorchGlobal::counter:
        return only_argument(values, arguments, PickleKind::dict, origin);
    case TorchGlobal::size:
        return only_argument(values, arguments, PickleKind::tuple, origin);
    case TorchGlobal::rebuild_tensor:
        return rebuild_tensor(values, arguments, 4, origin);
    case TorchGlobal::rebuild_tensor_v2: // requires_grad, backward_hooks and metadata do not matter here
        return rebuild_tensor(values, arguments, 7, origin);
    case TorchGlobal::rebuild_parameter: {
        const Arguments parts{values, arguments, "a parameter", origin};
        parts.expect_count(3, 3); // the tensor, requires_grad, backward_hooks
        return parts.at(0, PickleKind::tensor);
    }
    default:
        broken(origin, "a function to call", "a storage type");
    }
}

ValueId load_storage(PickleValues& values, ValueId persistent_id, const std::string& origin) {
    if (values[persistent_id].kind != PickleKind::tuple) {
        broken(origin, "a tuple as persistent id", describe(values[persistent_id].kind));
    }
    const Arguments parts{values, persistent_id, "a persistent id", origin};
    parts.expect_count(5, 6);
    const std::string_view what = values[parts.at(0, PickleKind::text)].text;
    if (what != "storage") {
        refuse(ErrorCode::unsupported, origin, "a storage as persistent object", printable(what));
    }
    const std::uint32_t type = values[parts.at(1, PickleKind::global)].index;
    constexpr auto first_type = static_cast<std::uint32_t>(TorchGlobal::f32_storage);
    StorageRecord storage{.key = values[parts.at(2, PickleKind::text)].text, .numel = parts.number(4)};
    static_cast<void>(parts.at(3, PickleKind::text)); // the device that it was on
    if (type < first_type || storage.key.size() > max_key_length) {
        broken(origin, "a storage type and a key of at most 100 characters",
               type < first_type ? "another class" : "a longer key");
    }
    storage.type = static_cast<ElementType>(type - first_type);
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(storage.numel), size_of(storage.type),
                               &storage.size_bytes) ||
        storage.size_bytes > std::numeric_limits<std::int64_t>::max()) {
        broken(origin, "a storage that fits into the file", std::to_string(storage.numel) + " elements");
    }
    StorageView view{.first = 0, .numel = storage.numel};
    if (parts.count() == 6 && !parts.is_none(5)) {
        const Arguments window{values, parts.at(5, PickleKind::tuple), "a view of a storage", origin};
        window.expect_count(3, 3); // its key, first element, element count
        view.first = window.number(1);
        view.numel = window.number(2);
        if (view.first > storage.numel || view.numel > storage.numel - view.first) {
            broken(origin, "a view inside of its storage", "one that reaches outside");
        }
    }
    view.storage = find_storage(values, storage, origin);
    values.storage_views.push_back(view);
    return values.add(
        {.kind = PickleKind::storage, .index = static_cast<std::uint32_t>(values.storage_views.size() - 1)});
}

} // namespace facemirror::detail
