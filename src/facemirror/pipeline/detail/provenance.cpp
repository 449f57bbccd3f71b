// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/multitask_values.hpp>
#include <facemirror/pipeline/detail/provenance.hpp>
#include <facemirror/report/atomic_file.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace facemirror {

namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::int64_t count(const RunTables& tables, FrameStatus status) {
    return tables.counts()[static_cast<std::size_t>(status)];
}

/// Of the files that run in this precision.
Json network_hashes(const PackDescription& pack, Precision precision) {
    Json networks = Json::object();
    for (const auto& [name, network] : pack.networks) {
        if (const auto own = network.variants.find(name_of(precision)); own != network.variants.end()) {
            networks[name] = {{"sha256", own->second.sha256},
                              {"weights_sha256", own->second.weights_sha256},
                              {"rest", name_of(own->second.rest)}};
            continue;
        }
        networks[name] = {{"sha256", network.sha256}, {"weights_sha256", network.weights_sha256}};
    }
    return networks;
}

Json input_json(const RunFacts& facts) {
    const VideoInfo& source = facts.source;
    Json audio = Json::array();
    for (const AudioTrack& track : source.audio) {
        audio.push_back({{"codec", track.codec},
                         {"language", track.language},
                         {"copied", track.copied},
                         {"note", track.note}});
    }
    const std::string& hash = facts.request.sha256;
    return {{"file", facts.request.input},
            {"sha256", hash.empty() ? Json(nullptr) : Json(hash)},
            {"frames", facts.tables.rows()},
            {"width", source.layout.width},
            {"height", source.layout.height},
            {"stored_width", source.stored_width},
            {"stored_height", source.stored_height},
            {"rotation", source.rotation_deg},
            {"flipped", source.flipped},
            {"duration_s", number_or_null(source.duration_s)},
            {"container", source.container},
            {"codec", source.codec},
            {"bit_depth", source.layout.bit_depth},
            {"time_base", {source.time_base.num, source.time_base.den}},
            {"average_rate", {source.average_rate.num, source.average_rate.den}},
            {"audio", audio},
            {"corrupt_packets", facts.loss.corrupt_packets},
            {"decode_errors", facts.loss.decode_errors},
            {"damaged_frames", facts.loss.damaged_frames},
            {"converted_frames", facts.loss.converted_frames},
            {"repaired_timestamps", facts.loss.repaired_timestamps},
            {"truncated", facts.loss.truncated}};
}

Json pack_json(const PackFacts::Pack& pack, Precision precision) {
    return {{"name", pack.description.name},
            {"version", pack.description.version},
            {"sha256", pack.sha256},
            {"limits", pack.description.limits},
            {"networks", network_hashes(pack.description, precision)}};
}

Json packs_json(const PackFacts& packs, Precision precision) {
    Json json = pack_json(packs.chosen, precision);
    json["fallback"] = nullptr;
    if (packs.fallback) {
        json["fallback"] = pack_json(*packs.fallback, precision);
        json["fallback"]["parts"] = packs.fallback_parts;
    }
    return json;
}

Json stages_json(const Profile& profile) {
    return Json::parse(format_json(profile)).at("stages");
}

Json outputs_json(const OutputFiles& files) {
    Json outputs = Json::object();
    for (const auto& file : files.all()) {
        if (file != files.run_json) {
            outputs[file.filename().string()] = std::filesystem::file_size(file);
        }
    }
    return outputs;
}

std::vector<std::string> warnings_of(const RunFacts& facts) {
    std::vector<std::string> warnings = facts.loss.sentences();
    const std::int64_t without_face = count(facts.tables, FrameStatus::no_face);
    if (without_face == facts.tables.rows()) {
        warnings.emplace_back("no face in any frame: the videos are not mirrored and the measures are empty");
    } else if (!facts.tables.neutral()) {
        warnings.push_back(fmt::format("no neutral: {}; action units are empty (give one with --neutral A-B)",
                                       facts.tables.why_no_neutral()));
    }
    const auto borrowed = std::ranges::count_if(facts.packs.fallback_parts, [](const std::string& part) {
        return part != name_of(Part::head); // no network of ours to miss
    });
    if (borrowed > 0) {
        warnings.push_back(fmt::format(
            "pack {} lacks some parts; pack {} stands in for: {}", facts.packs.chosen.description.name,
            facts.packs.fallback->description.name, fmt::join(facts.packs.fallback_parts, ", ")));
    }
    for (const AudioTrack& track : facts.source.audio) {
        if (!track.copied) {
            warnings.push_back(fmt::format("audio track of codec {}: {}", track.codec, track.note));
        }
    }
    if (facts.was_cut) {
        warnings.emplace_back("the stream was ended by the user");
    }
    return warnings;
}

