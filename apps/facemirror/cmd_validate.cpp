// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "exit_code.hpp"
#include "interrupt.hpp"
#include "option_text.hpp"
#include "progress_line.hpp"
#include "work_folder.hpp"

#include <facemirror/nn/pack_editor.hpp>
#include <facemirror/nn/sha256.hpp>
#include <facemirror/pipeline/fidelity.hpp>
#include <facemirror/pipeline/models.hpp>
#include <facemirror/pipeline/run_video.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <memory>
#include <set>
#include <thread>

namespace facemirror {

namespace {

using Json = nlohmann::ordered_json;

struct FidelityCommand {
    std::vector<std::string> clips;
    std::string baseline;
    std::string candidate;
    std::string gate;
    std::string face_box;
    std::string landmarks_every = "1"; ///< Of the candidate.
    int threads = 1;
    bool store = false;
    bool json = false;
    bool quiet = false;
};

/// One side of the comparison: PACK or PACK:PRECISION.
struct Contender {
    explicit Contender(const std::string& text) : pack{text} {
        const std::size_t colon = text.rfind(':');
        const std::string ending = colon == std::string::npos ? "" : text.substr(colon + 1);
        if (ending == "f32" || ending == "bf16" || ending == "int8") {
            pack = text.substr(0, colon);
            precision = parse_precision(ending);
        }
    }

    std::string pack;
    Precision precision = Precision::f32;
};

class Comparison {
public:
    explicit Comparison(const FidelityCommand& command)
        : m_command{command}, m_baseline{command.baseline}, m_candidate{command.candidate},
          m_baseline_models{m_baseline.pack}, m_candidate_models{m_candidate.pack} {
        if (command.store &&
            (m_baseline_models.chosen().sha256() != m_candidate_models.chosen().sha256() ||
             m_baseline.precision != Precision::f32 || m_candidate.precision == Precision::f32)) {
            throw Error{ErrorCode::mismatch,
                        "--store: expected bf16 or int8 of a pack against f32 of the same "
                        "pack, found " +
                            command.candidate + " against " + command.baseline};
        }
    }

    int run() {
        if (m_command.store && parse_cadence(m_command.landmarks_every) != 1) {
            throw Error{ErrorCode::unsupported,
                        "--store: expected the networks in every frame, found --landmarks-every " +
                            m_command.landmarks_every};
        }
        constexpr std::size_t most_stored = 64; // docs/pack.md
        if (m_command.store && m_command.clips.size() > most_stored) {
            throw Error{ErrorCode::unsupported, fmt::format("--store: expected at most {} clips, found {}",
                                                            most_stored, m_command.clips.size())};
        }
        FidelityMeter meter;
        for (std::size_t i = 0; i < m_command.clips.size(); ++i) {
            const OutputFiles first = run_one(m_baseline_models, m_baseline.precision, 1, i, "baseline");
            const OutputFiles second = run_one(m_candidate_models, m_candidate.precision,
                                               parse_cadence(m_command.landmarks_every), i, "candidate");
            meter.add(first, second);
        }
        const Fidelity found = meter.result();
        std::fputs(m_command.json ? json_of(found).c_str() : text_of(found).c_str(), stdout);
        if (m_command.store) {
            store(found);
        }
        return m_command.gate.empty() || found.passes() ? exit_done : exit_gate_missed;
    }

private:
    OutputFiles run_one(const Models& models, Precision precision, int landmarks_every, std::size_t clip,
                        const char* side) {
        RunRequest request;
        request.input = m_command.clips[clip];
        request.sha256 = sha256_of_file(request.input);
        request.version = FACEMIRROR_VERSION;
        request.options.videos = Videos::none;
        request.options.precision = precision;
        request.options.threads = m_command.threads;
        request.options.landmarks_every = landmarks_every;
        if (!m_command.face_box.empty()) {
            request.options.face_box = parse_box(m_command.face_box);
        }
        request.outputs = output_files(m_folder.path(), fmt::format("{}{}", side, clip), Videos::none);
        ProgressLine line{fmt::format("{}, {}", request.input, side), clip + 1, m_command.clips.size(),
                          m_command.quiet};
        static_cast<void>(run_video(
            request, models, [&line](const RunProgress& progress) { line.show(progress); }, interrupted()));
        line.finish();
        m_hashes.insert(request.sha256);
        return request.outputs;
    }

    [[nodiscard]] std::string json_of(const Fidelity& found) const {
        const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); };
        Json json{{"baseline", side_json(m_baseline_models, m_baseline)},
                  {"candidate", side_json(m_candidate_models, m_candidate)},
                  {"engine", engine_version()},
                  {"device", device_name()},
                  {"landmarks_every", m_command.landmarks_every},
                  {"clips", m_hashes},
                  {"frames", found.frames},
                  {"passes", found.passes()},
                  {"gates", Json::array()},
                  {"measures", Json::object()}};
        for (const GateResult& gate : found.gates) {
            json["gates"].push_back({{"measure", gate.measure},
                                     {"found", number(gate.found)},
                                     {gate.is_least ? "least" : "most", gate.limit},
                                     {"holds", gate.holds}});
        }
        for (const auto& [name, value] : found.measures) {
            json["measures"][name] = number(value);
        }
        return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    }

