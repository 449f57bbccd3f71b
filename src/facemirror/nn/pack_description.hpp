// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/network.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace facemirror {

/// A file of a pack; relative to the pack's folder, never outside it.
struct PackedFile {
    std::string file;
    std::string sha256; ///< 64 lower-case hexadecimal digits.

    friend bool operator==(const PackedFile&, const PackedFile&) = default;
};

/// What a network expects to see: value = (pixel - mean) / scale per channel, pixel 0..255.
struct PackedInput {
    TensorInfo tensor;
    std::string color_order; ///< "rgb" or "bgr".
    std::array<double, 3> mean{};
    std::array<double, 3> scale{1, 1, 1};
};

/// The file of a network in another precision; tensors are as in the network's own file.
struct PackedVariant {
    std::string file;
    std::string sha256;
    std::string weights_file; ///< Empty when `file` holds the weights itself.
    std::string weights_sha256;
    Precision rest = Precision::f32; ///< Arithmetic of what the file does not quantise: f32 or bf16.
};

/// What a comparison of one precision of this pack with another one found.
struct PackedFidelity {
    Precision precision = Precision::int8;
    Precision baseline = Precision::f32;
    std::int64_t frames = 0;
    std::vector<std::string> clips; ///< SHA-256 of each.
    std::string engine;             ///< That ran both.
    std::string sha256;             ///< networks_sha256() of `precision` when both ran.
    std::string baseline_sha256;    ///< The same of `baseline`.
    std::map<std::string, double> measures;
    std::vector<std::string> passed; ///< Names of the sets of gates that hold.
};

/// One network of a pack, as its pack.json describes it.
struct PackedNetwork {
    std::string file;         ///< Relative to the pack's folder.
    std::string sha256;       ///< Of that file (an IR's .xml; its .bin is hashed as `weights_sha256`).
    std::string weights_file; ///< Empty when `file` holds the weights itself.
    std::string weights_sha256;
    PackedInput input;
    std::vector<TensorInfo> outputs;
    std::string licence;
    std::string source;
    std::map<std::string, int> threads; ///< Inference threads of one stream by precision name.
    std::vector<std::string> f32_nodes; ///< Name prefixes of nodes that run in f32 in every precision.
    std::map<std::string, PackedVariant> variants = {}; ///< By precision name; only int8 has its own file.
};

/// What pack.json says. See docs/pack.md.
struct PackDescription {
    std::string name;
    std::string version;
    std::string engine; ///< The engine and version that wrote the networks.
    std::string limits; ///< The makers' own limits of use, for reports.
    std::map<std::string, PackedNetwork> networks;
    std::map<std::string, PackedFile> extras;
    std::vector<PackedFile> licences;
    std::vector<PackedFidelity> fidelity = {}; ///< At most one of each precision.
};

/// Reads the text of a pack.json, whoever wrote it.
/// Throws   Error{mismatch} naming `origin`, the key, expectation and finding.
[[nodiscard]] PackDescription parse_pack_description(std::string_view text, const std::string& origin);

/// SHA-256 over what decides the outputs of all networks in one precision: the hashes of their files, the
/// arithmetic of the rest, the nodes in f32, what the input is scaled by, and the extras' hashes. Names,
/// licences and threads are not in it.
[[nodiscard]] std::string networks_sha256(const PackDescription& description, Precision precision);

/// The text of a pack.json that parse_pack_description() reads back.
[[nodiscard]] std::string to_json_text(const PackDescription& description);

} // namespace facemirror
