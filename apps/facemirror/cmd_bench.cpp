// SPDX-License-Identifier: Apache-2.0
#include "bench_run.hpp"
#include "command.hpp"
#include "exit_code.hpp"
#include "interrupt.hpp"
#include "option_text.hpp"
#include "work_folder.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/profile/bench_comparison.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace facemirror {

namespace {

namespace fs = std::filesystem;

struct BenchCommand {
    BenchOptions options;
    double soak_s = 0;
    fs::path before;
    fs::path power_log;
    bool tune = false;
    bool no_networks = false;
    bool no_run = false;
    bool json = false;
    bool quiet = false;
};

/// A table goes to stdout, or beside the JSON to stderr.
void show(const BenchCommand& command, const std::string& text) {
    if (!command.json) {
        std::fputs((text + "\n").c_str(), stdout);
        std::fflush(stdout);
    } else if (!command.quiet) {
        std::fputs((text + "\n").c_str(), stderr);
    }
}

/// First of all, so that the peak memory is the run's.
void add_run_parts(const BenchCommand& command, const Models& models, BenchJson& result) {
    const WorkFolder folder;
    const fs::path clip =
        command.options.clip.empty() ? make_bench_clip(folder.path()) : command.options.clip;
    const RunRequest request = bench_request(command.options, clip, folder.path());
    if (!command.no_run) {
        result["run"] = bench_run(models, command.options, request);
        result["plan"] = bench_plan(models, request, result["run"]);
        show(command, run_text(result));
        show(command, plan_text(result));
    }
    if (command.soak_s > 0) {
        result["soak"] = bench_soak(models, request, command.soak_s);
        show(command, soak_text(result));
    }
}

void add_comparison(const BenchCommand& command, BenchJson& result) {
    const BenchComparison found =
        compare_with_file(command.before, result.dump(-1, ' ', false, BenchJson::error_handler_t::replace));
    BenchJson rows = BenchJson::array();
    for (const ComparedRow& row : found.rows) {
        rows.push_back({{"what", row.what},
                        {"before", row.before},
                        {"now", row.now},
                        {"ratio", number_or_null(row.ratio)}});
    }
    result["comparison"] = {
        {"file", command.before.string()}, {"differences", found.differences}, {"rows", rows}};
    show(command, comparison_text(result));
    for (const std::string& difference : found.differences) {
        spdlog::warn("{}: not the same: {}", command.before.string(), difference);
    }
}

void measure(const BenchCommand& command, BenchJson& result) {
    const bool needs_run = !command.tune && (!command.no_run || command.soak_s > 0);
    const Models models{command.options.pack,
                        needs_run ? std::vector{Part::detector, Part::landmarks, Part::halves, Part::head}
                                  : std::vector<Part>{}};
    const ModelPack& pack = models.chosen();
    result["machine"] = machine_json();
    result["pack"] = pack_json(pack);
    show(command, machine_text(result));
    result["peaks"] = BenchJson::array();
    result["networks"] = BenchJson::array();
    result["run"] = nullptr;
    if (needs_run) {
        add_run_parts(command, models, result);
    }
    if (command.tune) {
        result["tune"] = bench_tune(pack, command.options);
        show(command, tune_text(result));
    } else if (!command.no_networks) {
        result["networks"] = bench_networks(pack, command.options, result["peaks"]);
        show(command, networks_text(result));
    }
}

int bench(const BenchCommand& command) {
    if (command.quiet) {
        spdlog::set_level(spdlog::level::warn);
    }
    catch_interrupts();
    BenchJson result{{"version", FACEMIRROR_VERSION}};
    if (!command.power_log.empty()) { // before the long work: it may be refused
        result["powermetrics"] = power_json(command.power_log);
    }
    measure(command, result);
    if (interrupted()) {
        return exit_code_of(ErrorCode::cancelled);
    }
    if (!command.power_log.empty()) {
        show(command, power_text(result));
    }
    if (!command.before.empty()) {
        add_comparison(command, result);
    }
    if (command.json) {
        std::printf("%s\n", result.dump(-1, ' ', false, BenchJson::error_handler_t::replace).c_str());
    }
    return exit_done;
}

void add_network_options(CLI::App& bench, BenchOptions& o) {
    const char* group = "Networks";
    bench.add_option("--pack", o.pack, "Model pack: an installed name or a folder")
        ->capture_default_str()
        ->group(group);
    bench.add_option("--network", o.networks, "Only these networks of the pack")->group(group);
    bench.add_option("--precision", o.precisions, "Arithmetic; default: all that pack and processor have")
        ->check(CLI::IsMember({"f32", "bf16", "int8"}))
        ->group(group);
    o.threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
    bench.add_option("--threads", o.threads, "Most inference streams: 1 to so many are measured")
        ->check(CLI::Range(1, 64))
        ->capture_default_str()
        ->group(group);
    bench.add_option("--stream-threads", o.stream_threads, "Threads of each stream; default: the pack's own")
        ->check(CLI::Range(1, 64))
        ->group(group);
    bench.add_option("--batch", o.batches, "Pictures of a call, where the network leaves that free")
        ->check(CLI::Range(std::size_t{1}, std::size_t{64}))
        ->capture_default_str()
        ->group(group);
    bench.add_option("--seconds", o.seconds, "Time for each row of the table of networks")
        ->check(CLI::Range(0.0, 3600.0))
        ->capture_default_str()
        ->group(group);
}

void add_run_options(CLI::App& bench, BenchCommand& command) {
    const char* group = "Whole run";
    bench.add_option("--clip", command.options.clip, "Video to run on; default: the sample clip is made")
        ->check(CLI::ExistingFile)
        ->group(group);
    bench
        .add_option("--face-box", command.options.face_box,
                    "X1,Y1,X2,Y2: this box in every frame, no detector; for untrained weights")
        ->group(group);
    bench.add_option("--soak", command.soak_s, "Run again and again for so many seconds")
        ->check(CLI::Range(0.1, 86400.0))
        ->group(group);
    bench.add_option("--powermetrics", command.power_log, "Take in a text log of macOS's powermetrics")
        ->group(group);
    bench.add_flag("--no-run", command.no_run, "Do not measure the whole run")->group(group);
    bench.add_flag("--no-networks", command.no_networks, "Do not measure the networks alone")->group(group);
}

} // namespace

