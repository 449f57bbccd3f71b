// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/checkpoint.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/graph/detail/byte_cursor.hpp>
#include <facemirror/graph/detail/containers.hpp>
#include <facemirror/graph/detail/state_dict.hpp>

#include <fstream>

namespace facemirror {

namespace {

// STAR's file of 17 million parameters with optimizer and moving average has some 280 MB.
constexpr std::uintmax_t max_file_bytes = 4ULL << 30;
// A tensor may repeat elements of its storage (stride 0), but not without bound.
constexpr std::uint64_t max_elements_per_byte = 4;
constexpr std::byte pickle_begin{0x80};

std::vector<std::byte> read_bytes(const std::filesystem::path& file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) {
        throw Error{ErrorCode::not_found, file.string() + ": expected a checkpoint file, found none"};
    }
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    if (error || size > max_file_bytes) {
        detail::refuse(ErrorCode::unsupported, file.string(), "a file of at most 4 GiB",
                       error ? error.message() : std::to_string(size) + " bytes");
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    std::ifstream stream{file, std::ios::binary};
    if (!stream) {
        throw Error{ErrorCode::not_found,
                    file.string() + ": expected a file to read, found one that cannot be opened"};
    }
    if (!stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
        detail::refuse(ErrorCode::corrupted, file.string(), std::to_string(size) + " bytes",
                       std::to_string(stream.gcount()));
    }
    return bytes;
}

detail::TorchFile open_container(std::vector<std::byte> bytes, const std::string& origin) {
    if (detail::is_zip(bytes)) {
        return detail::read_zip(bytes, origin);
    }
    if (bytes.empty()) {
        detail::refuse(ErrorCode::corrupted, origin, "a PyTorch state dict", "an empty file");
    }
    if (bytes.front() != pickle_begin) {
        detail::refuse(ErrorCode::unsupported, origin, "a PyTorch state dict", "a file of another kind");
    }
    return detail::read_legacy(std::move(bytes), origin);
}

std::vector<std::int64_t> integers_of(const detail::PickleValues& values, detail::ValueId tuple) {
    std::vector<std::int64_t> numbers;
    for (const detail::ValueId item : values.items(tuple)) {
        numbers.push_back(values[item].integer);
    }
    return numbers;
}

} // namespace

Checkpoint Checkpoint::read(const std::filesystem::path& file) {
    return parse(read_bytes(file), file.string());
}

Checkpoint Checkpoint::parse(std::vector<std::byte> bytes, const std::string& origin) {
    Checkpoint checkpoint;
    checkpoint.m_origin = origin;
    checkpoint.m_container = detail::is_zip(bytes) ? Container::zip : Container::legacy;
    const std::uint64_t max_elements = max_elements_per_byte * bytes.size();
    detail::TorchFile file = open_container(std::move(bytes), origin);
    detail::StateDict found = detail::find_state_dict(file.values, file.root, origin);
    checkpoint.m_nested_under = std::move(found.nested_under);
    for (auto& [name, id] : found.tensors) {
        const detail::TensorRecord& tensor = file.values.tensors[file.values[id].index];
        const ElementType type = file.values.storages[tensor.storage].type;
        if (tensor.numel > max_elements) {
            detail::refuse(ErrorCode::corrupted, origin,
                           detail::printable(name) + " of at most " + std::to_string(max_elements) +
                               " elements",
                           std::to_string(tensor.numel));
        }
        checkpoint.m_placements.push_back(
            {.first_byte =
                 file.storage_begins[tensor.storage] + static_cast<std::size_t>(tensor.first) * size_of(type),
             .strides = integers_of(file.values, tensor.strides)});
        checkpoint.m_by_name.emplace(name, checkpoint.m_entries.size());
        checkpoint.m_entries.push_back(
            {.name = std::move(name), .shape = integers_of(file.values, tensor.shape), .type = type});
    }
    checkpoint.m_bytes = std::move(file.bytes);
    return checkpoint;
}

std::optional<std::size_t> Checkpoint::find(std::string_view name) const {
    const auto found = m_by_name.find(name);
    return found == m_by_name.end() ? std::nullopt : std::optional{found->second};
}

} // namespace facemirror
