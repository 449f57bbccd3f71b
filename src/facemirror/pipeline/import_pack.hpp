// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/import.hpp>
#include <facemirror/nn/pack_writer.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace facemirror {

struct ImportPackOptions {
    std::map<NetworkKind, std::filesystem::path> checkpoints; ///< Any of the three, at least one.
    std::string name = "star-mtl";
    ImportOptions import;
    ExistingPack existing = ExistingPack::keep;
    std::function<void(const std::string&)> progress = [](const std::string&) {}; ///< One line per step.
};

/// What was written for one network.
struct ImportedFile {
    std::string file; ///< Relative to the pack.
    std::string sha256;
    std::int64_t parameters = 0; ///< Of the checkpoint, see ImportedNetwork.
};

struct ImportedPack {
    std::filesystem::path folder;
    std::map<std::string, ImportedFile> networks;
};

/// Makes a pack of the networks whose weights the user has: reads each checkpoint, checks every tensor,
/// writes ONNX, compiles it once and moves the finished pack to `destination` in one step. A failure leaves
/// what was there before. Throws   The errors of Checkpoint::read() and build_network(); Error{mismatch} or
/// Error{backend} if the
///          engine does not take a network; Error{output} if the pack cannot be written.
/// Cost     One network at a time in memory: five times the largest file.
/// Source   docs/pack.md, docs/decisions/0023-onnx-import.md.
[[nodiscard]] ImportedPack import_pack(const std::filesystem::path& destination,
                                       const ImportPackOptions& options);

} // namespace facemirror
