// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/run_options.hpp>

#include <nlohmann/json.hpp>

namespace facemirror {

namespace {

using Json = nlohmann::ordered_json;

Json optional_number(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json decisive(const RunOptions& o) {
    Json json{{"precision", name_of(o.precision)},
              {"video", o.videos != Videos::none},
              {"debug_video", o.videos == Videos::mirrored_and_debug},
              {"start", optional_number(o.start_s)},
              {"end", optional_number(o.end_s)},
              {"selfie", o.selfie},
              {"neutral", nullptr},
              {"midline", o.midline},
              {"smoothing", o.smoothing},
              {"passes", o.passes},
              {"roi_iterations", o.roi_iterations},
              {"detect_every", o.detect_every},
              {"landmarks_every", o.landmarks_every > 0 ? Json(o.landmarks_every) : Json("auto")},
              {"detector_input", nullptr},
              {"crop_margin", o.crop_margin},
              {"face_box", nullptr},
              {"seam", o.seam_px},
              {"codec", o.codec},
              {"encoder_preset", o.encoder_preset},
              {"quality", o.quality}};
    if (o.neutral) {
        json["neutral"] = {o.neutral->start_s, o.neutral->end_s};
    }
    if (o.detector_input_px) {
        json["detector_input"] = *o.detector_input_px;
    }
    if (o.face_box) {
        json["face_box"] = {o.face_box->x1, o.face_box->y1, o.face_box->x2, o.face_box->y2};
    }
    return json;
}

} // namespace

std::string to_json(const RunOptions& options) {
    Json json = decisive(options);
    json["precision_auto"] = !options.precision_reason.empty();
    json["precision_reason"] = options.precision_reason;
    json["threads"] = options.threads;
    json["codec_threads"] = options.codec_threads;
    json["queue_bytes"] = options.queue_bytes;
    return json.dump();
}

std::string decisive_options(const RunOptions& options) {
    return decisive(options).dump();
}

} // namespace facemirror
