// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/stages.hpp>
#include <facemirror/pipeline/detail/timed_network.hpp>
#include <facemirror/pipeline/open_detector.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace facemirror {

namespace {

// A network compiled for one stream of its own: quicker than sharing, and small enough (docs/decisions/0021).
std::unique_ptr<Network> open_timed(const ModelPack& pack, const std::string& name, Precision precision,
                                    Profile& profile) {
    return std::make_unique<TimedNetwork>(pack.open(name, precision),
                                          profile.operation("model_inference", name));
}

std::unique_ptr<FaceDetector> open_timed_detector(const ModelPack& pack, const RunOptions& options,
                                                  Profile& profile) {
    if (options.face_box) {
        return nullptr;
    }
    return open_detector(pack, options.precision, {},
                         [&profile](std::unique_ptr<Network> network, const std::string& name) {
                             return std::make_unique<TimedNetwork>(
                                 std::move(network), profile.operation("model_inference", name));
                         });
}

FollowOptions follow_options(const RunOptions& options, double tick_s) {
    FollowOptions follow;
    follow.tracker.passes = options.passes;
    follow.tracker.roi_iterations = options.roi_iterations;
    follow.tracker.detect_every = options.detect_every;
    follow.tracker.face_box = options.face_box;
    follow.tracker.tick_s = tick_s;
    follow.smoothing.kind = options.smoothing == "none" ? Smoothing::none : Smoothing::one_euro;
    follow.midline = midline_rule(options.midline).value();
    return follow;
}

} // namespace

Stages open_stages(const ModelPack& pack, const RunOptions& options, double tick_s, Profile& profile) {
    Stages stages;
    stages.face = std::make_unique<CanonicalFace>(CanonicalFace::load(pack.extra("canonical_face")));
    const auto open_mesh = [&] {
        return std::make_unique<FaceMesh>(open_timed(pack, "mesh", options.precision, profile));
    };
    stages.follower = std::make_unique<FaceFollower>(open_timed_detector(pack, options, profile), open_mesh(),
                                                     *stages.face, follow_options(options, tick_s));
    for (int i = 0; i < std::max(1, options.threads - 1); ++i) {
        stages.measurers.emplace_back(open_mesh(), *stages.face);
    }
    return stages;
}

} // namespace facemirror
