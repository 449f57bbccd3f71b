// SPDX-License-Identifier: Apache-2.0
#include "exit_code.hpp"
#include "interrupt.hpp"
#include "model_command.hpp"
#include "option_text.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/pipeline/record_inputs.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace facemirror {

namespace {

struct InputsRequest {
    std::vector<std::string> clips;
    std::string pack = Models::default_pack;
    std::filesystem::path folder;
    std::string face_box;
    int every = 5;
};

int record(const InputsRequest& request) {
    catch_interrupts();
    const Models models{request.pack, {Part::detector, Part::landmarks, Part::halves, Part::head}};
    std::error_code failed;
    std::filesystem::create_directories(request.folder, failed);
    if (failed) {
        throw Error{ErrorCode::output, request.folder.string() + ": cannot make it: " + failed.message()};
    }
    RecordOptions options;
    options.folder = request.folder;
    options.every = request.every;
    if (!request.face_box.empty()) {
        options.face_box = parse_box(request.face_box);
    }
    for (std::size_t i = 0; i < request.clips.size(); ++i) {
        options.input = request.clips[i];
        options.prefix = fmt::format("clip{}_", i);
        fmt::print("{}:", request.clips[i]);
        for (const auto& [name, files] : record_inputs(models, options, interrupted())) {
            fmt::print(" {} {}", files, name);
        }
        fmt::print("\n");
    }
    return exit_done;
}

} // namespace

void add_model_inputs(CLI::App& model, Action& action) {
    CLI::App* command =
        model.add_subcommand("inputs", "Writes what the networks are fed on clips, for a quantiser");
    const auto request = std::make_shared<InputsRequest>();
    command->add_option("clips", request->clips, "Videos")->required();
    command->add_option("--pack", request->pack, "Model pack: an installed name or a folder")
        ->capture_default_str();
    command->add_option("-o,--output", request->folder, "Folder of the .npy files")->required();
    command->add_option("--every", request->every, "Take every n-th run of a network")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_option("--face-box", request->face_box, "X1,Y1,X2,Y2: this box in every frame, no detector");
    command->footer(
        "The files are named clip<n>_<network>_<run>_<N>x<C>x<H>x<W>.npy: float32, as the network "
        "gets it.\n\nExample:\n"
        "  facemirror model inputs --pack star-mtl -o inputs a.mp4 b.mp4");
    command->callback([request, &action] {
        if (!request->face_box.empty()) {
            static_cast<void>(parse_box(request->face_box));
        }
        action = [request] { return record(*request); };
    });
}

} // namespace facemirror
