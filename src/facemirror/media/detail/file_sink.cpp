// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/file_sink.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace facemirror::detail {

namespace {

constexpr int buffer_bytes = 1 << 18; // A few frames: few system calls, little memory.

[[noreturn]] void fail(const std::string& name, int reason) {
    throw Error{ErrorCode::output, name + ": cannot be written: " + std::generic_category().message(reason)};
}

} // namespace

FileSink::FileSink(const std::filesystem::path& file) : m_name{file.string()} {
    m_descriptor = ::open(file.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0666);
    if (m_descriptor < 0) {
        fail(m_name, errno);
    }
    auto* buffer = static_cast<unsigned char*>(av_malloc(buffer_bytes));
    m_io =
        buffer != nullptr ? avio_alloc_context(buffer, buffer_bytes, 1, this, nullptr, write, seek) : nullptr;
    if (m_io == nullptr) {
        av_free(buffer);
        ::close(m_descriptor);
        fail(m_name, ENOMEM);
    }
}

FileSink::~FileSink() {
    av_free(m_io->buffer);
    avio_context_free(&m_io);
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
    }
}

int FileSink::write(void* sink, std::uint8_t* bytes, int size) {
    auto& self = *static_cast<FileSink*>(sink);
    for (int done = 0; done < size;) {
        const auto count = ::write(self.m_descriptor, bytes + done, static_cast<std::size_t>(size - done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            const int reason = count < 0 ? errno : EIO;
            self.m_errno = self.m_errno != 0 ? self.m_errno : reason;
            return AVERROR(reason);
        }
        done += static_cast<int>(count);
    }
    return size;
}

std::int64_t FileSink::seek(void* sink, std::int64_t offset, int whence) {
    auto& self = *static_cast<FileSink*>(sink);
    if (whence == AVSEEK_SIZE) {
        struct stat facts{};
        return ::fstat(self.m_descriptor, &facts) == 0 ? facts.st_size : AVERROR(errno);
    }
    const auto position = ::lseek(self.m_descriptor, offset, whence & ~AVSEEK_FORCE);
    return position >= 0 ? position : AVERROR(errno);
}

void FileSink::check() const {
    if (m_errno != 0) {
        fail(m_name, m_errno);
    }
    if (m_io->error < 0) {
        throw Error{ErrorCode::output, m_name + ": cannot be written: " + describe(m_io->error)};
    }
}

void FileSink::close() {
    avio_flush(m_io);
    check();
    // Devices like /dev/full and pipes know no fsync (EINVAL): what they refuse, they refuse on write.
    if (::fsync(m_descriptor) != 0 && errno != EINVAL) {
        fail(m_name, errno);
    }
    const int descriptor = std::exchange(m_descriptor, -1);
    if (::close(descriptor) != 0) {
        fail(m_name, errno);
    }
}

} // namespace facemirror::detail