    static Json side_json(const Models& models, const Contender& side) {
        return {{"pack", models.chosen().name()},
                {"sha256", models.chosen().sha256()},
                {"precision", name_of(side.precision)}};
    }

    [[nodiscard]] std::string text_of(const Fidelity& found) const {
        std::string text =
            fmt::format("{} against {}: {} frames, {} clips, {}, {}\n\n{:<28} {:>12} {:>14}\n",
                        m_command.candidate, m_command.baseline, found.frames, m_command.clips.size(),
                        engine_version(), device_name(), "gate", "found", "limit");
        for (const GateResult& gate : found.gates) {
            text += fmt::format("{:<28} {:>12} {:>8} {:>5g}  {}\n", gate.measure,
                                std::isnan(gate.found) ? "no values" : fmt::format("{:.4g}", gate.found),
                                gate.is_least ? "at least" : "at most", gate.limit,
                                gate.holds ? "holds" : "MISSED");
        }
        return text + fmt::format("\ndrift: {}\n", found.passes() ? "passed" : "not passed");
    }

    void store(const Fidelity& found) const {
        PackedFidelity entry;
        entry.precision = m_candidate.precision;
        entry.baseline = m_baseline.precision;
        entry.frames = found.frames;
        entry.clips.assign(m_hashes.begin(), m_hashes.end());
        entry.engine = engine_version();
        entry.sha256 = networks_sha256(m_candidate_models.chosen().description(), entry.precision);
        entry.baseline_sha256 = networks_sha256(m_baseline_models.chosen().description(), entry.baseline);
        std::ranges::copy_if(found.measures, std::inserter(entry.measures, entry.measures.end()),
                             [](const auto& measure) { return std::isfinite(measure.second); });
        if (found.passes()) {
            entry.passed.emplace_back("drift");
        }
        edit_pack(m_candidate_models.chosen().folder(), [&entry](PackDescription& pack) {
            std::erase_if(pack.fidelity,
                          [&](const PackedFidelity& other) { return other.precision == entry.precision; });
            pack.fidelity.push_back(entry);
        });
    }

    const FidelityCommand& m_command;
    Contender m_baseline;
    Contender m_candidate;
    Models m_baseline_models;
    Models m_candidate_models;
    WorkFolder m_folder;
    std::set<std::string> m_hashes;
};

} // namespace

void add_validate(CLI::App& app, Action& action) {
    CLI::App* validate = app.add_subcommand("validate", "Holds results to a reference");
    validate->require_subcommand(1);
    CLI::App* command =
        validate->add_subcommand("fidelity", "Compares one pack or precision with another on your clips");
    const auto typed = std::make_shared<FidelityCommand>();
    command->add_option("clips", typed->clips, "Videos")->required()->check(CLI::ExistingFile);
    command->add_option("--baseline", typed->baseline, "PACK or PACK:PRECISION (f32, bf16, int8)")
        ->required();
    command->add_option("--candidate", typed->candidate, "PACK or PACK:PRECISION")->required();
    command->add_option("--gate", typed->gate, "Exit code 6 unless this set of gates holds")
        ->check(CLI::IsMember({"drift"}));
    command
        ->add_option("--landmarks-every", typed->landmarks_every,
                     "Of the candidate, as in `run`; what no network looked at is not counted as lost")
        ->capture_default_str();
    command->add_option("--face-box", typed->face_box, "X1,Y1,X2,Y2: this box in every frame, no detector");
    typed->threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
    command->add_option("--threads", typed->threads, "Inference streams")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command->add_flag("--store", typed->store,
                      "Write the result into the pack: `run --precision auto` goes by it");
    command->add_flag("--json", typed->json, "Print the result as JSON");
    command->add_flag("--quiet", typed->quiet, "Only the result, warnings and errors");
    command->footer(
        "Examples:\n"
        "  facemirror validate fidelity --baseline star-mtl --candidate star-mtl:int8 a.mp4 b.mp4\n"
        "  facemirror validate fidelity --baseline star-mtl --candidate star-mtl:bf16 --gate drift --store "
        "a.mp4\n"
        "  facemirror validate fidelity --baseline star-mtl --candidate star-mtl --landmarks-every 4 a.mp4");
    command->callback([typed, &action] {
        if (!typed->face_box.empty()) {
            static_cast<void>(parse_box(typed->face_box));
        }
        static_cast<void>(parse_cadence(typed->landmarks_every));
        action = [typed] {
            catch_interrupts();
            return Comparison{*typed}.run();
        };
    });
}

} // namespace facemirror
