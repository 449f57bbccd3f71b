// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/error.hpp>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>
#include <unistd.h>

namespace facemirror {

/// Records of one run in a nameless temporary file: what needs the whole curve is finished from here, so
/// memory stays flat whatever the length of the video. The file vanishes with the process.
template <class Record>
class Spool {
    static_assert(std::is_trivially_copyable_v<Record>);

public:
    /// Makes the file in `folder`.
    /// Throws   Error{output}.
    explicit Spool(const std::filesystem::path& folder) : m_folder{folder} {
        std::string name = (folder / ".facemirror-spool-XXXXXX").string();
        const int descriptor = ::mkstemp(name.data());
        if (descriptor < 0) {
            fail("making a temporary file");
        }
        ::unlink(name.c_str());
        m_file.reset(::fdopen(descriptor, "w+b"));
    }

    void add(const Record& record) {
        if (std::fwrite(&record, sizeof record, 1, m_file.get()) != 1) {
            fail("writing the temporary measures");
        }
        ++m_size;
    }

    [[nodiscard]] std::int64_t size() const noexcept { return m_size; }

    /// Calls `visit(record)` for all records in their order. May be called again; no record may be added
    /// after.
    template <class Visit>
    void for_each(Visit visit) {
        if (std::fflush(m_file.get()) != 0) {
            fail("writing the temporary measures");
        }
        std::rewind(m_file.get());
        Record record;
        for (std::int64_t i = 0; i < m_size; ++i) {
            if (std::fread(&record, sizeof record, 1, m_file.get()) != 1) {
                fail("reading back the temporary measures");
            }
            visit(record);
        }
    }

private:
    struct Close {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };
    [[noreturn]] void fail(const char* action) const {
        throw Error{ErrorCode::output,
                    m_folder.string() + ": " + action + " failed: " + std::strerror(errno)};
    }

    std::filesystem::path m_folder;
    std::unique_ptr<std::FILE, Close> m_file;
    std::int64_t m_size = 0;
};

} // namespace facemirror
