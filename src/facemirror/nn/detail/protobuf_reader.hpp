// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace facemirror::detail {

/// One field of a protocol-buffer message.
/// Source   Protocol Buffers, "Encoding": wire types 0 (varint), 1, 5 (fixed), 2 (length-delimited).
struct ProtobufField {
    std::uint32_t number = 0;
    std::uint64_t integer = 0;        ///< Of a varint or fixed field.
    std::span<const std::byte> bytes; ///< Of a length-delimited field; Valid as long as the message.
    int wire_type = 0;

    /// The value of a fixed 32-bit field as float.
    [[nodiscard]] float real() const noexcept;
};

/// Walks over the fields of one message, never past its end.
class ProtobufReader {
public:
    /// `origin` names the file in messages.
    ProtobufReader(std::span<const std::byte> message, std::string origin);

    /// Returns  nullopt at the end of the message.
    /// Throws   Error{mismatch} if the message is cut off or has an unknown wire type.
    std::optional<ProtobufField> next();

    /// Throws   Error{mismatch} with this expectation.
    [[noreturn]] void refuse(const std::string& expectation) const;

private:
    std::uint64_t varint();
    std::span<const std::byte> take(std::uint64_t size);

    std::span<const std::byte> m_rest;
    std::string m_origin;
};

} // namespace facemirror::detail
