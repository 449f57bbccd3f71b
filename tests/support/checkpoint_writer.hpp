// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/checkpoint.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace facemirror {

/// A tensor to be written: contiguous, row-major, one number for each element.
struct TestTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    ElementType type = ElementType::f32;
    std::vector<float> values;
};

/// What a trainer puts round its state dict.
struct TestNesting {
    std::string key =
        {}; ///< The state dict lies under this key, beside an optimizer and an epoch; "" for none.
    std::string prefix = {}; ///< In front of every name, such as "module.".
};

/// A state dict in PyTorch's legacy container, byte for byte as PyTorch reads it.
[[nodiscard]] std::vector<std::byte> legacy_bytes(std::span<const TestTensor> tensors,
                                                  const TestNesting& nesting = {});

/// A state dict in PyTorch's zip container, byte for byte as PyTorch reads it.
[[nodiscard]] std::vector<std::byte> zip_bytes(std::span<const TestTensor> tensors,
                                               const TestNesting& nesting = {});

/// A zip archive without compression of members by name, as zip_bytes() makes it.
[[nodiscard]] std::vector<std::byte>
stored_zip(const std::vector<std::pair<std::string, std::string>>& members);

/// Writes legacy_bytes() to a file.
void write_legacy(const std::filesystem::path& file, std::span<const TestTensor> tensors,
                  const TestNesting& nesting = {});

/// Writes zip_bytes() to a file.
void write_zip(const std::filesystem::path& file, std::span<const TestTensor> tensors,
               const TestNesting& nesting = {});

} // namespace facemirror
