// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/checkpoint.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/graph/detail/float_formats.hpp>

#include <bit>
#include <cstring>

namespace facemirror {

namespace {

static_assert(std::endian::native == std::endian::little, "checkpoints hold little-endian numbers");

/// Numbers in a file, which are not aligned.
template <typename Stored>
Stored load(const std::byte* from) noexcept {
    Stored value;
    std::memcpy(&value, from, sizeof(Stored));
    return value;
}

/// Appends the elements of a tensor from its axis `axis` on, row-major. The depth is that of the axes.
template <typename Stored, typename Convert>
void append_axis(const std::byte* from, std::size_t axis, const std::vector<std::int64_t>& shape,
                 const std::vector<std::int64_t>& strides, const Convert& convert, std::vector<float>& to) {
    if (axis == shape.size()) {
        to.push_back(convert(load<Stored>(from)));
        return;
    }
    // No pointer is made behind the last element: a stride along an axis of one may be anything.
    const auto count = static_cast<std::size_t>(shape[axis]);
    const std::size_t step = count > 1 ? static_cast<std::size_t>(strides[axis]) * sizeof(Stored) : 0;
    const bool is_innermost = axis + 1 == shape.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (is_innermost) {
            to.push_back(convert(load<Stored>(from + i * step)));
        } else {
            append_axis<Stored>(from + i * step, axis + 1, shape, strides, convert, to);
        }
    }
}

/// How a tensor lies in the bytes.
struct Source {
    const std::byte* first;
    const std::vector<std::int64_t>& shape;
    const std::vector<std::int64_t>& strides;
};

template <typename Stored, typename Convert>
void append(const Source& source, const Convert& convert, std::vector<float>& to) {
    append_axis<Stored>(source.first, 0, source.shape, source.strides, convert, to);
}

void append_as(ElementType type, const Source& source, std::vector<float>& to) {
    const auto round = [](auto value) { return static_cast<float>(value); };
    switch (type) {
    case ElementType::f32:
        return append<float>(source, round, to);
    case ElementType::f16:
        return append<std::uint16_t>(source, detail::from_f16, to);
    case ElementType::bf16:
        return append<std::uint16_t>(source, detail::from_bf16, to);
    case ElementType::f64:
        return append<double>(source, round, to);
    case ElementType::i64:
        return append<std::int64_t>(source, round, to);
    case ElementType::i32:
        return append<std::int32_t>(source, round, to);
    case ElementType::i16:
        return append<std::int16_t>(source, round, to);
    case ElementType::i8:
        return append<std::int8_t>(source, round, to);
    case ElementType::u8:
        return append<std::uint8_t>(source, round, to);
    case ElementType::boolean:
        return append<std::uint8_t>(source, [](std::uint8_t value) { return value == 0 ? 0.0F : 1.0F; }, to);
    }
}

} // namespace

std::vector<float> Checkpoint::values(std::size_t entry) const {
    expects(entry < m_entries.size(), "an entry of the checkpoint");
    const auto& [name, shape, type] = m_entries[entry];
    std::size_t count = 1;
    for (const std::int64_t size : shape) {
        if (size == 0) {
            return {}; // the other axes may be of any length then
        }
        count *= static_cast<std::size_t>(size);
    }
    std::vector<float> numbers;
    numbers.reserve(count);
    const Placement& placement = m_placements[entry];
    append_as(type, {m_bytes.data() + placement.first_byte, shape, placement.strides}, numbers);
    return numbers;
}

} // namespace facemirror
