// SPDX-License-Identifier: Apache-2.0
#include "inputs.hpp"

#include <facemirror/core/error.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

namespace facemirror {

namespace fs = std::filesystem;

namespace {

bool has_video_suffix(const fs::path& file) {
    constexpr std::array suffixes{".mp4", ".mov",  ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".3gp",
                                  ".mts", ".m2ts", ".ts",  ".wmv", ".flv",  ".mxf", ".ogv", ".vob",  ".y4m"};
    std::string suffix = file.extension().string();
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return std::find(suffixes.begin(), suffixes.end(), suffix) != suffixes.end();
}

// What an earlier run left in a folder stands beside its run.json; it is no input (T31: decided by what is
// there).
bool is_own_output(const fs::path& file) {
    const std::string stem = file.stem().string();
    for (const std::string end : {"_left_mirrored", "_right_mirrored", "_debug"}) {
        if (stem.ends_with(end) &&
            fs::exists(file.parent_path() / (stem.substr(0, stem.size() - end.size()) + "_run.json"))) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> videos_in(const fs::path& folder) {
    std::vector<std::string> videos;
    try {
        for (const fs::directory_entry& entry : fs::directory_iterator{folder}) {
            if (entry.is_regular_file() && has_video_suffix(entry.path()) && !is_own_output(entry.path())) {
                videos.push_back(entry.path().string());
            }
        }
    } catch (const fs::filesystem_error& error) {
        throw Error{ErrorCode::not_found,
                    folder.string() + ": cannot list the folder: " + error.code().message()};
    }
    std::sort(videos.begin(), videos.end());
    return videos;
}

} // namespace

bool is_stream_name(const std::string& input) {
    return input == "-" || (input.find("://") != std::string::npos && !fs::exists(input));
}

std::vector<std::string> expand_inputs(const std::vector<std::string>& inputs) {
    std::vector<std::string> all;
    for (const std::string& input : inputs) {
        if (!is_stream_name(input) && fs::is_directory(input)) {
            const std::vector<std::string> videos = videos_in(input);
            all.insert(all.end(), videos.begin(), videos.end());
        } else {
            all.push_back(input);
        }
    }
    if (all.empty()) {
        throw Error{ErrorCode::not_found,
                    inputs.front() + ": expected a folder with videos, found none in it"};
    }
    return all;
}

} // namespace facemirror
