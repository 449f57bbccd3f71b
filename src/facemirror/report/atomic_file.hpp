// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace facemirror {

/// The temporary name under which an output is written: hidden, in the same folder, so that a rename is
/// atomic.
[[nodiscard]] std::filesystem::path temporary_name(const std::filesystem::path& final_name);

/// Flushes a complete temporary file to the disk and gives it its final name.
/// Throws   Error{output} naming the file and the reason; the temporary file is then removed.
void publish(const std::filesystem::path& temporary, const std::filesystem::path& final_name);

/// A text file that appears under its name only when it is complete.
/// An object that dies before publish() removes its temporary file.
class AtomicFile {
public:
    /// Throws   Error{output} if the file cannot be made.
    explicit AtomicFile(std::filesystem::path final_name);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// Throws   Error{output}, e.g. on a full disk.
    void write(std::string_view text);

    /// Writes out what is buffered and closes the file, still under its temporary name.
    /// Throws   Error{output}.
    void close();

    /// Gives the closed file its final name.
    /// Throws   Error{output}.
    void publish();

private:
    struct Close {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };
    [[noreturn]] void fail(const char* action) const;

    std::filesystem::path m_final;
    std::filesystem::path m_temporary;
    std::unique_ptr<std::FILE, Close> m_file;
    bool m_published = false;
};

} // namespace facemirror
