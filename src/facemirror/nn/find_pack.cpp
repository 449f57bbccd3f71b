// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/pack.hpp>

#include <facemirror/core/error.hpp>

#include <algorithm>
#include <cstdlib>

namespace facemirror {

namespace {

namespace fs = std::filesystem;

bool is_pack(const fs::path& folder) {
    std::error_code ignored;
    return fs::is_regular_file(folder / "pack.json", ignored);
}

/// An environment variable as a folder; empty when it is unset or empty.
fs::path folder_of(const char* variable) {
    const char* value = std::getenv(variable); // NOLINT(concurrency-mt-unsafe): nothing here sets variables
    return value == nullptr ? fs::path{} : fs::path{value};
}

/// `packs` in the nearest folder above the running program that has one. A program inside a project's `build`
/// folder means that project's, which need not exist yet.
fs::path packs_above_program() {
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed);
    if (failed) {
        return {};
    }
    for (fs::path folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
        const fs::path packs = folder / "packs";
        if (fs::is_directory(packs, failed) || fs::is_directory(folder / "build", failed)) {
            return packs;
        }
    }
    return {};
}

fs::path packs_of_user() {
    if (const fs::path data = folder_of("XDG_DATA_HOME"); data.is_absolute()) {
        return data / "facemirror/packs";
    }
    const fs::path home = folder_of("HOME");
    return home.empty() ? fs::path{} : home / ".local/share/facemirror/packs";
}

std::string installed_in(const std::vector<fs::path>& folders) {
    std::string names;
    for (const fs::path& folder : folders) {
        std::error_code failed;
        for (const auto& entry : fs::directory_iterator{folder, failed}) {
            const std::string name = entry.path().filename().string();
            if (!name.starts_with('.') && is_pack(entry.path())) {
                names += (names.empty() ? "" : ", ") + name;
            }
        }
    }
    return names.empty() ? "none" : names;
}

} // namespace

std::vector<fs::path> packs_folders() {
    std::vector<fs::path> folders{folder_of("FACEMIRROR_PACKS"), packs_above_program(), packs_of_user()};
    std::erase_if(folders, [](const fs::path& folder) { return folder.empty(); });
    return folders;
}

fs::path find_pack(const std::string& name_or_folder) {
    if (name_or_folder.find('/') != std::string::npos || is_pack(name_or_folder)) {
        return name_or_folder;
    }
    const auto folders = packs_folders();
    std::string searched;
    for (const fs::path& folder : folders) {
        if (!name_or_folder.empty() && is_pack(folder / name_or_folder)) {
            return folder / name_or_folder;
        }
        searched += (searched.empty() ? "" : ", ") + folder.string();
    }
    throw Error{
        ErrorCode::mismatch,
        "model pack " + name_or_folder + ": expected it in " + searched +
            "; installed there: " + installed_in(folders) +
            ". Install the default one with: facemirror model install mediapipe; make one of your own "
            "weights with: facemirror model import"};
}

} // namespace facemirror
