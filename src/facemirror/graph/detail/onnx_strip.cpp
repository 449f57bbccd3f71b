// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/onnx_strip.hpp>

#include <facemirror/core/error.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace facemirror::detail {

namespace {

constexpr std::size_t max_stripped_bytes = 8 << 20;
constexpr std::size_t max_kept_data_bytes = 1024; // shapes and scales are lists of few numbers
constexpr int max_graph_depth = 8;                // graphs inside nodes
constexpr std::int64_t max_elements = std::int64_t{1} << 40;

/// The messages of onnx.proto that hold tensors, however deep.
enum class Message { model, graph, node, attribute, tensor };

enum WireType : std::uint64_t { varint = 0, fixed64 = 1, length_delimited = 2, fixed32 = 5 };

/// One field of a message.
struct Field {
    std::uint64_t number = 0;
    std::uint64_t wire_type = 0;
    std::uint64_t value = 0;                ///< Of a varint.
    std::span<const std::byte> content;     ///< Of a length-delimited field.
    std::span<const std::byte> whole_field; ///< Tag included.
};

/// Walks over the fields of a message.
class FieldReader {
public:
    FieldReader(std::span<const std::byte> bytes, const std::string& origin)
        : m_rest{bytes}, m_origin{&origin} {}

    std::optional<Field> next() {
        if (m_rest.empty()) {
            return std::nullopt;
        }
        const std::span<const std::byte> begin = m_rest;
        const std::uint64_t tag = read_varint();
        Field field{tag >> 3, tag & 7, 0, {}, {}};
        switch (field.wire_type) {
        case varint:
            field.value = read_varint();
            break;
        case fixed64:
            static_cast<void>(take(8));
            break;
        case length_delimited:
            field.content = take(read_varint());
            break;
        case fixed32:
            static_cast<void>(take(4));
            break;
        default:
            refuse("a known wire type", std::to_string(field.wire_type));
        }
        field.whole_field = begin.first(begin.size() - m_rest.size());
        return field;
    }

    [[noreturn]] void refuse(const std::string& expectation, const std::string& finding) const {
        throw Error{ErrorCode::corrupted,
                    *m_origin + ": expected an ONNX model with " + expectation + ", found " + finding};
    }

private:
    std::uint64_t read_varint() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = std::to_integer<std::uint64_t>(take(1)[0]);
            value |= (byte & 0x7F) << shift;
            if ((byte & 0x80) == 0) {
                return value;
            }
        }
        refuse("numbers of at most 10 bytes", "a longer one");
    }

    std::span<const std::byte> take(std::uint64_t count) {
        if (count > m_rest.size()) {
            refuse("whole fields", "one of " + std::to_string(count) + " bytes where " +
                                       std::to_string(m_rest.size()) + " are left");
        }
        const auto taken = m_rest.first(static_cast<std::size_t>(count));
        m_rest = m_rest.subspan(static_cast<std::size_t>(count));
        return taken;
    }

    std::span<const std::byte> m_rest;
    const std::string* m_origin;
};

/// The message inside a field, if it may hold tensors.
std::optional<Message> inner_message(Message outer, std::uint64_t field) {
    switch (outer) {
    case Message::model:
        return field == 7 ? std::optional{Message::graph} : std::nullopt;
    case Message::graph:
        return field == 1   ? std::optional{Message::node}
               : field == 5 ? std::optional{Message::tensor}
                            : std::nullopt;
    case Message::node:
        return field == 5 ? std::optional{Message::attribute} : std::nullopt;
    case Message::attribute:
        return field == 5 || field == 10   ? std::optional{Message::tensor}
               : field == 6 || field == 11 ? std::optional{Message::graph}
                                           : std::nullopt;
    case Message::tensor:
        break;
    }
    return std::nullopt;
}

bool is_comment(Message message, std::uint64_t field) {
    switch (message) {
    case Message::model:
    case Message::node:
        return field == 6;
    case Message::graph:
        return field == 10;
    case Message::attribute:
        return field == 13;
    case Message::tensor:
        return field == 12;
    }
    return false;
}

/// float_data, int32_data, string_data, int64_data, raw_data, double_data, uint64_data.
bool is_tensor_data(std::uint64_t field) {
    return (field >= 4 && field <= 7) || (field >= 9 && field <= 11);
}

