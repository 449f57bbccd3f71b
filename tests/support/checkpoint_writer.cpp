// SPDX-License-Identifier: Apache-2.0
#include "checkpoint_writer.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace facemirror {

using namespace std::string_literals;

namespace {

/// Appends little-endian numbers and texts.
class Bytes {
public:
    void text(std::string_view value) { m_bytes += value; }

    template <typename Number>
    void number(Number value) {
        static_assert(std::endian::native == std::endian::little);
        m_bytes.append(reinterpret_cast<const char*>(&value), sizeof(Number));
    }

    [[nodiscard]] const std::string& str() const { return m_bytes; }
    [[nodiscard]] std::size_t size() const { return m_bytes.size(); }

private:
    std::string m_bytes;
};

/// The nearest half, ties to even; not for numbers beyond its range.
std::uint16_t to_f16(float value) {
    const float magnitude = std::abs(value);
    const int exponent = magnitude == 0.0F ? -14 : std::max(std::ilogb(magnitude), -14);
    // In steps of the last fraction bit; a leading bit or a carry adds itself to the exponent.
    const auto steps = static_cast<int>(std::nearbyint(std::ldexp(magnitude, 10 - exponent)));
    return static_cast<std::uint16_t>((std::signbit(value) ? 0x8000 : 0) + ((exponent + 14) << 10) + steps);
}

void write_element(Bytes& bytes, ElementType type, float value) {
    switch (type) {
    case ElementType::f32:
        return bytes.number(value);
    case ElementType::f16:
        return bytes.number(to_f16(value));
    case ElementType::bf16: // for values that have no more bits
        return bytes.number(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16U));
    case ElementType::f64:
        return bytes.number(static_cast<double>(value));
    case ElementType::i64:
        return bytes.number(static_cast<std::int64_t>(value));
    case ElementType::i32:
        return bytes.number(static_cast<std::int32_t>(value));
    case ElementType::i16:
        return bytes.number(static_cast<std::int16_t>(value));
    case ElementType::i8:
        return bytes.number(static_cast<std::int8_t>(value));
    case ElementType::u8:
        return bytes.number(static_cast<std::uint8_t>(value));
    case ElementType::boolean:
        return bytes.number(static_cast<std::uint8_t>(value != 0.0F));
    }
}

std::string raw_numbers(const TestTensor& tensor) {
    Bytes bytes;
    for (const float value : tensor.values) {
        write_element(bytes, tensor.type, value);
    }
    return bytes.str();
}

const char* storage_class(ElementType type) {
    constexpr std::array names{"Float", "Half",  "BFloat16", "Double", "Long",
                               "Int",   "Short", "Char",     "Byte",   "Bool"};
    return names.at(static_cast<std::size_t>(type));
}

enum class Dialect { legacy, zip };

/// Writes values as a pickle of protocol 2, without a memo.
class Pickle {
public:
    explicit Pickle(Dialect dialect) : m_dialect{dialect} { m_bytes.text("\x80\x02"); }

    void raw(std::string_view instructions) { m_bytes.text(instructions); }

    void text(std::string_view value) {
        m_bytes.text("X");
        m_bytes.number(static_cast<std::uint32_t>(value.size()));
        m_bytes.text(value);
    }

    void integer(std::int64_t value) {
        m_bytes.text("\x8a\x08");
        m_bytes.number(value);
    }

    void real(double value) {
        m_bytes.text("G");
        const auto bits = std::bit_cast<std::uint64_t>(value);
        for (int shift = 56; shift >= 0; shift -= 8) { // the one big-endian number of pickles
            m_bytes.number(static_cast<std::uint8_t>(bits >> static_cast<unsigned>(shift)));
        }
    }

    void tuple(const std::vector<std::int64_t>& values) {
        raw("(");
        for (const std::int64_t value : values) {
            integer(value);
        }
        raw("t");
    }

