// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/detail/blob_cache.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/nn/sha256.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

namespace facemirror::detail {

namespace {

namespace fs = std::filesystem;

constexpr const char* suffix = ".blob";
constexpr std::size_t hash_digits = 64;

const char* environment(const char* name) {
    return std::getenv(name); // NOLINT(concurrency-mt-unsafe): nothing here sets variables
}

struct Entry {
    fs::path file;
    std::uintmax_t bytes = 0;
    fs::file_time_type used;
};

std::vector<Entry> entries_in(const fs::path& folder) {
    std::vector<Entry> entries;
    std::error_code failed;
    for (fs::directory_iterator at{folder, failed}, end; !failed && at != end; at.increment(failed)) {
        std::error_code gone; // another process may remove it
        const Entry entry{at->path(), at->file_size(gone), at->last_write_time(gone)};
        if (!gone && at->is_regular_file(gone) && entry.file.extension() == suffix) {
            entries.push_back(entry);
        }
    }
    return entries;
}

/// KEY-SHA256.blob; the name's hash is compared with the content's.
bool is_whole(const fs::path& file) {
    const std::string stem = file.stem().string();
    if (stem.size() < hash_digits) {
        return false;
    }
    try {
        return stem.substr(stem.size() - hash_digits) == sha256_of_file(file);
    } catch (const Error&) {
        return false;
    }
}

} // namespace

fs::path cache_folder() {
    if (const char* chosen = environment("FACEMIRROR_CACHE")) {
        return chosen;
    }
    if (const char* cache = environment("XDG_CACHE_HOME");
        cache != nullptr && fs::path{cache}.is_absolute()) {
        return fs::path{cache} / "facemirror";
    }
    const char* home = environment("HOME");
    return home == nullptr || *home == '\0' ? fs::path{} : fs::path{home} / ".cache" / "facemirror";
}

BlobCache::BlobCache(fs::path folder, std::uintmax_t most_bytes)
    : m_folder{std::move(folder)}, m_most_bytes{most_bytes} {}

bool BlobCache::is_usable() const {
    struct stat found{};
    return !m_folder.empty() && ::lstat(m_folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
           found.st_uid == ::geteuid() && (found.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<std::ifstream> BlobCache::find(const std::string& key) const {
    if (!is_usable()) {
        return std::nullopt;
    }
    for (const Entry& entry : entries_in(m_folder)) {
        if (!entry.file.filename().string().starts_with(key + "-")) {
            continue;
        }
        std::error_code ignored;
        if (!is_whole(entry.file)) {
            fs::remove(entry.file, ignored);
            continue;
        }
        fs::last_write_time(entry.file, fs::file_time_type::clock::now(), ignored);
        if (std::ifstream stream{entry.file, std::ios::binary}) {
            return stream;
        }
    }
    return std::nullopt;
}

void BlobCache::keep(const std::string& key, const std::function<void(std::ostream&)>& write) const {
    std::error_code failed;
    fs::create_directories(m_folder.parent_path(), failed);
    ::mkdir(m_folder.c_str(), S_IRWXU);
    if (!is_usable()) {
        return;
    }
    std::string name = (m_folder / ".new-XXXXXX").string();
    const int descriptor = ::mkstemp(name.data());
    if (descriptor < 0) {
        return;
    }
    ::close(descriptor);
    try {
        std::ofstream stream{name, std::ios::binary};
        write(stream);
        stream.close();
        if (stream) {
            fs::rename(name, m_folder / (key + "-" + sha256_of_file(name) + suffix), failed);
        }
    } catch (...) {
        fs::remove(name, failed);
        throw;
    }
    fs::remove(name, failed); // no longer there when all went well
    make_room();
}

void BlobCache::make_room() const {
    auto entries = entries_in(m_folder);
    std::ranges::sort(entries, std::greater{}, &Entry::used);
    std::uintmax_t bytes = 0;
    for (const Entry& entry : entries) {
        bytes += entry.bytes;
        std::error_code ignored;
        if (bytes > m_most_bytes) {
            fs::remove(entry.file, ignored);
        }
    }
}

} // namespace facemirror::detail
