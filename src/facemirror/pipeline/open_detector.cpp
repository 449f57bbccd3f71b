// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/open_detector.hpp>

#include <facemirror/detect/blazeface_detector.hpp>
#include <facemirror/detect/retinaface_detector.hpp>

#include <utility>

namespace facemirror {

namespace {

constexpr const char* retinaface_name = "retinaface";
constexpr const char* short_range_name = "face_detector";
constexpr const char* full_range_name = "face_detector_full_range";

std::unique_ptr<Network> wrapped(std::unique_ptr<Network> network, const std::string& name,
                                 const WrapNetwork& wrap) {
    return wrap ? wrap(std::move(network), name) : std::move(network);
}

std::unique_ptr<FaceDetector> open_retinaface(const ModelPack& pack, Precision precision,
                                              const DetectorChoice& choice, const WrapNetwork& wrap) {
    RetinaFaceOptions options;
    options.long_side_px = choice.long_side_px.value_or(options.long_side_px);
    options.part_px = choice.part_px.value_or(options.part_px);
    options.min_score = choice.min_score.value_or(options.min_score);
    const auto open = [pack, precision, wrap](int width, int height) {
        const std::vector<std::size_t> shape{1, 3, static_cast<std::size_t>(height),
                                             static_cast<std::size_t>(width)};
        return wrapped(pack.open(retinaface_name, precision, shape), retinaface_name, wrap);
    };
    return std::make_unique<RetinaFaceDetector>(open, options);
}

} // namespace

bool has_detector(const ModelPack& pack) {
    return pack.has(retinaface_name) || pack.has(short_range_name);
}

std::unique_ptr<FaceDetector> open_detector(const ModelPack& pack, Precision precision,
                                            const DetectorChoice& choice, const WrapNetwork& wrap) {
    if (pack.has(retinaface_name)) {
        return open_retinaface(pack, precision, choice, wrap);
    }
    BlazeFaceOptions options;
    options.min_score_short = choice.min_score.value_or(options.min_score_short);
    options.min_score_full = choice.min_score.value_or(options.min_score_full);
    const auto open = [&](const char* name) { return wrapped(pack.open(name, precision), name, wrap); };
    return std::make_unique<BlazeFaceDetector>(
        open(short_range_name),
        pack.has(full_range_name) ? open(full_range_name) : std::unique_ptr<Network>{}, options);
}

} // namespace facemirror