void add_neutral(Json& json, const RunTables& tables) {
    const std::optional<Neutral>& neutral = tables.neutral();
    json["neutral_start_s"] = neutral ? Json(neutral->span.start_s) : Json(nullptr);
    json["neutral_end_s"] = neutral ? Json(neutral->span.end_s) : Json(nullptr);
    json["neutral_source"] = neutral ? Json(name_of(neutral->span.source)) : Json(nullptr);
    json["neutral_frames"] = neutral ? neutral->frames : 0;
}

void add_picture(Json& json, const RunFacts& facts) {
    const PixelLayout& layout = facts.source.layout;
    json["picture_width"] = layout.width;
    json["picture_height"] = layout.height;
    json["video_width"] = facts.writer != nullptr ? Json(facts.writer->written_width()) : Json(nullptr);
    json["video_height"] = facts.writer != nullptr ? Json(facts.writer->written_height()) : Json(nullptr);
}

void add_units(Json& json, const PackFacts& packs) {
    const std::string geometry =
        "0..5 by geometry against the person's own neutral, provisional full values; not FACS intensities";
    json["au_r"] = geometry;
    json["au_c"] = nullptr;
    if (packs.halves == "mtl") {
        json["au_r"] = fmt::format(
            "AU {}: 5 x the score (0..1) of network mtl on the mirrored half, not FACS "
            "intensities; {}: {}",
            fmt::join(facs::multitask, ", "), packs.landmarks == "mesh" ? "others" : "AU 45", geometry);
        json["au_c"] = fmt::format("1 where that score is at least {}", facs::occurrence_score);
    }
}

Json run_json(const RunFacts& facts, const std::vector<std::string>& warnings) {
    const RunOptions& options = facts.request.options;
    const double wall_s = facts.profile.wall_s();
    Json json{{"version", facts.request.version},
              {"input", input_json(facts)},
              {"pack", packs_json(facts.packs, options.precision)},
              {"engine", engine_version()},
              {"precision", name_of(options.precision)},
              {"device", device_name()},
              {"options", Json::parse(to_json(options))},
              {"decided_by", Json::parse(decided_by(options, facts.packs, facts.request.version))},
              {"frames",
               {{"decoded", facts.tables.rows()},
                {"ok", count(facts.tables, FrameStatus::ok)},
                {"no_face", count(facts.tables, FrameStatus::no_face)},
                {"low_quality", count(facts.tables, FrameStatus::low_quality)},
                {"occluded", count(facts.tables, FrameStatus::occluded)}}}};
    add_neutral(json, facts.tables);
    add_picture(json, facts);
    add_units(json, facts.packs);
    json["wall_s"] = wall_s;
    json["first_frame_s"] = facts.first_frame_s ? Json(*facts.first_frame_s) : Json(nullptr);
    json["busy_s"] = facts.profile.busy_s();
    json["fps"] = static_cast<double>(facts.tables.rows()) / wall_s;
    json["peak_rss_mib"] = peak_rss_mib();
    json["warnings"] = warnings;
    json["stages"] = stages_json(facts.profile);
    json["outputs"] = outputs_json(facts.request.outputs);
    return json;
}

} // namespace

RunResult publish_run_json(const RunFacts& facts) {
    RunResult result;
    result.warnings = warnings_of(facts);
    result.counts = facts.tables.counts();
    result.was_cut = facts.was_cut;
    result.profile_json = format_json(facts.profile);
    result.stage_table = format_table(facts.profile);
    const Json json = run_json(facts, result.warnings);
    result.run_json = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    AtomicFile file{facts.request.outputs.run_json};
    file.write(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    file.publish();
    return result;
}

std::string decided_by(const RunOptions& options, const PackFacts& packs, const std::string& version) {
    Json json{{"version", version},
              {"engine", engine_version()},
              {"pack", packs.chosen.description.name},
              {"pack_sha256", packs.chosen.sha256},
              {"options", Json::parse(decisive_options(options))}};
    if (packs.fallback) {
        json["fallback_sha256"] = packs.fallback->sha256;
    }
    return json.dump();
}

std::string decided_by(const RunOptions& options, const Models& models, const std::string& version) {
    return decided_by(options, facts_of(models), version);
}

PackFacts facts_of(const Models& models) {
    const auto of = [](const ModelPack& pack) { return PackFacts::Pack{pack.description(), pack.sha256()}; };
    return {.chosen = of(models.chosen()),
            .fallback = models.fallback() ? std::optional{of(*models.fallback())} : std::nullopt,
            .fallback_parts = models.fallback_parts(),
            .landmarks = models.network_for(Part::landmarks),
            .halves = models.network_for(Part::halves)};
}

} // namespace facemirror
