// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/report/atomic_file.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace facemirror {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail_on(const fs::path& file, const char* action) {
    throw Error{ErrorCode::output, file.string() + ": " + action + " failed: " + std::strerror(errno)};
}

// Data first, then the folder's entry: after a power cut the name shows either nothing or the whole file.
void sync_to_disk(const fs::path& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0) {
        fail_on(path, "opening for fsync");
    }
    const int result = ::fsync(descriptor);
    const int reason = errno;
    ::close(descriptor);
    if (result != 0 && reason != EINVAL) { // EINVAL: the file system has no fsync
        errno = reason;
        fail_on(path, "fsync");
    }
}

} // namespace

fs::path temporary_name(const fs::path& final_name) {
    return final_name.parent_path() / ("." + final_name.filename().string() + ".part");
}

void publish(const fs::path& temporary, const fs::path& final_name) {
    try {
        sync_to_disk(temporary, O_RDONLY);
        if (std::rename(temporary.c_str(), final_name.c_str()) != 0) {
            fail_on(final_name, "renaming");
        }
        const fs::path folder = final_name.parent_path();
        sync_to_disk(folder.empty() ? fs::path{"."} : folder, O_RDONLY | O_DIRECTORY);
    } catch (const Error&) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        throw;
    }
}

AtomicFile::AtomicFile(fs::path final_name)
    : m_final{std::move(final_name)}, m_temporary{temporary_name(m_final)},
      m_file{std::fopen(m_temporary.c_str(), "wbe")} {
    if (!m_file) {
        fail_on(m_final, "opening for writing");
    }
}

AtomicFile::~AtomicFile() {
    if (!m_published) {
        m_file.reset();
        std::error_code ignored;
        fs::remove(m_temporary, ignored);
    }
}

void AtomicFile::fail(const char* action) const {
    fail_on(m_final, action);
}

void AtomicFile::write(std::string_view text) {
    expects(m_file != nullptr, "the file is open");
    if (std::fwrite(text.data(), 1, text.size(), m_file.get()) != text.size()) {
        fail("writing");
    }
}

void AtomicFile::close() {
    expects(m_file != nullptr, "the file is open");
    if (std::fflush(m_file.get()) != 0) {
        fail("writing");
    }
    if (std::fclose(m_file.release()) != 0) {
        fail("closing");
    }
}

void AtomicFile::publish() {
    if (m_file) {
        close();
    }
    m_published = true; // facemirror::publish removes the temporary file itself when it fails
    facemirror::publish(m_temporary, m_final);
}

} // namespace facemirror
