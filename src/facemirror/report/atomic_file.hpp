// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace facemirror {

/// An output that appears under its name only when it is complete. Until then it stands under a hidden name
/// in the same folder, so that the rename is atomic; an object that dies before publish() removes it.
class PendingFile {
public:
    explicit PendingFile(std::filesystem::path final_name);
    ~PendingFile();
    PendingFile(const PendingFile&) = delete;
    PendingFile& operator=(const PendingFile&) = delete;

    /// Where to write until publish().
    [[nodiscard]] const std::filesystem::path& temporary() const noexcept { return m_temporary; }
    [[nodiscard]] const std::filesystem::path& final_name() const noexcept { return m_final; }

    /// Flushes the complete temporary file to the disk and gives it its final name.
    /// Throws   Error{output} naming the file and the reason.
    void publish();

private:
    std::filesystem::path m_final;
    std::filesystem::path m_temporary;
};

/// A text file that appears under its name only when it is complete.
class AtomicFile {
public:
    /// Throws   Error{output} if the file cannot be made.
    explicit AtomicFile(std::filesystem::path final_name);

    /// Throws   Error{output}, e.g. on a full disk.
    void write(std::string_view text);

    /// Writes out what is buffered and closes the file, still under its temporary name.
    /// Throws   Error{output}.
    void close();

    /// Closes the file if it is open and gives it its final name.
    /// Throws   Error{output}.
    void publish();

private:
    struct Close {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };

    PendingFile m_pending;
    std::unique_ptr<std::FILE, Close> m_file;
};

} // namespace facemirror
