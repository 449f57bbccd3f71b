// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/byte_cursor.hpp>

namespace facemirror::detail {

void refuse(ErrorCode code, const std::string& origin, const std::string& expectation,
            const std::string& finding) {
    throw Error{code, origin + ": expected " + expectation + ", found " + finding};
}

std::string printable(std::string_view text) {
    constexpr std::size_t longest = 100;
    std::string shown;
    for (const char c : text.substr(0, longest)) {
        shown += c >= ' ' && c <= '~' ? c : '?';
    }
    return text.size() > longest ? shown + "..." : shown;
}

std::span<const std::byte> ByteCursor::take(std::uint64_t size) {
    if (size > left()) {
        refuse(ErrorCode::corrupted, m_origin,
               std::to_string(size) + " more bytes at byte " + std::to_string(m_position),
               std::to_string(left()));
    }
    const auto bytes = m_bytes.subspan(m_position, static_cast<std::size_t>(size));
    m_position += bytes.size();
    return bytes;
}

std::string_view ByteCursor::take_text(std::uint64_t size) {
    const auto bytes = take(size);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view ByteCursor::take_line() {
    const std::string_view rest{reinterpret_cast<const char*>(m_bytes.data()) + m_position, left()};
    const std::size_t length = rest.find('\n');
    if (length == std::string_view::npos) {
        refuse(ErrorCode::corrupted, m_origin, "a line at byte " + std::to_string(m_position),
               "the end of the data");
    }
    m_position += length + 1;
    return rest.substr(0, length);
}

std::uint64_t ByteCursor::take_unsigned(std::size_t size) {
    std::uint64_t value = 0;
    int shift = 0;
    for (const std::byte byte : take(size)) {
        value |= std::to_integer<std::uint64_t>(byte) << shift;
        shift += 8;
    }
    return value;
}

std::int64_t ByteCursor::take_signed(std::size_t size) {
    const int unused_bits = 64 - 8 * static_cast<int>(size);
    // The sign is carried up by an arithmetic shift, which C++20 defines.
    return static_cast<std::int64_t>(take_unsigned(size) << unused_bits) >> unused_bits;
}

} // namespace facemirror::detail
