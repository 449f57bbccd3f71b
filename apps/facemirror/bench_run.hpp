// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_parts.hpp"

#include <facemirror/pipeline/run_video.hpp>

#include <filesystem>

namespace facemirror {

/// The sample clip, made in a folder. Throws as make_clip().
[[nodiscard]] std::filesystem::path make_bench_clip(const std::filesystem::path& folder);

/// What `run` is told of the clip; its outputs go to a folder.
[[nodiscard]] RunRequest bench_request(const BenchOptions& options, const std::filesystem::path& clip,
                                       const std::filesystem::path& folder);

/// The whole of `run`, once.
[[nodiscard]] BenchJson bench_run(const Models& models, const BenchOptions& options,
                                  const RunRequest& request);

/// The plan's table of a run; RetinaFace is also looked at alone, on the clip's first frame.
[[nodiscard]] BenchJson bench_plan(const Models& models, const RunRequest& request, const BenchJson& run);

/// `run` again and again for so many seconds.
[[nodiscard]] BenchJson bench_soak(const Models& models, const RunRequest& request, double seconds);

/// What a log of powermetrics says.
[[nodiscard]] BenchJson power_json(const std::filesystem::path& log);

/// The tables for people.
[[nodiscard]] std::string run_text(const BenchJson& bench);
[[nodiscard]] std::string plan_text(const BenchJson& bench);
[[nodiscard]] std::string soak_text(const BenchJson& bench);
[[nodiscard]] std::string power_text(const BenchJson& bench);
[[nodiscard]] std::string comparison_text(const BenchJson& bench);

} // namespace facemirror
