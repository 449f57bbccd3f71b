// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/error.hpp>
#include <facemirror/graph/checkpoint.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace facemirror::handmade {

/// Pieces of pickles, put together by hand so that a test can break any of them.
inline std::string little_endian(std::int64_t value, std::size_t size) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes.substr(0, size);
}

inline std::string text(std::string_view value) {
    return "X" + little_endian(static_cast<std::int64_t>(value.size()), 4) + std::string{value};
}

inline std::string integer(std::int64_t value) {
    return "\x8a\x08" + little_endian(value, 8);
}

inline std::string tuple(const std::vector<std::int64_t>& values) {
    std::string pickle = "(";
    for (const std::int64_t value : values) {
        pickle += integer(value);
    }
    return pickle + "t";
}

/// A call of _rebuild_tensor_v2; by default a 2 x 3 tensor that fills its storage.
struct Tensor {
    std::string storage_class = "FloatStorage";
    std::string key = "0";
    std::int64_t numel = 6;
    std::int64_t offset = 0;
    std::vector<std::int64_t> shape = {2, 3};
    std::vector<std::int64_t> strides = {3, 1};
    std::string view = "N";

    [[nodiscard]] std::string storage() const {
        return "(" + text("storage") + "ctorch\n" + storage_class + "\n" + text(key) + text("cpu") +
               integer(numel) + view + "tQ";
    }
    [[nodiscard]] std::string parts() const {
        return storage() + integer(offset) + tuple(shape) + tuple(strides);
    }
    [[nodiscard]] std::string pickle() const {
        return "ctorch._utils\n_rebuild_tensor_v2\n(" + parts() + "\x89}tR";
    }
};

/// A dict of names and pickled values in turns.
inline std::string dict(const std::vector<std::string>& items) {
    std::string pickle = "}(";
    for (const std::string& item : items) {
        pickle += item;
    }
    return pickle + "u";
}

inline std::string in_pickle(const std::string& value) {
    return "\x80\x02" + value + ".";
}

struct Storage {
    std::string key;
    std::int64_t numel;
    std::string raw;
};

template <typename Number>
std::string raw(const std::vector<Number>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

/// The storage of a default Tensor, holding 0 to 5.
inline Storage six() {
    return {"0", 6, raw<float>({0, 1, 2, 3, 4, 5})};
}

inline std::vector<std::byte> to_bytes(std::string_view file) {
    const auto bytes = std::as_bytes(std::span{file});
    return {bytes.begin(), bytes.end()};
}

inline std::string legacy_head() {
    return in_pickle("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + in_pickle("M\xe9\x03") +
           in_pickle("}" + text("little_endian") + "\x88s");
}

/// A legacy file of one pickled value and storages.
inline std::vector<std::byte> legacy(const std::string& value,
                                     const std::vector<Storage>& storages = {six()}) {
    std::string keys = "](";
    std::string data;
    for (const Storage& storage : storages) {
        keys += text(storage.key);
        data += little_endian(storage.numel, 8) + storage.raw;
    }
    return to_bytes(legacy_head() + in_pickle(value) + in_pickle(keys + "e") + data);
}

/// A state dict of one tensor named w.
inline std::vector<std::byte> legacy(const Tensor& tensor, const std::vector<Storage>& storages = {six()}) {
    return legacy(dict({text("w"), tensor.pickle()}), storages);
}

/// How a file is refused; fails the test if it is read.
inline Error refusal_of(std::vector<std::byte> bytes) {
    try {
        static_cast<void>(Checkpoint::parse(std::move(bytes), "x.pth"));
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "was read";
    return Error{ErrorCode::cancelled, "was read"};
}

inline Checkpoint parse(std::vector<std::byte> bytes) {
    return Checkpoint::parse(std::move(bytes), "x.pth");
}

} // namespace facemirror::handmade
