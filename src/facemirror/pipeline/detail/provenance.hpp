// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/media/video_reader.hpp>
#include <facemirror/media/video_writer.hpp>
#include <facemirror/nn/pack_description.hpp>
#include <facemirror/pipeline/detail/tables.hpp>
#include <facemirror/pipeline/run_video.hpp>
#include <facemirror/profile/profile.hpp>

namespace facemirror {

/// What run.json tells of.
struct RunFacts {
    const RunRequest& request;
    const PackDescription& pack;
    const std::string& pack_sha256;
    const VideoInfo& source;
    const ReaderLoss& loss;
    const RunTables& tables;
    const VideoWriter* writer; ///< Null without videos.
    const Profile& profile;
    bool was_cut;
};

/// See the public twin in run_video.hpp.
[[nodiscard]] std::string decided_by(const RunOptions& options, const std::string& pack_name,
                                     const std::string& pack_sha256, const std::string& version);

/// Writes run.json, the last of the outputs: where it stands, all others are complete.
/// Throws   Error{output}.
[[nodiscard]] RunResult publish_run_json(const RunFacts& facts);

} // namespace facemirror
