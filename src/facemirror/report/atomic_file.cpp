// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/report/atomic_file.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace facemirror {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail_on(const fs::path& file, const char* action) {
    throw Error{ErrorCode::output, file.string() + ": " + action + " failed: " + std::strerror(errno)};
}

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

PendingFile::PendingFile(fs::path final_name)
    : m_final{std::move(final_name)},
      m_temporary{m_final.parent_path() / ("." + m_final.filename().string() + ".part")} {}

PendingFile::~PendingFile() {
    std::error_code ignored; // after publish() there is nothing left to remove
    fs::remove(m_temporary, ignored);
}

void PendingFile::publish() {
    // Data first, then the folder's entry: after a power cut the name shows either nothing or the whole file.
    sync_to_disk(m_temporary, O_RDONLY);
    if (std::rename(m_temporary.c_str(), m_final.c_str()) != 0) {
        fail_on(m_final, "renaming");
    }
    const fs::path folder = m_final.parent_path();
    sync_to_disk(folder.empty() ? fs::path{"."} : folder, O_RDONLY | O_DIRECTORY);
}

AtomicFile::AtomicFile(fs::path final_name)
    : m_pending{std::move(final_name)}, m_file{std::fopen(m_pending.temporary().c_str(), "wbe")} {
    if (!m_file) {
        fail_on(m_pending.final_name(), "opening for writing");
    }
}

void AtomicFile::write(std::string_view text) {
    expects(m_file != nullptr, "the file is open");
    if (std::fwrite(text.data(), 1, text.size(), m_file.get()) != text.size()) {
        fail_on(m_pending.final_name(), "writing");
    }
}

void AtomicFile::close() {
    expects(m_file != nullptr, "the file is open");
    if (std::fflush(m_file.get()) != 0) {
        fail_on(m_pending.final_name(), "writing");
    }
    if (std::fclose(m_file.release()) != 0) {
        fail_on(m_pending.final_name(), "closing");
    }
}

void AtomicFile::publish() {
    if (m_file) {
        close();
    }
    m_pending.publish();
}

} // namespace facemirror
