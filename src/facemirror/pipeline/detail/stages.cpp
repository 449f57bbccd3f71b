// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/leased_network.hpp>
#include <facemirror/pipeline/detail/open_networks.hpp>
#include <facemirror/pipeline/detail/stages.hpp>
#include <facemirror/pipeline/detail/timed_network.hpp>

#include <algorithm>
#include <future>
#include <string>
#include <utility>

namespace facemirror {

namespace {

Cadence cadence_of(const RunOptions& options) {
    constexpr double auto_s = 1.0 / 15; // docs/decisions/0036-cadence.md
    return {options.landmarks_every, auto_s};
}

TrackerOptions tracker_options(const RunOptions& options, double tick_s) {
    return {.passes = options.passes,
            .roi_iterations = options.roi_iterations,
            .detect_every = options.detect_every,
            .face_box = options.face_box,
            .tick_s = tick_s,
            .cadence = cadence_of(options)};
}

DetectorChoice detector_choice(const RunOptions& options) {
    DetectorChoice choice;
    choice.long_side_px = options.detector_input_px;
    return choice;
}

FollowOptions follow_options(const RunOptions& options, const HalvesPlan& halves) {
    FollowOptions follow;
    follow.smoothing.kind = options.smoothing == "none" ? Smoothing::none : Smoothing::one_euro;
    follow.midline = midline_rule(options.midline).value();
    follow.halves = halves;
    follow.has_given_box = options.face_box.has_value();
    return follow;
}

} // namespace

Stages open_stages(const Models& models, const RunOptions& options, double tick_s, Profile& profile,
                   const WrapNetwork& watch) {
    Stages stages;
    stages.streams = std::make_unique<std::counting_semaphore<>>(options.threads);
    const auto wrap = [&profile, &streams = *stages.streams, watch](std::unique_ptr<Network> network,
                                                                    const std::string& name) {
        auto watched = watch ? watch(std::move(network), name) : std::move(network);
        auto timed =
            std::make_unique<TimedNetwork>(std::move(watched), profile.operation("model_inference", name));
        return std::make_unique<LeasedNetwork>(std::move(timed), streams);
    };
    const NetworkOpener opener{models, options.precision, wrap};
    stages.face = std::make_unique<CanonicalFace>(opener.head());
    const bool has_mesh = models.network_for(Part::landmarks) == "mesh";
    const bool has_multitask = models.network_for(Part::halves) == "mtl";
    // The geometry of the halves comes from the mesh: where the landmarks do, and where nothing else sees
    // them.
    const bool measures_mesh = has_mesh || !has_multitask;
    const Part mesh_part = has_mesh ? Part::landmarks : Part::halves;
    const int workers = std::max(1, options.threads - 1);
    // Networks are opened side by side: each takes a good part of a second.
    auto opened_tracker = std::async(std::launch::async, [&] {
        return opener.tracker(tracker_options(options, tick_s), detector_choice(options), options.threads);
    });
    auto multitask = has_multitask
                         ? opener.multitask(workers)
                         : std::vector<std::unique_ptr<MultitaskNetwork>>(static_cast<std::size_t>(workers));
    HalvesPlan plan;
    for (auto& network : multitask) {
        auto mesh = measures_mesh ? opener.mesh(mesh_part) : nullptr;
        plan.mesh_px = mesh ? mesh->input_px() : 0;
        stages.measurers.emplace_back(std::move(mesh), std::move(network), *stages.face);
    }
    if (has_multitask) {
        plan.multitask = MultitaskOptions{.margin = options.crop_margin};
    }
    auto fallback_mesh =
        measures_mesh && !has_mesh ? std::make_unique<MeshFitter>(opener.mesh(mesh_part), 2) : nullptr;
    stages.follower = std::make_unique<FaceFollower>(opened_tracker.get(), std::move(fallback_mesh),
                                                     *stages.face, follow_options(options, plan));
    return stages;
}

} // namespace facemirror
