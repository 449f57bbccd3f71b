// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace facemirror::detail {

/// A new hidden folder beside a destination; it goes away with its owner.
class StagingFolder {
public:
    /// Throws   Error{output} if the folder cannot be made.
    explicit StagingFolder(const std::filesystem::path& destination);
    ~StagingFolder();
    StagingFolder(const StagingFolder&) = delete;
    StagingFolder& operator=(const StagingFolder&) = delete;

    /// A new, empty folder inside.
    /// Throws   Error{output}.
    [[nodiscard]] std::filesystem::path make(const char* name) const;

private:
    std::filesystem::path m_path;
};

/// Throws   Error{output}.
void write_file(const std::filesystem::path& file, std::span<const std::byte> bytes);
void write_file(const std::filesystem::path& file, std::string_view text);

/// Moves a finished folder to its place in one step; a folder that is there comes out at `finished` instead.
/// Throws   Error{output}; then the place is as it was.
void move_into_place(const std::filesystem::path& finished, const std::filesystem::path& destination);

} // namespace facemirror::detail