/// The bytes of an element by TensorProto.DataType; 0 for types without raw data of a fixed size.
std::int64_t bytes_of_type(std::uint64_t type) {
    constexpr std::array<std::int64_t, 17> sizes{0, 4, 1, 1, 2, 2, 4, 8, 0, 1, 2, 8, 4, 8, 8, 16, 2};
    return type < sizes.size() ? sizes[static_cast<std::size_t>(type)] : 0;
}

void append_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>((value & 0x7F) | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

class Stripper {
public:
    explicit Stripper(const std::string& origin) : m_origin{&origin} {}

    [[nodiscard]] std::string strip(std::span<const std::byte> bytes, Message message, int depth) const {
        std::string out;
        FieldReader reader{bytes, *m_origin};
        if (depth > max_graph_depth) {
            reader.refuse("at most " + std::to_string(max_graph_depth) + " graphs inside each other", "more");
        }
        while (const auto field = reader.next()) {
            const auto inner = inner_message(message, field->number);
            if (inner && field->wire_type == length_delimited) {
                append(out, field->number,
                       strip(field->content, *inner, depth + (*inner == Message::graph ? 1 : 0)));
            } else if (!is_dropped(message, *field)) {
                out.append(reinterpret_cast<const char*>(field->whole_field.data()),
                           field->whole_field.size());
            }
            check_size(out);
        }
        if (message == Message::tensor) {
            check_tensor(bytes);
        }
        return out;
    }

private:
    static void append(std::string& out, std::uint64_t number, const std::string& content) {
        append_varint(out, number << 3 | length_delimited);
        append_varint(out, content.size());
        out += content;
    }

    static bool is_dropped(Message message, const Field& field) {
        if (message == Message::tensor && is_tensor_data(field.number)) {
            return field.wire_type != length_delimited || field.content.size() > max_kept_data_bytes;
        }
        return is_comment(message, field.number);
    }

    void check_size(const std::string& out) const {
        if (out.size() > max_stripped_bytes) {
            throw Error{ErrorCode::unsupported, *m_origin + ": expected an ONNX model of at most " +
                                                    std::to_string(max_stripped_bytes) +
                                                    " bytes without its weights, found more"};
        }
    }

    /// Raw data must have the size that type and shape ask for, which must be a sane one.
    void check_tensor(std::span<const std::byte> bytes) const {
        FieldReader reader{bytes, *m_origin};
        std::int64_t elements = 1;
        std::uint64_t type = 0;
        std::optional<std::size_t> raw;
        while (const auto field = reader.next()) {
            if (field->number == 1 && field->wire_type == varint) {
                multiply(elements, field->value, reader);
            } else if (field->number == 1 && field->wire_type == length_delimited) {
                multiply_packed(elements, field->content, reader);
            } else if (field->number == 2) {
                type = field->value;
            } else if (field->number == 9) {
                raw = field->content.size();
            }
        }
        const std::int64_t size = bytes_of_type(type);
        if (raw && size != 0 && *raw != static_cast<std::size_t>(elements * size)) {
            reader.refuse("tensors that fill their shape", "one of " + std::to_string(elements) +
                                                               " elements in " + std::to_string(*raw) +
                                                               " bytes");
        }
    }

    static void multiply(std::int64_t& elements, std::uint64_t size, const FieldReader& reader) {
        if (size > static_cast<std::uint64_t>(max_elements) ||
            (size != 0 && elements > max_elements / static_cast<std::int64_t>(size))) {
            reader.refuse("tensors of at most 2^40 elements", "a larger one");
        }
        elements *= static_cast<std::int64_t>(size);
    }

    void multiply_packed(std::int64_t& elements, std::span<const std::byte> sizes,
                         const FieldReader& reader) const {
        // A list of bare varints reads as fields when each gets a tag in front.
        for (std::size_t i = 0; i < sizes.size();) {
            std::string one(1, '\x08');
            do {
                one.push_back(static_cast<char>(sizes[i]));
            } while ((sizes[i++] & std::byte{0x80}) != std::byte{0} && i < sizes.size());
            FieldReader number{std::as_bytes(std::span{one}), *m_origin};
            multiply(elements, number.next()->value, reader);
        }
    }

    const std::string* m_origin;
};

} // namespace

std::string strip_weights(std::span<const std::byte> model, const std::string& origin) {
    return Stripper{origin}.strip(model, Message::model, 0);
}

} // namespace facemirror::detail
