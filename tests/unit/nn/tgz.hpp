// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace facemirror {

/// A member of a .tgz made for a test.
struct Member {
    std::string name;
    std::string content;
    std::string link_to; ///< Not empty: a symbolic link.
};

inline void write_tgz(const std::filesystem::path& file, const std::vector<Member>& members) {
    archive* handle = archive_write_new();
    archive_write_add_filter_gzip(handle);
    archive_write_set_format_pax_restricted(handle);
    archive_write_open_filename(handle, file.c_str());
    for (const Member& member : members) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, member.name.c_str());
        archive_entry_set_filetype(entry, member.link_to.empty() ? AE_IFREG : AE_IFLNK);
        archive_entry_set_perm(entry, 0644);
        if (!member.link_to.empty()) {
            archive_entry_set_symlink(entry, member.link_to.c_str());
        }
        archive_entry_set_size(entry, static_cast<la_int64_t>(member.content.size()));
        archive_write_header(handle, entry);
        archive_write_data(handle, member.content.data(), member.content.size());
        archive_entry_free(entry);
    }
    archive_write_free(handle);
}

} // namespace facemirror
