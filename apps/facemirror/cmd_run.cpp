// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "exit_code.hpp"
#include "inputs.hpp"
#include "interrupt.hpp"
#include "option_text.hpp"
#include "progress_line.hpp"
#include "synth_clip.hpp"

#include <facemirror/nn/sha256.hpp>
#include <facemirror/pipeline/fidelity.hpp>
#include <facemirror/pipeline/models.hpp>
#include <facemirror/pipeline/run_video.hpp>
#include <facemirror/report/atomic_file.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>
#include <thread>

namespace facemirror {

namespace fs = std::filesystem;

namespace {

struct RunCommand {
    std::vector<std::string> inputs;
    fs::path folder = "facemirror-out";
    std::string pack = Models::default_pack;
    std::string name;
    std::string neutral;
    std::string face_box;
    std::string precision = "f32";
    std::string landmarks_every = "1";
    std::string log_level = "info";
    fs::path profile;
    std::size_t max_memory_mib = 600; // design 6: the budget of pack mediapipe at 1080p
    bool json = false;
    bool quiet = false;
    bool no_video = false;
    bool no_debug_video = false;
    bool overwrite = false;
    RunOptions options;
};

// The program itself, its libraries, the networks and three encoders take about 400 MiB at 1080p (design 6);
// what the user grants beyond that is shared by the queues of decoded frames.
constexpr std::size_t fixed_memory_mib = 400;
constexpr std::size_t smallest_queue_mib = 8;

void finish_options(RunCommand& command) {
    RunOptions& options = command.options;
    if (command.precision != "auto") {
        options.precision = parse_precision(command.precision);
    }
    options.codec_threads = std::max(1, options.threads / 2); // docs/decisions/0070-threads-and-queues.md
    options.landmarks_every = parse_cadence(command.landmarks_every);
    if (!command.neutral.empty()) {
        options.neutral = parse_time_span(command.neutral);
    }
    if (!command.face_box.empty()) {
        options.face_box = parse_box(command.face_box);
    }
    if (command.no_video) {
        options.videos = Videos::none;
    } else if (command.no_debug_video) {
        options.videos = Videos::mirrored;
    }
    const std::size_t spare = std::max(command.max_memory_mib, fixed_memory_mib) - fixed_memory_mib;
    options.queue_bytes = std::max(spare / 8, smallest_queue_mib) << 20;
}

// One input from its name to its published outputs.
class RunOne {
public:
    RunOne(const RunCommand& command, const Models& models, std::set<std::string>& taken)
        : m_command{command}, m_models{models}, m_taken{taken} {}

    void operator()(const std::string& input, std::size_t number, std::size_t count) {
        RunRequest request;
        request.input = input;
        request.options = m_command.options;
        request.version = FACEMIRROR_VERSION;
        std::string stem = "stream";
        if (!is_stream_name(input)) {
            request.sha256 = sha256_of_file(input);
            stem = fs::path{input}.stem().string();
        }
        if (!m_command.name.empty()) {
            stem = m_command.name;
        }
        const std::string chosen =
            choose_stem(m_command.folder, stem, request.sha256,
                        m_command.overwrite ? SameStem::overwrite : SameStem::keep, m_taken);
        if (chosen != stem) {
            spdlog::warn("{}: the name {} belongs to another video here; outputs are called {}", input, stem,
                         chosen);
        }
        request.outputs = output_files(m_command.folder, chosen, m_command.options.videos);
        const std::string decided = decided_by(request.options, m_models, request.version);
        if (!m_command.overwrite && is_finished(request.outputs, request.sha256, decided)) {
            spdlog::info("{}: finished before with the same options, skipped (--overwrite does it again)",
                         input);
            ++skipped;
            return;
        }
        run(request, number, count);
    }

    std::size_t skipped = 0;
    std::size_t done = 0;

private:
    void run(const RunRequest& request, std::size_t number, std::size_t count) {
        ProgressLine line{request.input, number, count, m_command.quiet};
        const RunResult result = run_video(
            request, m_models, [&line](const RunProgress& progress) { line.show(progress); }, interrupted());
        line.finish();
        for (const std::string& warning : result.warnings) {
            spdlog::warn("{}: {}", request.input, warning);
        }
        spdlog::info("{}", summary_of(result, request));
        if (!m_command.quiet && spdlog::should_log(spdlog::level::info)) {
            std::fputs(result.stage_table.c_str(), stderr);
        }
        write_profile(result, request, count);
        if (m_command.json) {
            std::printf("%s\n", result.run_json.c_str());
            std::fflush(stdout);
        }
        ++done;
    }

