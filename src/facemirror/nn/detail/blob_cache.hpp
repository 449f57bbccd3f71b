// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

namespace facemirror::detail {

/// The user's folder for what can be made anew: $FACEMIRROR_CACHE, else `facemirror` in $XDG_CACHE_HOME or
/// ~/.cache. Empty when $FACEMIRROR_CACHE is set and empty, or there is no home: nothing is kept then.
[[nodiscard]] std::filesystem::path cache_folder();

/// Files that can be made anew, each under a key. An entry's name ends with the SHA-256 of its content, so a
/// damaged one is seen and thrown away. Nothing here fails: what cannot be kept is made again.
///
/// The folder is only used when it belongs to this user and nobody else can write to it, because the engine
/// trusts what it reads from here.
/// Threads  Any; several processes may share the folder.
class BlobCache {
public:
    /// `most_bytes` of all entries together; the least recently used go first.
    explicit BlobCache(std::filesystem::path folder, std::uintmax_t most_bytes = std::uintmax_t{2} << 30);

    /// The content that was kept under this key (hexadecimal digits), from its beginning.
    [[nodiscard]] std::optional<std::ifstream> find(const std::string& key) const;

    /// Keeps what `write` writes. What it throws is thrown on, and nothing is kept.
    void keep(const std::string& key, const std::function<void(std::ostream&)>& write) const;

private:
    [[nodiscard]] bool is_usable() const;
    void make_room() const;

    std::filesystem::path m_folder;
    std::uintmax_t m_most_bytes;
};

} // namespace facemirror::detail
