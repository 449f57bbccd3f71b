// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/error.hpp>

#include <cstdlib> // mkdtemp
#include <filesystem>
#include <string>
#include <system_error>

namespace facemirror {

/// A temporary folder; it goes away with all that is in it.
class WorkFolder {
public:
    WorkFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "facemirror.XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw Error{ErrorCode::output, name + ": cannot make a temporary folder"};
        }
        m_path = name;
    }
    ~WorkFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }

private:
    std::filesystem::path m_path;
};

} // namespace facemirror
