// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"

#include <facemirror/nn/sha256.hpp>

#include <gtest/gtest.h>

#include <span>

namespace facemirror {
namespace {

// Source: FIPS 180-2, appendix B.1 and B.3, and the hash of nothing.
constexpr const char* of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* of_a_million_a = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

std::string hash(std::string_view text) {
    return sha256_of(std::as_bytes(std::span{text}));
}

TEST(Sha256, GivesThePublishedValues) {
    EXPECT_EQ(hash(""), of_nothing);
    EXPECT_EQ(hash("abc"), of_abc);
    EXPECT_EQ(hash(std::string(1'000'000, 'a')), of_a_million_a);
}

TEST(Sha256, OfAFileIsThatOfItsBytesWhateverTheSize) {
    const TemporaryFolder folder;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, (std::size_t{1} << 20), (std::size_t{1} << 20) + 1}) {
        const std::string text(size, 'x');
        write_text(folder / "file", text);
        EXPECT_EQ(sha256_of_file(folder / "file"), hash(text)) << size << " bytes";
    }
}

TEST(Sha256, RefusesWhatIsNoFile) {
    const TemporaryFolder folder;
    expect_error(ErrorCode::not_found, {"gone"}, [&] { return sha256_of_file(folder / "gone"); });
    expect_error(ErrorCode::not_found, {folder.path().string()},
                 [&] { return sha256_of_file(folder.path()); });
}

} // namespace
} // namespace facemirror
