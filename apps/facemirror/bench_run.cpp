// SPDX-License-Identifier: Apache-2.0
#include "bench_run.hpp"
#include "interrupt.hpp"
#include "option_text.hpp"
#include "synth_clip.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/media/video_reader.hpp>
#include <facemirror/nn/sha256.hpp>
#include <facemirror/pipeline/network_bench.hpp>
#include <facemirror/pipeline/run_video.hpp>
#include <facemirror/profile/plan_table.hpp>
#include <facemirror/profile/powermetrics.hpp>

#include <algorithm>
#include <limits>
#include <optional>

namespace facemirror {

namespace {

namespace fs = std::filesystem;

std::vector<StageRow> stages_of(const BenchJson& run) {
    std::vector<StageRow> rows;
    for (const BenchJson& stage : run.at("stages")) {
        rows.push_back({.category = stage.at("category").get<std::string>(),
                        .operation = stage.at("operation").get<std::string>(),
                        .calls = stage.at("calls").get<std::int64_t>(),
                        .items = stage.at("items").get<std::int64_t>(),
                        .total_s = stage.at("total_s").get<double>(),
                        .share = stage.at("share").get<double>()});
    }
    return rows;
}

BenchJson to_json(const std::vector<PlanTarget>& targets) {
    BenchJson list = BenchJson::array();
    for (const PlanTarget& target : targets) {
        list.push_back({{"limit", target.limit}, {"met", target.is_met}});
    }
    return list;
}

/// On the clip's first frame; NaN without RetinaFace in the pack.
double around_retinaface_ms(const Models& models, const RunRequest& request) {
    VideoReader reader{request.input};
    const std::optional<Frame> frame = reader.read();
    return frame
               ? time_around_retinaface_ms(models.pack_for(Part::detector), request.options.precision, *frame)
               : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

RunRequest bench_request(const BenchOptions& options, const fs::path& clip, const fs::path& folder) {
    RunRequest request;
    request.input = clip.string();
    request.sha256 = sha256_of_file(clip);
    request.version = FACEMIRROR_VERSION;
    request.options.precision = run_precision(options);
    request.options.threads = options.threads;
    request.options.codec_threads = std::max(1, options.threads / 2); // as `run` does
    if (!options.face_box.empty()) {
        request.options.face_box = parse_box(options.face_box);
    }
    request.outputs = output_files(folder, "bench", request.options.videos);
    return request;
}

BenchJson bench_run(const Models& models, const BenchOptions& options, const RunRequest& request) {
    const RunResult result = run_video(request, models, [](const RunProgress&) {}, interrupted());
    const BenchJson json = BenchJson::parse(result.run_json);
    BenchJson run{{"clip", json.at("input")},
                  {"precision", json.at("precision")},
                  {"threads", options.threads},
                  {"face_box", options.face_box.empty() ? BenchJson(nullptr) : BenchJson(options.face_box)},
                  {"frames", json.at("frames")},
                  {"fallback", json.at("pack").at("fallback")}};
    for (const char* key : {"fps", "wall_s", "busy_s", "peak_rss_mib", "stages", "warnings"}) {
        run[key] = json.at(key);
    }
    return run;
}

BenchJson bench_plan(const Models& models, const RunRequest& request, const BenchJson& run) {
    const double around_ms = around_retinaface_ms(models, request);
    const PlanTable table = plan_table(stages_of(run), around_ms, run.at("fps").get<double>(),
                                       run.at("peak_rss_mib").get<double>());
    BenchJson json{{"rows", BenchJson::array()}, {"totals", BenchJson::array()}};
    for (const PlanRow& row : table.rows) {
        json["rows"].push_back({{"component", row.component},
                                {"calls", row.calls},
                                {"items", row.items},
                                {"total_s", row.was_run ? number_or_null(row.total_s) : nullptr},
                                {"share", number_or_null(row.share)},
                                {"call_ms", number_or_null(row.call_ms)},
                                {"item_ms", number_or_null(row.item_ms)},
                                {"plan_ms", number_or_null(row.plan_ms)},
                                {"plan_calls", row.plan_calls},
                                {"targets_ms", to_json(row.targets)}});
    }
    for (const PlanTotal& total : table.totals) {
        json["totals"].push_back({{"what", total.what},
                                  {"value", number_or_null(total.value)},
                                  {"plan", number_or_null(total.plan)},
                                  {"targets", to_json(total.targets)}});
    }
    return json;
}

BenchJson power_json(const fs::path& log) {
    const PowerLog power = read_power_log(log);
    BenchJson json{{"file", log.string()}, {"parts", BenchJson::object()}, {"pressure", power.pressures}};
    for (const auto& [name, part] : power.parts) {
        json["parts"][name] = {{"samples", part.samples}, {"mean_mw", part.mean_mw}, {"max_mw", part.max_mw}};
    }
    return json;
}

fs::path make_bench_clip(const fs::path& folder) {
    ClipOptions clip;
    clip.scene.movements = demo_movements();
    fs::path file = folder / "sample.mp4";
    make_clip(clip, file);
    return file;
}

} // namespace facemirror
