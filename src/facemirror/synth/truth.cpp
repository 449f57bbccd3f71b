// SPDX-License-Identifier: Apache-2.0
#include <facemirror/synth/truth.hpp>

#include <nlohmann/json.hpp>

#include <cmath>

namespace facemirror {

namespace {

using Json = nlohmann::ordered_json;

// A ten-thousandth of a pixel is far below anything that can be measured.
double rounded(double value) {
    return std::round(value * 1e4) / 1e4;
}

Json to_json(Point p) {
    return Json::array({rounded(p.x), rounded(p.y)});
}

template <typename Points>
Json list_of(const Points& points) {
    Json list = Json::array();
    for (const Point p : points) {
        list.push_back(to_json(p));
    }
    return list;
}

Json to_json(const Movement& movement, const std::vector<Spot>& spots) {
    Json json{{"kind", name_of(movement.kind)},
              {"amount_percent", movement.amount},
              {"left", movement.left},
              {"right", movement.right},
              {"start_s", movement.envelope.start_s},
              {"rise_s", movement.envelope.rise_s},
              {"hold_s", movement.envelope.hold_s},
              {"fall_s", movement.envelope.fall_s},
              {"spots", Json::array()}};
    for (const Spot& spot : spots) {
        json["spots"].push_back({{"center", to_json(spot.center)},
                                 {"sigma_lateral", rounded(spot.sigma_lateral)},
                                 {"sigma_down", rounded(spot.sigma_down)},
                                 {"shift", to_json(spot.shift)}});
    }
    return json;
}

Json occluder_json(const Scene& scene) {
    if (!scene.occluder()) {
        return nullptr;
    }
    const OccluderOptions& options = scene.occluder()->options();
    return {{"side", name_of(options.side)},
            {"share", options.share},
            {"start_s", options.interval.start_s},
            {"end_s", options.interval.end_s},
            {"polygon", list_of(scene.occluder()->corners())}};
}

Json second_face_json(const Scene& scene) {
    if (!scene.options().second_face) {
        return nullptr;
    }
    const SecondFaceOptions& options = *scene.options().second_face;
    return {{"size", options.size},
            {"height", options.height},
            {"start_s", options.interval.start_s},
            {"end_s", options.interval.end_s}};
}

Json head_json(const HeadMotion& head) {
    return {{"shift", head.shift},
            {"roll_deg", head.roll_deg},
            {"zoom", head.zoom},
            {"yaw_deg", head.yaw_deg},
            {"period_s", head.period_s}};
}

Json options_json(const Scene& scene) {
    const SceneOptions& options = scene.options();
    return {{"width", scene.base().width},
            {"height", scene.base().height},
            {"duration_s", options.duration_s},
            {"fps", options.fps},
            {"variable_rate", options.timing == FrameTiming::variable},
            {"seed", options.seed},
            {"noise_sigma", options.noise_sigma},
            {"symmetric", scene.base().symmetric},
            {"head", head_json(options.head)}};
}

Json frame_json(const FrameTruth& truth) {
    const Similarity& head = truth.head;
    Json strengths = Json::array();
    for (const double strength : truth.strengths) {
        strengths.push_back(std::round(strength * 1e6) / 1e6);
    }
    return {{"pts_s", std::round(truth.time_s * 1e6) / 1e6},
            {"strengths", strengths},
            {"head", {head.a, head.b, head.tx, head.ty}},
            {"yaw_deg", truth.yaw_deg},
            {"occluded", truth.occluded},
            {"second_face", truth.has_second_face},
            {"displacement", list_of(truth.displacement)},
            {"position", list_of(truth.position)}};
}

} // namespace

std::string truth_json(const Scene& scene, const std::string& photo, const std::string& video) {
    Json json{{"photo", photo},
              {"video", video},
              {"options", options_json(scene)},
              {"outer_eye_distance", rounded(scene.face().eye_px)},
              {"lateral", {scene.face().lateral.x, scene.face().lateral.y}},
              {"points", list_of(scene.base().points)},
              {"movements", Json::array()},
              {"occluder", occluder_json(scene)},
              {"second_face", second_face_json(scene)},
              {"frames", Json::array()}};
    for (const Movement& movement : scene.options().movements) {
        json["movements"].push_back(to_json(movement, scene.spots_of(movement)));
    }
    for (std::size_t index = 0; index < scene.frame_count(); ++index) {
        json["frames"].push_back(frame_json(scene.truth(index)));
    }
    return json.dump() + "\n";
}

} // namespace facemirror
