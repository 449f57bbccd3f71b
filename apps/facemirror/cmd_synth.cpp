// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "exit_code.hpp"
#include "synth_clip.hpp"

#include <facemirror/core/error.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace facemirror {

namespace {

// What the user typed, before it is understood.
struct SynthArguments {
    ClipOptions clip;
    std::string video = "synth.mp4";
    std::string size = "640x640";
    std::vector<std::string> moves;
    std::string head;
    std::string occluder;
    std::string second_face;
    double duration_s = 0; // 0: until the last movement is over
    bool starts_in_smile = false;
    bool is_still = false;
    bool is_variable = false;
};

constexpr double after_last_movement_s = 1;

void read_size(const std::string& text, Framing& framing) {
    char after = '\0';
    const int found = std::sscanf(text.c_str(), "%dx%d%c", &framing.width, &framing.height, &after);
    const auto fits = [](int side) { return side >= 64 && side <= 8192; };
    if (found != 2 || !fits(framing.width) || !fits(framing.height)) {
        throw CLI::ValidationError{"--size", "expected WIDTHxHEIGHT of 64..8192 px each, found " + text};
    }
}

void read_movements(const SynthArguments& typed, SceneOptions& scene) {
    for (const std::string& text : typed.moves) {
        scene.movements.push_back(parse_movement(text));
    }
    if (typed.starts_in_smile) {
        scene.movements.push_back(parse_movement("smile:start=-1,rise=0.4,hold=2.2,fall=0.4"));
    }
    const bool is_plain = typed.occluder.empty() && typed.second_face.empty() && !typed.is_still;
    if (scene.movements.empty() && is_plain) {
        scene.movements = demo_movements();
        scene.head = parse_head_motion("shift=1.5,roll=1,zoom=1");
    }
    if (!typed.head.empty()) {
        scene.head = parse_head_motion(typed.head);
    }
}

double end_of(const SceneOptions& scene) {
    double end = 0;
    for (const Movement& movement : scene.movements) {
        const Envelope& e = movement.envelope;
        end = std::max(end, e.start_s + e.rise_s + e.hold_s + e.fall_s);
    }
    end = scene.occluder ? std::max(end, scene.occluder->interval.end_s) : end;
    end = scene.second_face ? std::max(end, scene.second_face->interval.end_s) : end;
    return end;
}

void understand(SynthArguments& typed) {
    SceneOptions& scene = typed.clip.scene;
    read_size(typed.size, typed.clip.framing);
    try {
        read_movements(typed, scene);
        if (!typed.occluder.empty()) {
            scene.occluder = parse_occluder(typed.occluder);
        }
        if (!typed.second_face.empty()) {
            scene.second_face = parse_second_face(typed.second_face);
        }
    } catch (const Error& error) {
        throw CLI::ValidationError{"synth", error.what()};
    }
    scene.timing = typed.is_variable ? FrameTiming::variable : FrameTiming::constant;
    scene.duration_s = typed.duration_s > 0 ? typed.duration_s : end_of(scene) + after_last_movement_s;
}

void add_options(CLI::App& synth, SynthArguments& typed) {
    SceneOptions& scene = typed.clip.scene;
    synth.add_option("photo", typed.clip.photo, "Photograph of a face; without it, the sample photograph");
    synth.add_option("-o,--output", typed.video, "Video to write; its truth goes beside it as .json")
        ->capture_default_str();
    synth
        .add_option(
            "--move", typed.moves,
            "KIND[:key=value,...]; kinds smile, corner-down, brow-raise, upper-lid, lower-lid, lower-lip, "
            "lip-part, blink; keys left, right (share of each side), amount (% of the outer-eye distance; "
            "blink: % of the lid gap), start, rise, hold, fall (s). May be given several times; without "
            "any, a demonstration")
        ->allow_extra_args(false);
    synth.add_option("--head", typed.head, "Head sway: shift=%,roll=deg,zoom=%,yaw=deg,period=s");
    synth.add_option("--occlude", typed.occluder,
                     "Cloth over a part of the face: side=left|right|lower|upper,start=s,end=s,share=0..1");
    synth.add_option("--second-face", typed.second_face,
                     "Another face passes in front: start=s,end=s,size=1,height=0");
    synth.add_flag("--still", typed.is_still, "No demonstration when no movement is given");
    synth.add_flag("--start-in-smile", typed.starts_in_smile, "The first second is a smile");
    synth.add_flag("--closed-lips", typed.clip.closed_lips, "Close the lips of a laughing photograph first");
    synth.add_flag("--symmetric", typed.clip.framing.symmetric, "The patient's left half on both sides");
    synth.add_option("--noise", scene.noise_sigma, "Sigma of grey noise; levels of 0..255")
        ->check(CLI::Range(0.0, 100.0));
    synth.add_option("--fps", scene.fps, "Frames per second")
        ->check(CLI::Range(1.0, 1000.0))
        ->capture_default_str();
    synth.add_flag("--vfr", typed.is_variable, "Variable rate: each frame lasts 0.5 to 1.5 times 1/fps");
    synth
        .add_option("--duration", typed.duration_s, "Seconds; without it, until 1 s after the last movement")
        ->check(CLI::Range(0.001, 3600.0));
    synth.add_option("--seed", scene.seed, "Of noise and variable rate")->capture_default_str();
    synth.add_option("--size", typed.size, "WIDTHxHEIGHT of the video")->capture_default_str();
    synth.add_option("--face-px", typed.clip.framing.eye_px, "Distance of the outer eye corners; px")
        ->check(CLI::Range(10.0, 4000.0))
        ->capture_default_str();
    synth.add_option("--points", typed.clip.points,
                     "JSON with the photograph's 98 points; no network is used");
    synth.add_option("--pack", typed.clip.pack, "Model pack that finds the points")->capture_default_str();
    synth.add_option("--quality", typed.clip.quality, "Constant rate factor; lower is better")
        ->check(CLI::Range(0, 51))
        ->capture_default_str();
}

} // namespace

void add_synth(CLI::App& app, Action& action) {
    CLI::App* synth =
        app.add_subcommand("synth", "Makes a clip with exactly known movement from a photograph");
    const auto typed = std::make_shared<SynthArguments>();
    add_options(*synth, *typed);
    synth->callback([typed, &action] {
        understand(*typed);
        action = [typed] {
            make_clip(typed->clip, typed->video);
            std::printf("%s\n", typed->video.c_str());
            return exit_done;
        };
    });
}

} // namespace facemirror
