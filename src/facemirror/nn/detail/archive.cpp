// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/detail/archive.hpp>

#include <facemirror/core/error.hpp>

#include <archive.h>
#include <archive_entry.h>

#include <cstdint>
#include <memory>
#include <optional>

namespace facemirror::detail {

namespace {

// The two packages hold 14 entries of 21 MB together, the largest 6.2 MB (default-models.md 2).
constexpr int max_entries = 1000;
constexpr std::int64_t max_member_bytes = 32LL << 20;
constexpr std::int64_t max_total_bytes = 256LL << 20;
constexpr std::size_t block_bytes = 64 << 10;

struct FreeArchive {
    void operator()(archive* handle) const noexcept { archive_read_free(handle); }
};
using ArchivePtr = std::unique_ptr<archive, FreeArchive>;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& expectation,
                         const std::string& finding) {
    throw Error{ErrorCode::corrupted, file.string() + ": expected " + expectation + ", found " + finding};
}

std::string reason(archive* handle) {
    const char* text = archive_error_string(handle);
    return text == nullptr ? "another file" : text;
}

ArchivePtr open(const std::filesystem::path& file) {
    if (!std::filesystem::is_regular_file(file)) {
        throw Error{ErrorCode::not_found, file.string() + ": expected a package file, found none"};
    }
    ArchivePtr handle{archive_read_new()};
    archive_read_support_filter_gzip(handle.get());
    archive_read_support_format_tar(handle.get());
    if (archive_read_open_filename(handle.get(), file.c_str(), block_bytes) != ARCHIVE_OK) {
        refuse(file, "a .tgz", reason(handle.get()));
    }
    return handle;
}

std::vector<std::byte> read_data(archive* handle, std::int64_t size, const std::filesystem::path& file) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    std::size_t done = 0;
    while (done < bytes.size()) {
        const la_ssize_t count = archive_read_data(handle, bytes.data() + done, bytes.size() - done);
        if (count <= 0) {
            refuse(file, "a whole .tgz", count < 0 ? reason(handle) : "a cut-off member");
        }
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

/// Its declared size, checked against what a package may hold.
std::int64_t checked_size(archive_entry* entry, const std::string& name, const std::filesystem::path& file) {
    const std::int64_t size = archive_entry_size(entry);
    if (size < 0 || size > max_member_bytes) {
        refuse(file, "members of at most 32 MiB", name + " of " + std::to_string(size) + " bytes");
    }
    return size;
}

} // namespace

std::vector<std::byte> read_member(const std::filesystem::path& file, const std::string& member) {
    const ArchivePtr handle = open(file);
    std::optional<std::vector<std::byte>> found;
    std::int64_t total = 0;
    archive_entry* entry = nullptr;
    int status = ARCHIVE_OK;
    for (int count = 0; (status = archive_read_next_header(handle.get(), &entry)) == ARCHIVE_OK; ++count) {
        const char* path = archive_entry_pathname(entry);
        const std::string name = path == nullptr ? "" : path;
        const std::int64_t size = checked_size(entry, name, file);
        total += size;
        if (count >= max_entries || total > max_total_bytes) {
            refuse(file, "at most 1000 members of 256 MiB together", "more");
        }
        if (name == member && !found) {
            if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) {
                refuse(file, "a plain file " + member, "a link or folder");
            }
            found = read_data(handle.get(), size, file);
        }
    }
    if (status != ARCHIVE_EOF) {
        refuse(file, "a whole .tgz", reason(handle.get()));
    }
    if (!found) {
        refuse(file, "a member " + member, "none");
    }
    return std::move(*found);
}

} // namespace facemirror::detail