    // With several inputs each gets a file of its own: profile.json, then profile_<stem>.json.
    void write_profile(const RunResult& result, const RunRequest& request, std::size_t count) const {
        if (m_command.profile.empty()) {
            return;
        }
        fs::path name = m_command.profile;
        if (count > 1) {
            const std::string table = request.outputs.run_json.stem().string(); // <stem>_run
            const std::string stem = table.substr(0, table.size() - std::string_view{"_run"}.size());
            name.replace_filename(name.stem().string() + "_" + stem + name.extension().string());
        }
        AtomicFile file{name};
        file.write(result.profile_json + "\n");
        file.publish();
    }

    [[nodiscard]] static std::string summary_of(const RunResult& result, const RunRequest& request) {
        const auto of = [&result](FrameStatus status) {
            return result.counts[static_cast<std::size_t>(status)];
        };
        return fmt::format("{}: {} frames ok, {} without a face, {} of low quality, {} occluded; see {}",
                           request.input, of(FrameStatus::ok), of(FrameStatus::no_face),
                           of(FrameStatus::low_quality), of(FrameStatus::occluded),
                           request.outputs.run_json.string());
    }

    const RunCommand& m_command;
    const Models& m_models;
    std::set<std::string>& m_taken;
};

void make_folder(const fs::path& folder) {
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (failure) {
        throw Error{ErrorCode::output,
                    folder.string() + ": cannot make the output folder: " + failure.message()};
    }
}

// The demonstration of `run` without an input; see docs/synth.md. Its face smiles with open lips from the
// first frame, so no neutral can be found: the rest before the first movement is given.
std::string make_sample(RunCommand& command) {
    ClipOptions clip;
    clip.scene.movements = demo_movements();
    const fs::path file = command.folder / "sample.mp4";
    spdlog::info("no input given: the sample clip {} (its face smiles, so its units are relative to that)",
                 file.string());
    if (!fs::exists(file) || command.overwrite) {
        make_clip(clip, file);
    }
    if (!command.options.neutral) {
        const auto start = [](const Movement& movement) { return movement.envelope.start_s; };
        command.options.neutral = TimeSpan{0, start(std::ranges::min(clip.scene.movements, {}, start))};
    }
    return file.string();
}

// The fastest precision that was found faithful; docs/decisions/0026-fidelity.md.
void choose_precision(RunCommand& command, const Models& models) {
    const PrecisionChoice choice =
        fastest_faithful(models.chosen().description(), engine_version(), has_bf16());
    command.options.precision = choice.precision;
    command.options.precision_reason = choice.reason;
    spdlog::info("precision {} ({})", name_of(choice.precision), choice.reason);
}

int run_all(RunCommand& command) {
    spdlog::set_level(command.quiet ? spdlog::level::warn : parse_log_level(command.log_level));
    make_folder(command.folder);
    const Models models{command.pack};
    if (command.precision == "auto") {
        choose_precision(command, models);
    }
    catch_interrupts();
    if (command.inputs.empty()) {
        command.inputs.push_back(make_sample(command));
    }
    const std::vector<std::string> inputs = expand_inputs(command.inputs);
    if (!command.name.empty() && inputs.size() > 1) {
        spdlog::warn("--name {} with {} inputs: the later ones get their content hash added", command.name,
                     inputs.size());
    }
    std::set<std::string> taken;
    RunOne run_one{command, models, taken};
    int code = exit_done;
    std::size_t failed = 0;
    for (std::size_t i = 0; i < inputs.size() && !interrupted(); ++i) {
        try {
            run_one(inputs[i], i + 1, inputs.size());
        } catch (const Error& error) {
            spdlog::error("{}", error.what());
            code = code == exit_done ? exit_code_of(error.code()) : code;
            ++failed;
        }
    }
    if (inputs.size() > 1) {
        spdlog::info("{} inputs: {} done, {} skipped as finished, {} failed", inputs.size(), run_one.done,
                     run_one.skipped, failed);
    }
    return interrupted() ? exit_code_of(ErrorCode::cancelled) : code;
}

void add_analysis_options(CLI::App& run, RunCommand& command) {
    RunOptions& o = command.options;
    const char* group = "Analysis";
    run.add_option("--pack", command.pack, "Model pack: an installed name or a folder")
        ->capture_default_str()
        ->group(group);
    run.add_option(
           "--precision", command.precision,
           "Arithmetic of the networks; auto: the fastest that was found faithful to f32 for this pack")
        ->check(CLI::IsMember({"f32", "bf16", "int8", "auto"}))
        ->capture_default_str()
        ->group(group);
    run.add_option("--neutral", command.neutral,
                   "The person's neutral, seconds: A-B; default: the longest calm span")
        ->group(group);
    run.add_option("--midline", o.midline, "Rule of the midline")
        ->check(CLI::IsMember({"brow-chin", "robust"}))
        ->capture_default_str()
        ->group(group);
    run.add_option("--smoothing", o.smoothing, "Smoothing of the points over time")
        ->check(CLI::IsMember({"one-euro", "none"}))
        ->capture_default_str()
        ->group(group);
    run.add_option("--passes", o.passes,
                   "2: average the picture with its flipped pass; 1: do not; 0: 2 with the mesh, else 1")
        ->check(CLI::Range(0, 2))
        ->capture_default_str()
        ->group(group);
    run.add_option("--roi-iterations", o.roi_iterations,
                   "Landmark runs per frame; 0: 1, more after a detection")
        ->check(CLI::Range(0, 10))
        ->capture_default_str()
        ->group(group);
    run.add_option("--detect-every", o.detect_every,
                   "Look for the face every n frames; 0: when it is lost, with heat maps also every 1 to 8")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str()
        ->group(group);
    run.add_option("--landmarks-every", command.landmarks_every,
                   "Ask the landmark network and those of the halves only in every n-th frame, and when "
                   "something moves; optical flow between. auto: at least 15 times a second")
        ->capture_default_str()
        ->group(group);
    run.add_option("--detector-input", o.detector_input_px,
                   "Longer side of the picture that RetinaFace sees, px; 0: the frame's own size")
        ->check(CLI::Range(0, 16384))
        ->group(group);
    run.add_option("--crop-margin", o.crop_margin,
                   "Added round the face for the multitask network, share of its box on each side")
        ->check(CLI::Range(0.0, 2.0))
        ->capture_default_str()
        ->group(group);
    run.add_option("--face-box", command.face_box,
                   "X1,Y1,X2,Y2: this box in every frame, no detector, no loss tests")
        ->group(group);
    run.add_flag("--selfie", o.selfie, "The recording was flipped: swap the patient's sides")->group(group);
}

void add_output_options(CLI::App& run, RunCommand& command) {
    RunOptions& o = command.options;
    const char* group = "Outputs";
    run.add_option("-o,--output", command.folder, "Folder of the outputs")
        ->capture_default_str()
        ->group(group);
    run.add_option("--name", command.name, "Stem of the outputs' names instead of the input's")
        ->check(file_name_part())
        ->group(group);
    run.add_flag("--overwrite", command.overwrite,
                 "Do finished videos again, and write over the outputs of another video of the same name")
        ->group(group);
    run.add_flag("--no-video", command.no_video, "Tables only")->group(group);
    run.add_flag("--no-debug-video", command.no_debug_video, "No debug video")->group(group);
    run.add_option("--seam", o.seam_px, "Width of the ramp over the midline, px")
        ->check(CLI::Range(0.0, 1000.0))
        ->capture_default_str()
        ->group(group);
    run.add_option("--codec", o.codec, "Video encoder, by FFmpeg's name")
        ->capture_default_str()
        ->group(group);
    run.add_option("--encoder-preset", o.encoder_preset, "Preset of the encoder")
        ->capture_default_str()
        ->group(group);
    run.add_option("--quality", o.quality, "Constant rate factor, lower is better")
        ->check(CLI::Range(0, 51))
        ->capture_default_str()
        ->group(group);
    run.add_flag("--json", command.json, "Print each finished input's run.json on one line of stdout")
        ->group(group);
    run.add_option("--profile", command.profile, "Write the stage times to this JSON file")->group(group);
}

void add_work_options(CLI::App& run, RunCommand& command) {
    RunOptions& o = command.options;
    run.add_option("--start", o.start_s, "Begin here, seconds")->check(CLI::NonNegativeNumber);
    run.add_option("--end", o.end_s, "End here, seconds")->check(CLI::PositiveNumber);
    o.threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
    run.add_option("--threads", o.threads, "Inference streams; tables do not depend on it")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    run.add_option("--max-memory-mib", command.max_memory_mib,
                   "Memory that the queues of frames are sized for")
        ->check(CLI::Range(std::size_t{64}, std::size_t{1} << 20))
        ->capture_default_str();
    run.add_flag("--quiet", command.quiet, "Only warnings and errors");
    run.add_option("--log-level", command.log_level, "debug, info, warn or error")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
        ->capture_default_str();
}

} // namespace

void add_run(CLI::App& app, Action& action) {
    auto command = std::make_shared<RunCommand>();
    CLI::App* run =
        app.add_subcommand("run", "Mirror and measure videos: files, folders, a stream URL or - (stdin)");
    run->add_option("inputs", command->inputs,
                    "Videos, folders, a URL or -; none: the sample clip is made and used");
    add_work_options(*run, *command);
    add_analysis_options(*run, *command);
    add_output_options(*run, *command);
    run->footer(
        "Examples:\n"
        "  facemirror run                                the sample clip\n"
        "  facemirror run patient.mov -o results         one video\n"
        "  facemirror run videos/ --no-debug-video       all videos of a folder\n"
        "  facemirror run patient.mov --neutral 2.0-3.5  the patient is at rest in this span\n"
        "  facemirror run patient.mov --pack star-mtl    with networks of your own (model import --help)");
    run->callback([command, &action] {
        finish_options(*command);
        action = [command] { return run_all(*command); };
    });
}

} // namespace facemirror
