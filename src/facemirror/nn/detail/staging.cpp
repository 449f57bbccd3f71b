// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/detail/staging.hpp>

#include <facemirror/core/error.hpp>

#include <fcntl.h>

#include <cerrno>
#include <cstdio>  // renameat2
#include <cstdlib> // mkdtemp
#include <cstring>
#include <fstream>
#include <string>

namespace facemirror::detail {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const std::string& what, const std::string& reason) {
    throw Error{ErrorCode::output, path.string() + ": cannot " + what + ": " + reason};
}

} // namespace

StagingFolder::StagingFolder(const fs::path& destination) {
    const fs::path parent = destination.parent_path();
    std::error_code failed;
    fs::create_directories(parent, failed);
    if (failed) {
        refuse(parent, "make the folder", failed.message());
    }
    std::string name = (parent / ("." + destination.filename().string() + ".XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) {
        refuse(parent, "make a folder in it", std::strerror(errno));
    }
    m_path = name;
}

StagingFolder::~StagingFolder() {
    std::error_code ignored; // a destructor does not throw; what stays behind is hidden and no pack
    fs::remove_all(m_path, ignored);
}

fs::path StagingFolder::make(const char* name) const {
    const fs::path folder = m_path / name;
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) {
        refuse(folder, "make the folder", failed.message());
    }
    return folder;
}

void write_file(const fs::path& file, std::span<const std::byte> bytes) {
    std::ofstream stream{file, std::ios::binary};
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    stream.close();
    if (!stream) {
        refuse(file, "write the file", std::strerror(errno));
    }
}

void write_file(const fs::path& file, std::string_view text) {
    write_file(file, std::as_bytes(std::span{text}));
}

void move_into_place(const fs::path& finished, const fs::path& destination) {
    // An exchange, so that the old pack is in place until the new one is.
    if (::renameat2(AT_FDCWD, finished.c_str(), AT_FDCWD, destination.c_str(), RENAME_EXCHANGE) == 0) {
        return;
    }
    if (::rename(finished.c_str(), destination.c_str()) != 0) { // nothing there yet, or an empty folder
        refuse(destination, "move the finished pack there", std::strerror(errno));
    }
}

} // namespace facemirror::detail
