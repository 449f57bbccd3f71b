// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/containers.hpp>

#include <facemirror/graph/detail/byte_cursor.hpp>
#include <facemirror/graph/detail/pickle_reader.hpp>

#include <archive.h>
#include <archive_entry.h>

#include <clocale>
#include <map>
#include <memory>

namespace facemirror::detail {

namespace {

struct FreeArchive {
    void operator()(archive* handle) const noexcept { archive_read_free(handle); }
};
using ArchivePtr = std::unique_ptr<archive, FreeArchive>;

/// UTF-8 names for this thread while it lives: PyTorch names the folder in an archive after the file, and in
/// the plain C locale libarchive drops a name like "modèle".
class Utf8Names {
public:
    Utf8Names() : m_utf8{::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)} {
        if (m_utf8 != nullptr) { // without it only such names are lost
            m_before = ::uselocale(m_utf8);
        }
    }
    ~Utf8Names() {
        if (m_utf8 != nullptr) {
            ::uselocale(m_before);
            ::freelocale(m_utf8);
        }
    }
    Utf8Names(const Utf8Names&) = delete;
    Utf8Names& operator=(const Utf8Names&) = delete;

private:
    locale_t m_utf8;
    locale_t m_before = nullptr;
};

/// Where a member lies in the unpacked bytes.
struct Member {
    std::size_t begin = 0;
    std::size_t size = 0;
};
using Members = std::map<std::string, Member, std::less<>>;

[[noreturn]] void broken(const std::string& origin, const std::string& expectation,
                         const std::string& finding) {
    refuse(ErrorCode::corrupted, origin, expectation, finding);
}

std::string reason(archive* handle) {
    const char* text = archive_error_string(handle);
    return text == nullptr ? "another file" : printable(text);
}

ArchivePtr open(const std::vector<std::byte>& bytes, const std::string& origin) {
    ArchivePtr handle{archive_read_new()};
    // By its directory at the end: read in order, a zip that is cut off would look whole.
    archive_read_support_format_zip_seekable(handle.get());
    if (archive_read_open_memory(handle.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
        broken(origin, "a whole zip archive", reason(handle.get()));
    }
    return handle;
}

/// Returns  "" for a name that is not UTF-8.
std::string member_name(archive_entry* entry) {
    const char* name = archive_entry_pathname_utf8(entry);
    return name == nullptr ? "" : name;
}

/// A member's declared size, checked before any memory is taken.
std::size_t checked_size(archive* handle, archive_entry* entry, std::size_t room, const std::string& origin) {
    const std::string name = printable(member_name(entry));
    const std::string format = archive_format_name(handle);
    if (archive_entry_is_encrypted(entry) != 0 || !format.ends_with("(uncompressed)")) {
        refuse(ErrorCode::unsupported, origin, "zip members that are neither packed nor encrypted",
               name + " in " + printable(format));
    }
    const std::int64_t size = archive_entry_size(entry);
    if (archive_entry_size_is_set(entry) == 0 || size < 0 || static_cast<std::uint64_t>(size) > room) {
        broken(origin, "a member of at most " + std::to_string(room) + " bytes",
               name + " of " + std::to_string(size));
    }
    return static_cast<std::size_t>(size);
}

void append_data(archive* handle, std::size_t size, std::vector<std::byte>& bytes,
                 const std::string& origin) {
    std::size_t done = bytes.size();
    bytes.resize(done + size);
    while (done < bytes.size()) {
        const la_ssize_t count = archive_read_data(handle, bytes.data() + done, bytes.size() - done);
        if (count <= 0) {
            broken(origin, "a whole zip archive", count < 0 ? reason(handle) : "a cut-off member");
        }
        done += static_cast<std::size_t>(count);
    }
    std::byte beyond{};
    if (archive_read_data(handle, &beyond, 1) != 0) { // the checksum is compared at the end of a member only
        broken(origin, "members that agree with their checksums", reason(handle));
    }
}

/// Unpacks all members one after another.
Members unpack(const std::vector<std::byte>& bytes, std::vector<std::byte>& unpacked,
               const std::string& origin) {
    const Utf8Names names;
    const ArchivePtr handle = open(bytes, origin);
    unpacked.reserve(bytes.size()); // the most that its members may hold
    Members members;
    archive_entry* entry = nullptr;
    int status = ARCHIVE_OK;
    // A warning is about a name that is not UTF-8.
    while ((status = archive_read_next_header(handle.get(), &entry)) == ARCHIVE_OK ||
           status == ARCHIVE_WARN) {
        const std::size_t room = bytes.size() - unpacked.size();
        const std::size_t size = checked_size(handle.get(), entry, room, origin);
        const Member member{.begin = unpacked.size(), .size = size};
        if (!members.emplace(member_name(entry), member).second) {
            broken(origin, "each member once", printable(member_name(entry)) + " again");
        }
        append_data(handle.get(), size, unpacked, origin);
    }
    if (status != ARCHIVE_EOF) {
        broken(origin, "a whole zip archive", reason(handle.get()));
    }
    return members;
}

/// The folder of the one `data.pkl`, with its slash.
std::string find_root(const Members& members, const std::string& origin) {
    constexpr std::string_view pickle = "/data.pkl";
    std::string root;
    for (const auto& [name, member] : members) {
        if (name.ends_with(pickle) && name.find('/') == name.size() - pickle.size()) {
            if (!root.empty()) {
                broken(origin, "one data.pkl", "several");
            }
            root = name.substr(0, name.size() - pickle.size() + 1);
        }
    }
    if (root.empty()) {
        refuse(ErrorCode::unsupported, origin, "a PyTorch state dict", "a zip archive without a data.pkl");
    }
    return root;
}

std::span<const std::byte> bytes_of(const Member& member, const TorchFile& file) {
    return std::span{file.bytes}.subspan(member.begin, member.size);
}

void check_byte_order(const TorchFile& file, const Members& members, const std::string& root,
                      const std::string& origin) {
    const auto order = members.find(root + "byteorder");
    if (order != members.end()) {
        ByteCursor cursor{bytes_of(order->second, file), origin};
        if (const auto text = cursor.take_text(cursor.left()); text != "little") {
            refuse(ErrorCode::unsupported, origin, "little-endian numbers",
                   printable(text) + "-endian numbers");
        }
    }
}

void place_storages(TorchFile& file, const Members& members, const std::string& root,
                    const std::string& origin) {
    for (const StorageRecord& storage : file.values.storages) {
        const auto found = members.find(root + "data/" + std::string{storage.key});
        if (found == members.end() || found->second.size != storage.size_bytes) {
            broken(origin,
                   "a member data/" + printable(storage.key) + " of " + std::to_string(storage.size_bytes) +
                       " bytes",
                   found == members.end() ? "none" : std::to_string(found->second.size));
        }
        file.storage_begins.push_back(found->second.begin);
    }
}

} // namespace

bool is_zip(const std::vector<std::byte>& bytes) noexcept {
    return bytes.size() >= 2 && bytes[0] == std::byte{'P'} && bytes[1] == std::byte{'K'};
}

TorchFile read_zip(const std::vector<std::byte>& bytes, const std::string& origin) {
    TorchFile file;
    const Members members = unpack(bytes, file.bytes, origin);
    const std::string root = find_root(members, origin);
    check_byte_order(file, members, root, origin);
    ByteCursor cursor{bytes_of(members.find(root + "data.pkl")->second, file), origin};
    PickleReader reader{cursor, file.values};
    file.root = reader.read();
    if (cursor.left() != 0) {
        broken(origin, "the end of data.pkl after its pickle", std::to_string(cursor.left()) + " more bytes");
    }
    place_storages(file, members, root, origin);
    return file;
}

} // namespace facemirror::detail
