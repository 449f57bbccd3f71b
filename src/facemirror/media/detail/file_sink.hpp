// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/media/detail/ffmpeg.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace facemirror::detail {

/// A file that FFmpeg writes through us, so that no failure of the disk is lost.
class FileSink {
public:
    /// Creates or replaces the file.
    /// Throws   Error{output} naming file and reason.
    explicit FileSink(const std::filesystem::path& file);
    ~FileSink();
    FileSink(const FileSink&) = delete;
    FileSink& operator=(const FileSink&) = delete;

    [[nodiscard]] AVIOContext* io() noexcept { return m_io; }

    /// Throws   Error{output} if any write so far has failed.
    void check() const;
    /// Writes what is buffered and waits for the disk.
    /// Throws   Error{output} naming file and reason, e.g. a full disk.
    void close();

private:
    static int write(void* sink, std::uint8_t* bytes, int size);
    static std::int64_t seek(void* sink, std::int64_t offset, int whence);

    std::string m_name;
    int m_descriptor = -1;
    int m_errno = 0; // Of the first failure.
    AVIOContext* m_io = nullptr;
};

} // namespace facemirror::detail
