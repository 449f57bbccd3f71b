// SPDX-License-Identifier: Apache-2.0
#include "exit_code.hpp"
#include "model_command.hpp"

#include <facemirror/nn/install.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace facemirror {

namespace {

struct InstallRequest {
    std::string pack;
    std::optional<std::string> from;
    std::optional<std::string> to;
    bool overwrite = false;
};

int install(const InstallRequest& request) {
    InstallOptions options;
    options.from_folder = request.from;
    options.existing = request.overwrite ? ExistingPack::replace : ExistingPack::keep;
    options.progress = [](const std::string& step) {
        std::fprintf(stderr, "facemirror: %s\n", step.c_str());
    };
    const std::filesystem::path destination =
        request.to ? std::filesystem::path{*request.to} : place_of_pack(request.pack);
    if (install_mediapipe(destination, options) == InstallOutcome::already_there) {
        options.progress("pack " + request.pack + " is installed already and whole");
    }
    std::printf("%s\n", destination.c_str());
    return exit_done;
}

} // namespace

void add_model_install(CLI::App& model, Action& action) {
    CLI::App* command = model.add_subcommand(
        "install", "Install a model pack: fetch its networks, check their SHA-256 and convert them.");
    const auto request = std::make_shared<InstallRequest>();
    command->add_option("PACK", request->pack, "Which pack")->required()->check(CLI::IsMember({"mediapipe"}));
    command
        ->add_option("--from", request->from,
                     "Folder that already holds the packages as .tgz; npm is not used")
        ->type_name("DIR");
    command->add_option("--to", request->to, "Folder of the pack itself [the program's packs folder]")
        ->type_name("DIR");
    command->add_flag("--overwrite", request->overwrite, "Replace the pack that is there, damaged or not");
    command->footer("Examples:\n"
                    "  facemirror model install mediapipe\n"
                    "  facemirror model install mediapipe --from ~/Downloads   (no network needed)\n"
                    "  facemirror model install mediapipe --to /srv/packs/mediapipe");
    command->callback([&action, request] { action = [request] { return install(*request); }; });
}

} // namespace facemirror
