// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/pack.hpp>
#include <facemirror/pipeline/analysis.hpp>
#include <facemirror/pipeline/run_options.hpp>
#include <facemirror/profile/profile.hpp>

#include <memory>
#include <vector>

namespace facemirror {

/// The stages of one run, each with its own network streams.
struct Stages {
    std::unique_ptr<CanonicalFace> face; ///< What the others refer to.
    std::unique_ptr<FaceFollower> follower;
    std::vector<HalvesMeasurer> measurers; ///< At least one.
};

/// Opens the networks of a pack.
/// Throws   Error{mismatch} if the pack lacks one or its precision, Error{backend} if the engine cannot run
/// it.
[[nodiscard]] Stages open_stages(const ModelPack& pack, const RunOptions& options, double tick_s,
                                 Profile& profile);

} // namespace facemirror