void add_bench(CLI::App& app, Action& action) {
    CLI::App* command = app.add_subcommand("bench", "Measures how fast this machine is with a pack");
    const auto typed = std::make_shared<BenchCommand>();
    add_network_options(*command, typed->options);
    add_run_options(*command, *typed);
    command
        ->add_flag(
            "--tune", typed->tune,
            "Find the threads of a stream that are best on --threads cores and store them in the pack; "
            "nothing else is measured")
        ->excludes("--no-networks");
    command->add_option("--compare", typed->before, "Ratios against an earlier result of --json");
    command->add_flag("--json", typed->json, "Print the result as JSON; the tables go to stderr");
    command->add_flag("--quiet", typed->quiet, "Only the result, warnings and errors");
    command->footer(
        "Examples:\n"
        "  facemirror bench                                     the default pack\n"
        "  facemirror bench --pack star-mtl --network star --stream-threads 1 2 --no-run\n"
        "  facemirror bench --pack star-mtl --tune              the best threads for this machine, once\n"
        "  facemirror bench --no-networks --soak 300            five minutes: does the speed hold?\n"
        "  facemirror bench --pack star-mtl --batch 1 2 --json > old.json\n"
        "  facemirror bench --pack star-mtl --batch 1 2 --compare old.json");
    command->callback([typed, &action] {
        if (!typed->options.face_box.empty()) {
            static_cast<void>(parse_box(typed->options.face_box));
        }
        action = [typed] { return bench(*typed); };
    });
}

} // namespace facemirror
