// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/pipeline/detail/provenance.hpp>
#include <facemirror/pipeline/detail/stages.hpp>
#include <facemirror/pipeline/run_video.hpp>

#include <functional>

namespace facemirror {

/// A run whose stages are opened by the caller; tests hand in networks of their own.
struct RunSetup {
    const RunRequest& request;
    const PackFacts& packs; ///< For run.json.
    std::function<Stages(const RunOptions& options, double tick_s, Profile& profile)> open_stages;
};

/// run_video() with these stages.
[[nodiscard]] RunResult run_with_stages(const RunSetup& setup,
                                        const std::function<void(const RunProgress&)>& progress,
                                        const std::atomic<bool>& cancelled);

} // namespace facemirror
