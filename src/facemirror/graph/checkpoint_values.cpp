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

} // namespace

std::vector<float> Checkpoint::values(std::size_t entry) const {
    expects(entry < m_entries.size(), "an entry of the checkpoint");
    const auto& [name, shape, type] = m_entries[entry];
    std::size_t count = 1;
    for (const std::int64_t size : shape) {
        if (size == 0) {
            return {};
        }
        count *= static_cast<std::size_t>(size);
    }
    std::vector<float> numbers;
    numbers.reserve(count);
    const Placement& placement = m_placements[entry];
    const auto append = [&]<typename Stored>(Stored, const auto& convert) {
        append_axis<Stored>(m_bytes.data() + placement.first_byte, 0, shape, placement.strides, convert,
                            numbers);
    };
    const auto round = [](auto value) { return static_cast<float>(value); };
    switch (type) {
    case ElementType::f32:
        append(float{}, round);
        break;
    case ElementType::f16:
        append(std::uint16_t{}, detail::from_f16);
        break;
    case ElementType::bf16:
        append(std::uint16_t{}, detail::from_bf16);
        break;
    case ElementType::f64:
        append(double{}, round);
        break;
    case ElementType::i64:
        append(std::int64_t{}, round);
        break;
    case ElementType::i32:
        append(std::int32_t{}, round);
        break;
    case ElementType::i16:
        append(std::int16_t{}, round);
        break;
    case ElementType::i8:
        append(std::int8_t{}, round);
        break;
    case ElementType::u8:
        append(std::uint8_t{}, round);
        break;
    case ElementType::boolean:
        append(std::uint8_t{}, [](std::uint8_t value) { return value == 0 ? 0.0F : 1.0F; });
        break;
    }
    return numbers;
}

} // namespace facemirror