    void tensor(const TestTensor& tensor, const std::string& key) {
        raw("ctorch._utils\n_rebuild_tensor_v2\n((");
        text("storage");
        raw(std::string{"ctorch\n"} + storage_class(tensor.type) + "Storage\n");
        text(key);
        text("cpu");
        integer(static_cast<std::int64_t>(tensor.values.size()));
        raw(m_dialect == Dialect::legacy ? "NtQ" : "tQ"); // legacy ids end with the view, which is None
        integer(0);
        tuple(tensor.shape);
        std::vector<std::int64_t> strides(tensor.shape.size(), 1);
        for (std::size_t axis = strides.size(); axis-- > 1;) {
            strides[axis - 1] = strides[axis] * tensor.shape[axis];
        }
        tuple(strides);
        raw("\x89"
            "ccollections\nOrderedDict\n)RtR"); // requires_grad and hooks
    }

    [[nodiscard]] std::string close() {
        m_bytes.text(".");
        return m_bytes.str();
    }

private:
    Dialect m_dialect;
    Bytes m_bytes;
};

/// The optimizer's own tensor.
const TestTensor& momentum() {
    static const TestTensor tensor{
        .name = "exp_avg", .shape = {2}, .type = ElementType::f32, .values = {0.5F, 0.25F}};
    return tensor;
}

/// An optimizer as PyTorch saves it: state by parameter and groups of settings.
void write_optimizer(Pickle& pickle, const std::string& key) {
    pickle.raw("}(");
    pickle.text("state");
    pickle.raw("}K\x00}("s);
    pickle.text("step");
    pickle.integer(10);
    pickle.text(momentum().name);
    pickle.tensor(momentum(), key);
    pickle.raw("us");
    pickle.text("param_groups");
    pickle.raw("]}(");
    pickle.text("lr");
    pickle.real(0.001);
    pickle.text("betas");
    pickle.raw("(");
    pickle.real(0.9);
    pickle.real(0.999);
    pickle.raw("t");
    pickle.text("amsgrad");
    pickle.raw("\x89");
    pickle.text("foreach");
    pickle.raw("N");
    pickle.text("params");
    pickle.raw("](K\x00K\x01"s
               "euau");
}

std::string pickle_object(std::span<const TestTensor> tensors, const TestNesting& nesting, Dialect dialect) {
    Pickle pickle{dialect};
    if (!nesting.key.empty()) {
        pickle.raw("}(");
        pickle.text("epoch");
        pickle.integer(7);
        pickle.text("optimizer");
        write_optimizer(pickle, std::to_string(tensors.size()));
        pickle.text(nesting.key);
    }
    pickle.raw("ccollections\nOrderedDict\n)R(");
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        pickle.text(nesting.prefix + tensors[i].name);
        pickle.tensor(tensors[i], std::to_string(i));
    }
    pickle.raw(nesting.key.empty() ? "u" : "uu");
    return pickle.close();
}

/// The storages in the order of their keys 0, 1, ...
std::vector<TestTensor> all_storages(std::span<const TestTensor> tensors, const TestNesting& nesting) {
    std::vector<TestTensor> all{tensors.begin(), tensors.end()};
    if (!nesting.key.empty()) {
        all.push_back(momentum());
    }
    return all;
}

std::uint32_t crc32_of(std::string_view bytes) {
    std::uint32_t crc = 0xffffffffU;
    for (const char c : bytes) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
        }
    }
    return ~crc;
}

