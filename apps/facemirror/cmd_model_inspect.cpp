// SPDX-License-Identifier: Apache-2.0
#include "exit_code.hpp"
#include "model_command.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/graph/inspect.hpp>
#include <facemirror/nn/pack.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace facemirror {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Shape = std::vector<std::int64_t>;

struct InspectRequest {
    std::string what;
    Shape input_shape;
    bool json = false;
};

std::string to_text(const Shape& shape) {
    return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

Json to_json(const LayerReport& layer) {
    Json json{{"name", layer.name},      {"op", layer.op},
              {"output_shape", nullptr}, {"parameters", layer.parameters},
              {"macs", layer.macs},      {"memory_bytes", layer.memory_bytes}};
    if (layer.output_shape) {
        json["output_shape"] = *layer.output_shape;
    }
    if (!layer.kernel.empty()) {
        json["kernel"] = layer.kernel;
    }
    if (layer.is_unused) {
        json["unused"] = true;
    }
    return json;
}

Json to_json(const NetworkReport& report) {
    Json json{{"graph", report.graph},
              {"input_shape", report.input_shape},
              {"layout", report.layout},
              {"parameters", report.parameters},
              {"unused_parameters", report.unused_parameters},
              {"macs", report.macs},
              {"layers_of_unknown_size", report.layers_of_unknown_size},
              {"weight_bytes", report.weight_bytes},
              {"ops", report.ops},
              {"norms", norms_in(report)},
              {"activations", activations_in(report)},
              {"layers", Json::array()}};
    for (const LayerReport& layer : report.layers) {
        json["layers"].push_back(to_json(layer));
    }
    for (const CheckpointEntry& entry : report.tensors) {
        json["tensors"].push_back(
            {{"name", entry.name}, {"shape", entry.shape}, {"type", name_of(entry.type)}});
    }
    return json;
}

void print_layers(const NetworkReport& report) {
    fmt::print("{:<52} {:<20} {:>15} {:>7} {:>12} {:>14} {:>12}\n", "layer", "op", "output", "kernel",
               "parameters", "MACs", "bytes");
    for (const LayerReport& layer : report.layers) {
        fmt::print("{:<52} {:<20} {:>15} {:>7} {:>12} {:>14} {:>12}{}\n", layer.name, layer.op,
                   layer.output_shape ? to_text(*layer.output_shape) : "?",
                   layer.kernel.empty() ? "" : to_text(layer.kernel), layer.parameters, layer.macs,
                   layer.memory_bytes, layer.is_unused ? "  unused" : "");
    }
}

std::string to_text(const std::map<std::string, std::int64_t>& counts) {
    std::vector<std::string> parts;
    for (const auto& [name, count] : counts) {
        parts.push_back(fmt::format("{} {}", count, name));
    }
    return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

void print_report(const std::string& name, const NetworkReport& report) {
    fmt::print("{}: {}\ninput {}, {}\n\n", name, report.graph, to_text(report.input_shape), report.layout);
    print_layers(report);
    fmt::print("\nparameters   {} ({} of them unused)\n", report.parameters, report.unused_parameters);
    fmt::print("MACs         {} ({:.2f} GMAC) for this input\n", report.macs,
               static_cast<double>(report.macs) / 1e9);
    fmt::print("weights      {:.1f} MB as stored\n", static_cast<double>(report.weight_bytes) / 1e6);
    if (report.layers_of_unknown_size > 0) {
        fmt::print("             without {} layers whose size is not known\n", report.layers_of_unknown_size);
    }
    if (!report.tensors.empty()) {
        fmt::print("tensors      {}\n", report.tensors.size());
    }
    fmt::print("operators    {}\nnorms        {}\nactivations  {}\n", to_text(report.ops),
               to_text(norms_in(report)), to_text(activations_in(report)));
}

/// A pack is given by its folder or its installed name; other files are what their ending says.
int inspect_pack(const ModelPack& pack, const InspectRequest& request) {
    Json json{{"networks", Json::object()}};
    for (const auto& [name, network] : pack.networks()) {
        if (fs::path{network.file}.extension() != ".onnx") {
            throw Error{ErrorCode::unsupported,
                        fmt::format("pack {}: network {}: expected an ONNX file, found {}",
                                    pack.folder().string(), name, network.file)};
        }
        const NetworkReport report = inspect_onnx(read_onnx(pack.folder() / network.file));
        if (request.json) {
            json["networks"][name] = to_json(report);
        } else {
            print_report(name, report);
            fmt::print("\n");
        }
    }
    if (request.json) {
        fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    return exit_done;
}

int inspect(const InspectRequest& request) {
    const fs::path file{request.what};
    if (!fs::is_regular_file(file) && (fs::is_directory(file) || !file.has_extension())) {
        return inspect_pack(ModelPack{find_pack(request.what)}, request);
    }
    const NetworkReport report = file.extension() == ".onnx"
                                     ? inspect_onnx(read_onnx(file, request.input_shape))
                                     : inspect_checkpoint(Checkpoint::read(file), request.input_shape);
    if (request.json) {
        fmt::print("{}\n", to_json(report).dump(-1, ' ', false, Json::error_handler_t::replace));
    } else {
        print_report(request.what, report);
    }
    return exit_done;
}

} // namespace

void add_model_inspect(CLI::App& model, Action& action) {
    CLI::App* command = model.add_subcommand(
        "inspect", "Show the layers, parameters and MACs of an ONNX file, a checkpoint or a pack.");
    const auto request = std::make_shared<InspectRequest>();
    command->add_option("FILE", request->what, "ONNX file, PyTorch checkpoint, or a pack's folder or name")
        ->required();
    command
        ->add_option("--input", request->input_shape,
                     "Shape of the input where the file leaves it free [1,3,640,640 or the file's own]")
        ->type_name("N,C,H,W")
        ->delimiter(',');
    command->add_flag("--json", request->json, "Print it as JSON");
    command->footer(
        "A checkpoint's numbers are those of its unfolded network, unused weights included; an ONNX\n"
        "file's are its own, in which norms may be folded and constants count as parameters.\n"
        "\n"
        "Examples:\n"
        "  facemirror model inspect Landmark_98.pkl\n"
        "  facemirror model inspect Alignment_RetinaFace.pth --input 1,3,1080,1920 --json\n"
        "  facemirror model inspect star-mtl");
    command->callback([&action, request] { action = [request] { return inspect(*request); }; });
}

} // namespace facemirror
