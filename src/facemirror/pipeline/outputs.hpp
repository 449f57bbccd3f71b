// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace facemirror {

/// The files of one finished video. Empty paths are outputs that the user did not ask for.
/// Source   design 5.
struct OutputFiles {
    std::filesystem::path left_video;
    std::filesystem::path right_video;
    std::filesystem::path debug_video;
    std::filesystem::path left_table;
    std::filesystem::path right_table;
    std::filesystem::path frames_table;
    std::filesystem::path landmarks_table;
    std::filesystem::path run_json;

    /// All that are asked for, run.json last.
    [[nodiscard]] std::vector<std::filesystem::path> all() const;
};

enum class Videos { none, mirrored, mirrored_and_debug };

/// The outputs of a stem in a folder.
[[nodiscard]] OutputFiles output_files(const std::filesystem::path& folder, const std::string& stem,
                                       Videos videos);

/// What happens to the outputs of another video that has the same stem.
enum class SameStem { keep, overwrite };

/// Chooses the stem of one input's outputs.
///
/// The input's own stem, unless it was given away in this call or, with `keep`, belongs in `folder` to a
/// video of other content (by the hash in its run.json): then `-<first 8 hex digits of the content hash>` is
/// added. `taken` collects the stems of this call.
[[nodiscard]] std::string choose_stem(const std::filesystem::path& folder, const std::string& stem,
                                      const std::string& sha256, SameStem others,
                                      std::set<std::string>& taken);

/// Whether `files.run_json` tells of a finished run of the same content that was decided by the same things
/// (the JSON under its key "decided_by": program, networks, options), and all its outputs are there in the
/// sizes that it names.
[[nodiscard]] bool is_finished(const OutputFiles& files, const std::string& sha256,
                               const std::string& decided_by);

} // namespace facemirror