/// Writes a zip archive without compression (PKWARE's APPNOTE 4.3).
class Zip {
public:
    void add(const std::string& name, std::string_view content) {
        const auto offset = static_cast<std::uint32_t>(m_bytes.size());
        Bytes common; // what the header before the data and the directory share
        for (const int value :
             {10, 0, 0, 0, 0x21}) { // version 1.0, no flags, stored, midnight of 1 January 1980
            common.number(static_cast<std::uint16_t>(value));
        }
        common.number(crc32_of(content));
        common.number(static_cast<std::uint32_t>(content.size()));
        common.number(static_cast<std::uint32_t>(content.size()));
        common.number(static_cast<std::uint16_t>(name.size()));
        common.number(std::uint16_t{0}); // no extra field
        m_bytes.text("PK\x03\x04");
        m_bytes.text(common.str());
        m_bytes.text(name);
        m_bytes.text(content);
        m_directory.text("PK\x01\x02");
        m_directory.number(std::uint16_t{10});
        m_directory.text(common.str());
        m_directory.text(std::string(10, '\0')); // no comment, first disk, no attributes
        m_directory.number(offset);
        m_directory.text(name);
        ++m_count;
    }

    [[nodiscard]] std::string close() {
        const auto begin = static_cast<std::uint32_t>(m_bytes.size());
        m_bytes.text(m_directory.str());
        m_bytes.text("PK\x05\x06");
        m_bytes.number(std::uint32_t{0}); // one disk
        m_bytes.number(m_count);
        m_bytes.number(m_count);
        m_bytes.number(static_cast<std::uint32_t>(m_directory.size()));
        m_bytes.number(begin);
        m_bytes.number(std::uint16_t{0}); // no comment
        return m_bytes.str();
    }

private:
    Bytes m_bytes;
    Bytes m_directory;
    std::uint16_t m_count = 0;
};

std::vector<std::byte> to_bytes(std::string_view text) {
    const auto bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

void write_bytes(const std::filesystem::path& file, const std::vector<std::byte>& bytes) {
    std::ofstream stream{file, std::ios::binary};
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!stream.flush()) {
        throw std::runtime_error{"cannot write " + file.string()};
    }
}

} // namespace

std::vector<std::byte> legacy_bytes(std::span<const TestTensor> tensors, const TestNesting& nesting) {
    const auto storages = all_storages(tensors, nesting);
    Bytes file;
    file.text("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."); // the magic number
    file.text("\x80\x02M\xe9\x03.");                                        // protocol 1001
    Pickle system{Dialect::legacy};
    system.raw("}");
    system.text("little_endian");
    system.raw("\x88s");
    file.text(system.close());
    file.text(pickle_object(tensors, nesting, Dialect::legacy));
    Pickle keys{Dialect::legacy};
    keys.raw("](");
    for (std::size_t i = 0; i < storages.size(); ++i) {
        keys.text(std::to_string(i));
    }
    keys.raw("e");
    file.text(keys.close());
    for (const TestTensor& storage : storages) {
        file.number(static_cast<std::int64_t>(storage.values.size()));
        file.text(raw_numbers(storage));
    }
    return to_bytes(file.str());
}

std::vector<std::byte> stored_zip(const std::vector<std::pair<std::string, std::string>>& members) {
    Zip zip;
    for (const auto& [name, content] : members) {
        zip.add(name, content);
    }
    return to_bytes(zip.close());
}

std::vector<std::byte> zip_bytes(std::span<const TestTensor> tensors, const TestNesting& nesting) {
    const auto storages = all_storages(tensors, nesting);
    std::vector<std::pair<std::string, std::string>> members{
        {"archive/data.pkl", pickle_object(tensors, nesting, Dialect::zip)}, {"archive/byteorder", "little"}};
    for (std::size_t i = 0; i < storages.size(); ++i) {
        members.emplace_back("archive/data/" + std::to_string(i), raw_numbers(storages[i]));
    }
    members.emplace_back("archive/version", "3\n");
    return stored_zip(members);
}

void write_legacy(const std::filesystem::path& file, std::span<const TestTensor> tensors,
                  const TestNesting& nesting) {
    write_bytes(file, legacy_bytes(tensors, nesting));
}

void write_zip(const std::filesystem::path& file, std::span<const TestTensor> tensors,
               const TestNesting& nesting) {
    write_bytes(file, zip_bytes(tensors, nesting));
}

} // namespace facemirror
