// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/sha256.hpp>

#include <facemirror/core/error.hpp>

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>
#include <vector>

namespace facemirror {

namespace {

struct FreeDigest {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

class Sha256 {
public:
    Sha256() : m_context{EVP_MD_CTX_new()} {
        check(m_context && EVP_DigestInit_ex(m_context.get(), EVP_sha256(), nullptr) == 1);
    }

    void add(const void* data, std::size_t size) {
        check(EVP_DigestUpdate(m_context.get(), data, size) == 1);
    }

    std::string hex() {
        std::array<unsigned char, 32> digest{};
        check(EVP_DigestFinal_ex(m_context.get(), digest.data(), nullptr) == 1);
        constexpr const char* digits = "0123456789abcdef";
        std::string text;
        for (const unsigned char byte : digest) {
            text += digits[byte >> 4];
            text += digits[byte & 15];
        }
        return text;
    }

private:
    static void check(bool worked) {
        if (!worked) {
            throw Error{ErrorCode::backend, "OpenSSL refuses to compute a SHA-256"};
        }
    }

    std::unique_ptr<EVP_MD_CTX, FreeDigest> m_context;
};

} // namespace

std::string sha256_of(std::span<const std::byte> bytes) {
    Sha256 hash;
    hash.add(bytes.data(), bytes.size());
    return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& file) {
    std::error_code ignored;
    std::ifstream stream;
    if (std::filesystem::is_regular_file(file, ignored)) { // opening a pipe would wait for ever
        stream.open(file, std::ios::binary);
    }
    if (!stream.is_open()) {
        throw Error{ErrorCode::not_found, file.string() + ": expected a readable file, found none"};
    }
    Sha256 hash;
    constexpr std::size_t piece_bytes = 1 << 20;
    std::vector<char> piece(piece_bytes);
    while (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())) || stream.gcount() > 0) {
        hash.add(piece.data(), static_cast<std::size_t>(stream.gcount()));
    }
    if (stream.bad()) {
        throw Error{ErrorCode::not_found, file.string() + ": reading stopped with an error"};
    }
    return hash.hex();
}

} // namespace facemirror
