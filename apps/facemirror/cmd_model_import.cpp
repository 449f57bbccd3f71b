// SPDX-License-Identifier: Apache-2.0
#include "exit_code.hpp"
#include "model_command.hpp"

#include <facemirror/pipeline/import_pack.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace facemirror {

namespace {

constexpr std::array kinds{NetworkKind::retinaface, NetworkKind::star, NetworkKind::mtl};

struct ImportRequest {
    std::array<std::optional<std::string>, kinds.size()> checkpoints; ///< In the order of `kinds`.
    std::optional<std::string> to;
    std::string name = "star-mtl";
    int star_side_px = 256;
    bool keep_names = false;
    bool overwrite = false;
    bool json = false;
};

std::string to_json_text(const ImportedPack& pack) {
    nlohmann::json json{{"pack", pack.folder.string()}, {"networks", nlohmann::json::object()}};
    for (const auto& [name, network] : pack.networks) {
        json["networks"][name] = {
            {"file", network.file}, {"sha256", network.sha256}, {"parameters", network.parameters}};
    }
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

int import_weights(const ImportRequest& request) {
    ImportPackOptions options;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (request.checkpoints[i]) {
            options.checkpoints.emplace(kinds[i], *request.checkpoints[i]);
        }
    }
    options.name = request.name;
    options.import = {request.star_side_px, request.keep_names ? GraphForm::named : GraphForm::folded};
    options.existing = request.overwrite ? ExistingPack::replace : ExistingPack::keep;
    options.progress = [](const std::string& step) {
        std::fprintf(stderr, "facemirror: %s\n", step.c_str());
    };
    const std::filesystem::path place =
        request.to ? std::filesystem::path{*request.to} : place_of_pack(request.name);
    const ImportedPack pack = import_pack(place, options);
    std::printf("%s\n", request.json ? to_json_text(pack).c_str() : pack.folder.c_str());
    return exit_done;
}

/// A pack's default place is a folder of this name.
std::string check_name(const std::string& name) {
    const bool is_plain = !name.empty() && name.front() != '.' && name.size() <= 64 &&
                          name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                 "0123456789-_.") == std::string::npos;
    return is_plain ? "" : "expected letters, digits, '-', '_' and '.', found " + name;
}

void check_request(const ImportRequest& request) {
    for (const auto& checkpoint : request.checkpoints) {
        if (checkpoint) {
            return;
        }
    }
    throw CLI::RequiredError{"one of --retinaface, --star and --mtl"};
}

constexpr const char* footer =
    "Any of the three networks will do; the pack holds what was given.\n"
    "\n"
    "Examples:\n"
    "  facemirror model import --retinaface Alignment_RetinaFace.pth --star Landmark_98.pkl --mtl "
    "MTL_backbone.pth\n"
    "  facemirror model import --star Landmark_98.pkl -o ~/packs/mine --json\n"
    "  facemirror model import --mtl MTL_backbone.pth --keep-names -o ./for-analysis --name analysis\n"
    "\n"
    "The weights are yours to get; facemirror ships none. RetinaFace's mobilenet0.25_Final.pth is public "
    "under the\n"
    "MIT licence. STAR's and the multitask network's come from their authors: the latter's are for academic "
    "use\n"
    "only, STAR's repository carries no licence file. See docs/models.md.";

} // namespace

void add_model_import(CLI::App& model, Action& action) {
    CLI::App* command = model.add_subcommand(
        "import", "Make a pack of RetinaFace, STAR and the multitask network from your own PyTorch weights.");
    const auto request = std::make_shared<ImportRequest>();
    command->add_option("--retinaface", request->checkpoints[0], "Checkpoint of RetinaFace mobilenet0.25")
        ->type_name("FILE");
    command->add_option("--star", request->checkpoints[1], "Checkpoint of STAR for 98 points")
        ->type_name("FILE");
    command->add_option("--mtl", request->checkpoints[2], "Checkpoint of the multitask network")
        ->type_name("FILE");
    command->add_option("-o,--to", request->to, "Folder of the pack itself [the program's packs folder]")
        ->type_name("PACK");
    command->add_option("--name", request->name, "Name of the pack")
        ->capture_default_str()
        ->check(check_name);
    command
        ->add_option("--star-input", request->star_side_px,
                     "Side of STAR's input in pixels, a multiple of 64")
        ->capture_default_str();
    command->add_flag("--keep-names", request->keep_names,
                      "Write one node for each module of the checkpoint instead of folding, for analysis");
    command->add_flag("--overwrite", request->overwrite, "Replace the pack that is there");
    command->add_flag("--json", request->json, "Print the pack and its networks as JSON");
    command->footer(footer);
    command->callback([&action, request] {
        check_request(*request);
        action = [request] { return import_weights(*request); };
    });
}

} // namespace facemirror
