// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace facemirror::detail {

/// Throws Error{code}: file, expectation, finding.
[[noreturn]] void refuse(ErrorCode code, const std::string& origin, const std::string& expectation,
                         const std::string& finding);

/// Text of a file as a message may show it: at most 100 characters, those that do not print as `?`.
[[nodiscard]] std::string printable(std::string_view text);

/// Reads bytes in order; no read passes the end.
/// Valid    While the bytes and the origin live.
class ByteCursor {
public:
    ByteCursor(std::span<const std::byte> bytes, const std::string& origin)
        : m_bytes{bytes}, m_origin{origin} {}

    [[nodiscard]] const std::string& origin() const noexcept { return m_origin; }
    [[nodiscard]] std::size_t position() const noexcept { return m_position; }
    [[nodiscard]] std::size_t left() const noexcept { return m_bytes.size() - m_position; }

    /// The next `size` bytes.
    /// Throws   Error{corrupted} if fewer are left; so do all reads below.
    std::span<const std::byte> take(std::uint64_t size);

    /// The next `size` bytes as text.
    std::string_view take_text(std::uint64_t size);

    /// Text up to the next line feed, which is passed over.
    std::string_view take_line();

    /// A little-endian number of 1 to 8 bytes.
    std::uint64_t take_unsigned(std::size_t size);

    /// A little-endian number of 1 to 8 bytes in two's complement.
    std::int64_t take_signed(std::size_t size);

private:
    std::span<const std::byte> m_bytes;
    const std::string& m_origin;
    std::size_t m_position = 0;
};

} // namespace facemirror::detail
