// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/pickle_values.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace facemirror::detail {

/// What a file of PyTorch holds, whichever container it came in.
struct TorchFile {
    std::vector<std::byte> bytes; ///< Pickles and raw numbers; texts of the values lie in here.
    PickleValues values;
    ValueId root = 0;
    std::vector<std::size_t> storage_begins; ///< In bytes; for each of values.storages.
};

/// Whether bytes begin like a zip archive.
[[nodiscard]] bool is_zip(const std::vector<std::byte>& bytes) noexcept;

/// Reads pickles that are followed by raw data.
/// Throws   Error{corrupted}, Error{unsupported}.
[[nodiscard]] TorchFile read_legacy(std::vector<std::byte> bytes, const std::string& origin);

/// Reads a zip archive; its members may not be compressed, so it holds no more than its own size.
/// Throws   Error{corrupted}, Error{unsupported}.
[[nodiscard]] TorchFile read_zip(const std::vector<std::byte>& bytes, const std::string& origin);

} // namespace facemirror::detail
