// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/detail/blob_cache.hpp>

#include <support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <iterator>
#include <sstream>
#include <stdexcept>

namespace facemirror::detail {
namespace {

namespace fs = std::filesystem;

std::string text_of(std::optional<std::ifstream> stream) {
    return stream ? std::string{std::istreambuf_iterator<char>{*stream}, {}} : "nothing";
}

void keep(const BlobCache& cache, const std::string& key, const std::string& text) {
    cache.keep(key, [&text](std::ostream& out) { out << text; });
}

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{folder}) {
        files.push_back(entry.path());
    }
    return files;
}

class BlobCacheTest : public testing::Test {
protected:
    TemporaryFolder folder;
    fs::path place = folder / "new" / "cache";
};

TEST_F(BlobCacheTest, GivesBackWhatWasKeptUnderAKey) {
    const BlobCache cache{place};
    EXPECT_EQ(text_of(cache.find("0a")), "nothing");
    keep(cache, "0a", "first");
    keep(cache, "0b", "second");
    EXPECT_EQ(text_of(cache.find("0a")), "first");
    EXPECT_EQ(text_of(BlobCache{place}.find("0b")), "second");
    EXPECT_EQ(text_of(cache.find("0")), "nothing");
    EXPECT_EQ(files_in(place).size(), 2U);
}

TEST_F(BlobCacheTest, TheFolderIsTheUsersAlone) {
    keep(BlobCache{place}, "0a", "text");
    struct stat found{};
    ASSERT_EQ(::stat(place.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0700U);
}

TEST_F(BlobCacheTest, ADamagedEntryIsThrownAway) {
    const BlobCache cache{place};
    keep(cache, "0a", "right");
    const fs::path file = files_in(place).front();
    std::ofstream{file, std::ios::binary} << "wrong";
    EXPECT_EQ(text_of(cache.find("0a")), "nothing");
    EXPECT_FALSE(fs::exists(file));
}

TEST_F(BlobCacheTest, NamesThatItDidNotGiveAreNotTaken) {
    const BlobCache cache{place};
    keep(cache, "0a", "right");
    std::ofstream{place / "0b-.blob"} << "text";
    std::ofstream{place / "0b-0123.blob"} << "text";
    EXPECT_EQ(text_of(cache.find("0b")), "nothing");
}

TEST_F(BlobCacheTest, AFolderThatOthersMayWriteToIsNotUsed) {
    const BlobCache cache{place};
    keep(cache, "0a", "text");
    ASSERT_EQ(::chmod(place.c_str(), 0777), 0);
    EXPECT_EQ(text_of(cache.find("0a")), "nothing");
    keep(cache, "0b", "text");
    EXPECT_EQ(files_in(place).size(), 1U);
}

TEST_F(BlobCacheTest, ALinkInPlaceOfTheFolderIsNotFollowed) {
    keep(BlobCache{place}, "0a", "text");
    fs::create_directory_symlink(place, folder / "link");
    EXPECT_EQ(text_of(BlobCache{folder / "link"}.find("0a")), "nothing");
}

TEST_F(BlobCacheTest, KeepsNothingWhenTheWriterFailsOrThereIsNoFolder) {
    const BlobCache cache{place};
    EXPECT_THROW(cache.keep("0a", [](std::ostream&) { throw std::runtime_error{"planted"}; }),
                 std::runtime_error);
    EXPECT_TRUE(files_in(place).empty());
    EXPECT_NO_THROW(keep(BlobCache{fs::path{}}, "0a", "text"));
    EXPECT_NO_THROW(keep(BlobCache{"/proc/none"}, "0a", "text"));
    EXPECT_EQ(text_of(BlobCache{fs::path{}}.find("0a")), "nothing");
}

TEST_F(BlobCacheTest, TheLeastRecentlyUsedGoFirst) {
    const BlobCache cache{place, 10};
    keep(cache, "0a", "aaaa");
    keep(cache, "0b", "bbbb");
    const auto now = fs::file_time_type::clock::now();
    for (const fs::path& file : files_in(place)) {
        fs::last_write_time(file,
                            now - std::chrono::hours{file.filename().string().starts_with("0a") ? 2 : 3});
    }
    keep(cache, "0c", "cccc");
    EXPECT_EQ(text_of(cache.find("0a")), "aaaa");
    EXPECT_EQ(text_of(cache.find("0b")), "nothing");
    EXPECT_EQ(text_of(cache.find("0c")), "cccc");
}

} // namespace
} // namespace facemirror::detail
