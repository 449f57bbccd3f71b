// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/pipeline/models.hpp>
#include <facemirror/pipeline/outputs.hpp>
#include <facemirror/pipeline/run_options.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace facemirror {

/// One video to be mirrored and measured.
struct RunRequest {
    std::string input;  ///< A file, a URL, or "-" for the standard input.
    std::string sha256; ///< Of the input's content; empty for a stream.
    OutputFiles outputs;
    RunOptions options;
    std::string version; ///< Of the program, for run.json.
};

struct RunProgress {
    std::int64_t frames = 0;   ///< Measured so far.
    std::int64_t estimate = 0; ///< Frames in all; 0 when unknown.
};

/// Frames by what became of them; index = static_cast<std::size_t>(FrameStatus).
using StatusCounts = std::array<std::int64_t, 4>;

/// What is said about a finished video.
struct RunResult {
    std::string run_json; ///< The content of clip_run.json on one line.
    std::string profile_json;
    std::string stage_table; ///< For a terminal.
    std::vector<std::string> warnings;
    StatusCounts counts{};
    bool was_cut = false; ///< A stream that the user ended; its outputs are complete up to there.
};

/// Mirrors and measures one video in one pass. Either all outputs appear, complete, or none.
///
/// `progress` is called after each frame, from one of the run's threads. When `cancelled` becomes true a file
/// is given up and a stream is ended. Throws   Error of every code; Error{cancelled} for a file that was
/// given up.
[[nodiscard]] RunResult run_video(const RunRequest& request, const Models& models,
                                  const std::function<void(const RunProgress&)>& progress,
                                  const std::atomic<bool>& cancelled);

/// What decides a run's tables besides the input, as JSON: program, networks, options. See is_finished().
[[nodiscard]] std::string decided_by(const RunOptions& options, const Models& models,
                                     const std::string& version);

} // namespace facemirror
