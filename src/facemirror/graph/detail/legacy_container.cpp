// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/containers.hpp>

#include <facemirror/graph/detail/byte_cursor.hpp>
#include <facemirror/graph/detail/pickle_reader.hpp>

namespace facemirror::detail {

namespace {

// The number 0x1950a86a20f9469cfc6c as a pickle holds it (behaviour.md 24).
constexpr std::string_view magic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t known_protocol = 1001;
constexpr std::size_t unplaced = static_cast<std::size_t>(-1);

void check_head(PickleReader& reader, const PickleValues& values, const std::string& origin) {
    const PickleValue& head = values[reader.read()];
    if (head.kind != PickleKind::big_integer || head.text != magic) {
        refuse(ErrorCode::unsupported, origin, "a PyTorch state dict",
               std::string{"a plain Python pickle of "} + describe(head.kind));
    }
    const PickleValue& protocol = values[reader.read()];
    if (protocol.kind != PickleKind::integer || protocol.integer != known_protocol) {
        refuse(ErrorCode::unsupported, origin, "a PyTorch file of protocol 1001",
               protocol.kind == PickleKind::integer ? std::to_string(protocol.integer)
                                                    : describe(protocol.kind));
    }
}

void check_system(PickleReader& reader, const PickleValues& values, const std::string& origin) {
    const ValueId system = reader.read();
    if (values[system].kind != PickleKind::dict) {
        refuse(ErrorCode::corrupted, origin, "a dict of the system", describe(values[system].kind));
    }
    const auto& items = values.items(system);
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (values[items[i]].text == "little_endian" && values[items[i + 1]].integer == 0) {
            refuse(ErrorCode::unsupported, origin, "little-endian numbers", "big-endian numbers");
        }
    }
}

/// Reads element count and numbers of the storage of one key.
void place_storage(TorchFile& file, const PickleValue& key, ByteCursor& cursor) {
    const auto known = file.values.storage_by_key.find(key.text);
    if (key.kind != PickleKind::text || known == file.values.storage_by_key.end()) {
        refuse(ErrorCode::corrupted, cursor.origin(), "keys of storages that tensors use",
               printable(key.text));
    }
    const StorageRecord& storage = file.values.storages[known->second];
    std::size_t& begin = file.storage_begins[known->second];
    const std::int64_t numel = cursor.take_signed(8);
    if (numel != storage.numel || begin != unplaced) {
        refuse(ErrorCode::corrupted, cursor.origin(),
               "storage " + printable(key.text) + " once, of " + std::to_string(storage.numel) + " elements",
               begin != unplaced ? "it again" : std::to_string(numel));
    }
    begin = cursor.position();
    cursor.take(storage.size_bytes);
}

void place_storages(TorchFile& file, ValueId keys, ByteCursor& cursor) {
    if (file.values[keys].kind != PickleKind::list) {
        refuse(ErrorCode::corrupted, cursor.origin(), "a list of storage keys",
               describe(file.values[keys].kind));
    }
    file.storage_begins.assign(file.values.storages.size(), unplaced);
    for (const ValueId key : file.values.items(keys)) {
        place_storage(file, file.values[key], cursor);
    }
    if (cursor.left() != 0) {
        refuse(ErrorCode::corrupted, cursor.origin(), "the end of the file after its storages",
               std::to_string(cursor.left()) + " more bytes");
    }
    for (std::size_t i = 0; i < file.storage_begins.size(); ++i) {
        if (file.storage_begins[i] == unplaced) {
            refuse(ErrorCode::corrupted, cursor.origin(),
                   "the numbers of storage " + printable(file.values.storages[i].key), "none");
        }
    }
}

} // namespace

TorchFile read_legacy(std::vector<std::byte> bytes, const std::string& origin) {
    TorchFile file{.bytes = std::move(bytes), .values = {}, .root = 0, .storage_begins = {}};
    ByteCursor cursor{file.bytes, origin};
    PickleReader reader{cursor, file.values};
    check_head(reader, file.values, origin);
    check_system(reader, file.values, origin);
    file.root = reader.read();
    const ValueId keys = reader.read();
    place_storages(file, keys, cursor);
    return file;
}

} // namespace facemirror::detail
