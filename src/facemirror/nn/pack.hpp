// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/network.hpp>

#include <filesystem>
#include <map>
#include <string>

namespace facemirror {

/// One network of a pack, as its pack.json describes it.
struct PackedNetwork {
    std::string file;   ///< Relative to the pack's folder.
    std::string sha256; ///< Of that file (an IR's .xml; its .bin is hashed as `weights_sha256`).
    std::string weights_file;
    std::string weights_sha256;
    std::string licence;
    std::string source;
    std::map<std::string, int> threads; ///< Inference threads of one stream by precision name.
};

/// A folder of networks with their description. See docs/formats.md for pack.json.
class ModelPack {
public:
    /// Reads and verifies a pack: every file it names exists and has its hash.
    /// Throws   Error{mismatch} naming the pack, the file, expectation and finding.
    explicit ModelPack(const std::filesystem::path& folder);

    [[nodiscard]] const std::string& name() const noexcept { return m_name; }
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return m_folder; }
    [[nodiscard]] const std::map<std::string, PackedNetwork>& networks() const noexcept { return m_networks; }
    [[nodiscard]] bool has(const std::string& network) const { return m_networks.contains(network); }

    /// A network of this pack, ready to run.
    /// Throws   Error{mismatch} if the pack lacks it or lacks this precision.
    [[nodiscard]] std::unique_ptr<Network> open(const std::string& network, Precision precision) const;

    /// An extra file of the pack by its key in pack.json ("canonical_face", ...).
    /// Throws   Error{mismatch} if the pack lacks it.
    [[nodiscard]] std::filesystem::path extra(const std::string& key) const;

private:
    std::string m_name;
    std::filesystem::path m_folder;
    std::map<std::string, PackedNetwork> m_networks;
    std::map<std::string, std::string> m_extras;
};

/// Finds a pack by installed name or folder.
/// Where    a folder is taken as it is; a name is looked up in $FACEMIRROR_PACKS, then `packs` beside the
/// program's project,
///          then $XDG_DATA_HOME/facemirror/packs.
/// Throws   Error{mismatch} listing the places that were searched and the packs that are installed.
[[nodiscard]] std::filesystem::path find_pack(const std::string& name_or_folder);

} // namespace facemirror
