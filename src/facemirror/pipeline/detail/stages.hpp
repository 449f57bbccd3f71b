// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/pipeline/detail/analysis.hpp>
#include <facemirror/pipeline/models.hpp>
#include <facemirror/pipeline/open_detector.hpp>
#include <facemirror/pipeline/run_options.hpp>
#include <facemirror/profile/profile.hpp>

#include <memory>
#include <semaphore>
#include <vector>

namespace facemirror {

/// The stages of one run, each with its own network streams.
struct Stages {
    std::unique_ptr<std::counting_semaphore<>> streams; ///< One for each network that may run at a time.
    std::unique_ptr<CanonicalFace> face;                ///< What the others refer to.
    std::unique_ptr<FaceFollower> follower;
    std::vector<HalvesMeasurer> measurers; ///< At least one.
};

/// Opens the networks of a run; `watch` may put something around each that sees what goes
/// through it, and is called by several threads.
/// Throws   Error{mismatch} if a pack lacks the precision, Error{backend} if the engine cannot run a network.
[[nodiscard]] Stages open_stages(const Models& models, const RunOptions& options, double tick_s,
                                 Profile& profile, const WrapNetwork& watch = {});

} // namespace facemirror
