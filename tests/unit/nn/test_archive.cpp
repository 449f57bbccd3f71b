// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"
#include "tgz.hpp"

#include <facemirror/nn/detail/archive.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace facemirror::detail {
namespace {

std::string noise(std::size_t size) {
    std::mt19937 random{3};
    std::string text(size, ' ');
    for (char& c : text) {
        c = static_cast<char>(random() & 0xFF);
    }
    return text;
}

/// A tar header block as its format fixes it, for what an honest writer refuses to write.
/// Source   POSIX.1-1988 ustar: name 0, mode 100, size 124 (octal), checksum 148, type 156, magic 257.
std::string tar_header(const std::string& name, const std::string& octal_size) {
    std::string block(512, '\0');
    block.replace(0, name.size(), name);
    block.replace(100, 7, "0000644");
    block.replace(124, octal_size.size(), octal_size);
    block.replace(148, 8, "        ");
    block[156] = '0';
    block.replace(257, 8, std::string{"ustar\00000", 8});
    unsigned sum = 0;
    for (const char c : block) {
        sum += static_cast<unsigned char>(c);
    }
    char digits[8] = {};
    std::snprintf(digits, sizeof digits, "%06o", sum);
    block.replace(148, 7, digits, 7);
    return block;
}

class ReadMember : public testing::Test {
protected:
    TemporaryFolder folder;
    std::filesystem::path file = folder / "package.tgz";
};

TEST_F(ReadMember, ReturnsTheBytesOfTheMember) {
    const std::string content = noise(300'000);
    write_tgz(file, {{"package/a", "x", ""}, {"package/b", content, ""}, {"package/c", "", ""}});
    const auto bytes = read_member(file, "package/b");
    ASSERT_EQ(bytes.size(), content.size());
    EXPECT_EQ(std::memcmp(bytes.data(), content.data(), content.size()), 0);
    EXPECT_TRUE(read_member(file, "package/c").empty());
}

TEST_F(ReadMember, RefusesAMissingArchiveAndAMissingMember) {
    expect_error(ErrorCode::not_found, {"package.tgz"}, [&] { return read_member(file, "a"); });
    write_tgz(file, {{"package/a", "x", ""}});
    expect_error(ErrorCode::corrupted, {"package.tgz", "package/b"},
                 [&] { return read_member(file, "package/b"); });
}

TEST_F(ReadMember, RefusesAnArchiveCutOffAnywhere) {
    write_tgz(file, {{"package/a", noise(5000), ""}, {"package/b", noise(5000), ""}});
    const auto whole = std::filesystem::file_size(file);
    for (std::uintmax_t size = 0; size + 8 < whole; size += 97) { // the last 8 bytes are gzip's own checksum
        const auto cut = folder / "cut.tgz";
        std::filesystem::copy_file(file, cut, std::filesystem::copy_options::overwrite_existing);
        std::filesystem::resize_file(cut, size);
        EXPECT_THROW(static_cast<void>(read_member(cut, "package/b")), Error) << size << " of " << whole;
    }
}

TEST_F(ReadMember, RefusesWhatIsNoTgz) {
    for (const std::string& text : {std::string{}, std::string{"hello"}, noise(4000)}) {
        write_text(file, text);
        expect_error(ErrorCode::corrupted, {"package.tgz"}, [&] { return read_member(file, "a"); });
    }
}

TEST_F(ReadMember, FollowsNoLink) {
    write_tgz(file, {{"package/a", "", "/etc/hostname"}});
    expect_error(ErrorCode::corrupted, {"link"}, [&] { return read_member(file, "package/a"); });
}

TEST_F(ReadMember, RefusesADeclaredSizeBeforeTakingMemoryForIt) {
    write_text(file, tar_header("package/a", "77777777777") + std::string(1024, '\0')); // 8 GiB
    expect_error(ErrorCode::corrupted, {"package/a", "32 MiB"},
                 [&] { return read_member(file, "package/a"); });
}

TEST_F(ReadMember, RefusesMoreMembersThanAPackageHas) {
    write_tgz(file, std::vector<Member>(1002, Member{"package/a", "x", ""}));
    expect_error(ErrorCode::corrupted, {"1000 members"}, [&] { return read_member(file, "package/a"); });
}

} // namespace
} // namespace facemirror::detail
