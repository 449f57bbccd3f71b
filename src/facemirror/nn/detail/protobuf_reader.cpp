// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/detail/protobuf_reader.hpp>

#include <facemirror/core/error.hpp>

#include <bit>
#include <utility>

namespace facemirror::detail {

namespace {

std::uint64_t little_endian(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
    }
    return value;
}

} // namespace

float ProtobufField::real() const noexcept {
    return std::bit_cast<float>(static_cast<std::uint32_t>(integer));
}

ProtobufReader::ProtobufReader(std::span<const std::byte> message, std::string origin)
    : m_rest{message}, m_origin{std::move(origin)} {}

void ProtobufReader::refuse(const std::string& expectation) const {
    throw Error{ErrorCode::mismatch,
                m_origin + ": expected " + expectation + ", found a cut-off or different file"};
}

std::span<const std::byte> ProtobufReader::take(std::uint64_t size) {
    if (size > m_rest.size()) {
        refuse("a whole protocol-buffer message");
    }
    const auto taken = m_rest.first(static_cast<std::size_t>(size));
    m_rest = m_rest.subspan(taken.size());
    return taken;
}

std::uint64_t ProtobufReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = std::to_integer<std::uint64_t>(take(1).front());
        value |= (byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) {
            return value;
        }
    }
    refuse("integers of at most 10 bytes");
}

std::optional<ProtobufField> ProtobufReader::next() {
    if (m_rest.empty()) {
        return std::nullopt;
    }
    const std::uint64_t key = varint();
    ProtobufField field;
    field.number = static_cast<std::uint32_t>(key >> 3);
    field.wire_type = static_cast<int>(key & 7);
    switch (field.wire_type) {
    case 0:
        field.integer = varint();
        break;
    case 1:
        field.integer = little_endian(take(8));
        break;
    case 2:
        field.bytes = take(varint());
        break;
    case 5:
        field.integer = little_endian(take(4));
        break;
    default:
        refuse("wire types 0, 1, 2 or 5");
    }
    return field;
}

} // namespace facemirror::detail
