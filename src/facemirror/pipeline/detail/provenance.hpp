// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/media/video_reader.hpp>
#include <facemirror/media/video_writer.hpp>
#include <facemirror/nn/pack_description.hpp>
#include <facemirror/pipeline/detail/tables.hpp>
#include <facemirror/pipeline/models.hpp>
#include <facemirror/pipeline/run_video.hpp>
#include <facemirror/profile/profile.hpp>

#include <optional>
#include <string>
#include <vector>

namespace facemirror {

/// The packs of a run, for run.json.
struct PackFacts {
    struct Pack {
        PackDescription description;
        std::string sha256; ///< Of its pack.json.
    };
    Pack chosen;
    std::optional<Pack> fallback;
    std::vector<std::string> fallback_parts; ///< What the fallback delivers, by name_of(Part).
    std::string landmarks;                   ///< The network that finds the landmarks.
    std::string halves;                      ///< The network that sees the mirrored halves.
};
[[nodiscard]] PackFacts facts_of(const Models& models);

/// What run.json tells of.
struct RunFacts {
    const RunRequest& request;
    const PackFacts& packs;
    const VideoInfo& source;
    const ReaderLoss& loss;
    const RunTables& tables;
    const VideoWriter* writer; ///< Null without videos.
    const Profile& profile;
    std::optional<double> first_frame_s; ///< From the beginning of the run to its first measured frame.
    bool was_cut;
};

/// See the public twin in run_video.hpp.
[[nodiscard]] std::string decided_by(const RunOptions& options, const PackFacts& packs,
                                     const std::string& version);

/// Writes run.json, the last of the outputs: where it stands, all others are complete.
/// Throws   Error{output}.
[[nodiscard]] RunResult publish_run_json(const RunFacts& facts);

} // namespace facemirror
