// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "files.hpp"
#include "tiny_networks.hpp"

#include <facemirror/nn/pack_description.hpp>
#include <facemirror/nn/sha256.hpp>

#include <filesystem>

namespace facemirror {

inline PackDescription tiny_description(const std::filesystem::path& folder) {
    PackedNetwork network;
    network.file = "tiny.xml";
    network.sha256 = sha256_of_file(folder / network.file);
    network.weights_file = "tiny.bin";
    network.weights_sha256 = sha256_of_file(folder / network.weights_file);
    network.input = {{"picture", {1, 4, 16, 16}}, "rgb", {127.5, 127.5, 127.5}, {127.5, 127.5, 127.5}};
    network.outputs = {{"map", {1, 8, 14, 14}}, {"sum", {1, 8, 1, 1}}};
    network.licence = "Apache-2.0";
    network.source = "a test";
    network.threads = {{"f32", 1}};
    PackDescription pack{"tiny", "1", "an engine", "none", {{"tiny", network}}, {}, {}};
    pack.extras["note"] = {"notes/note.txt", sha256_of_file(folder / "notes/note.txt")};
    pack.licences.push_back({"licence.txt", sha256_of_file(folder / "licence.txt")});
    return pack;
}

/// Writes a whole pack with one network "tiny" and one extra "note".
inline void write_tiny_pack(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder / "notes");
    save(tiny_model(), folder / "tiny.xml");
    write_text(folder / "notes/note.txt", "note");
    write_text(folder / "licence.txt", "licence");
    write_text(folder / "pack.json", to_json_text(tiny_description(folder)));
}

} // namespace facemirror
