// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/import_pack.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/nn/pack.hpp>
#include <facemirror/nn/sha256.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace facemirror {

namespace {

namespace fs = std::filesystem;

constexpr const char* pack_version = "1"; // of our way to write the networks
constexpr const char* engine = "facemirror's import, ONNX operator set 17";
constexpr const char* limits = "The weights come from the user and keep the licence under which the user got "
                               "them; numbers from them are "
                               "for research and are no diagnosis.";
constexpr const char* notice_file = "licences/NOTICE.txt";
constexpr const char* notice =
    "The networks of this pack were written by facemirror from weights that the user of this pack supplied.\n"
    "facemirror ships no weights and gives no licence for these. They keep the licence under which the user\n"
    "got them. As far as we know, and without warranty:\n"
    "\n"
    "- retinaface: the public file mobilenet0.25_Final.pth of biubug6/Pytorch_Retinaface is under the MIT "
    "licence.\n"
    "- star: the public repository of STAR carries no licence file; ask its authors before any use beyond "
    "trying it.\n"
    "- mtl: the multitask weights of OpenFace 3.0 are for academic, non-commercial use.\n"
    "\n"
    "pack.json names the checkpoint of each network by its file name and SHA-256.\n";

// The one checkpoint whose licence we know from its bytes. Source: behaviour.md 21.
constexpr const char* public_retinaface = "2979b33ffafda5d74b6948cd7a5b9a7a62f62b949cef24e95fd15d2883a65220";

// The smallest picture that the detector is tried on; the others have a fixed size.
constexpr std::size_t trial_side_px = 64;

TensorInfo to_tensor_info(const GraphTensor& tensor) {
    return {tensor.name, tensor.shape};
}

PackedNetwork describe(const std::string& name, const ImportedNetwork& built, const fs::path& checkpoint,
                       const std::string& checkpoint_sha256) {
    PackedNetwork network;
    network.file = name + ".onnx";
    network.input = {
        to_tensor_info(built.interface.input), built.interface.color_order, {0, 0, 0}, {1, 1, 1}};
    std::ranges::transform(built.interface.outputs, std::back_inserter(network.outputs), to_tensor_info);
    network.f32_nodes = built.interface.f32_nodes;
    network.licence = checkpoint_sha256 == public_retinaface ? "MIT" : "LicenseRef-of-the-user's-weights";
    network.source =
        fmt::format("{}, SHA-256 of the checkpoint {}", checkpoint.filename().string(), checkpoint_sha256);
    network.threads = {{name_of(Precision::f32), 1}, {name_of(Precision::bf16), 1}};
    return network;
}

/// Returns  The number of parameters of the checkpoint.
std::int64_t add_network(PackWriter& writer, NetworkKind kind, const fs::path& file,
                         const ImportPackOptions& options) {
    const std::string name = name_of(kind);
    options.progress(fmt::format("{}: reading {}", name, file.string()));
    const Checkpoint checkpoint = Checkpoint::read(file);
    const ImportedNetwork built = build_network(kind, checkpoint, options.import);
    options.progress(
        fmt::format("{}: {} parameters{}, writing {:.1f} MB", name, built.parameters,
                    built.dropped.empty()
                        ? std::string{}
                        : fmt::format(", {} tensors of unused convolutions left out", built.dropped.size()),
                    static_cast<double>(built.onnx.size()) / 1e6));
    writer.add_network(name, describe(name, built, file, sha256_of_file(file)), built.onnx);
    return built.parameters;
}

/// The engine must take what was written, and find the tensors that pack.json names.
void try_network(const ModelPack& pack, const std::string& name, const PackedNetwork& network) {
    std::vector<std::size_t> shape = network.input.tensor.shape;
    shape.front() = 1;
    std::ranges::replace(shape, std::size_t{0}, trial_side_px);
    static_cast<void>(pack.compile(name, Precision::f32, 1, shape));
}

} // namespace

ImportedPack import_pack(const fs::path& destination, const ImportPackOptions& options) {
    expects(!options.checkpoints.empty(), "a pack has at least one network");
    if (options.checkpoints.contains(NetworkKind::star)) { // before any file is read
        static_cast<void>(interface_of(NetworkKind::star, options.import.star_side_px));
    }
    PackDescription description;
    description.name = options.name;
    description.version = pack_version;
    description.engine = engine;
    description.limits = limits;
    PackWriter writer{destination, std::move(description), options.existing};
    ImportedPack result;
    result.folder = writer.destination();
    for (const auto& [kind, file] : options.checkpoints) {
        result.networks[name_of(kind)].parameters = add_network(writer, kind, file, options);
    }
    writer.add_licence(notice_file, notice);
    options.progress("verifying the pack");
    const ModelPack pack = writer.finish();
    for (const auto& [name, network] : pack.networks()) {
        try_network(pack, name, network);
        result.networks[name].file = network.file;
        result.networks[name].sha256 = network.sha256;
    }
    writer.publish();
    return result;
}

} // namespace facemirror
