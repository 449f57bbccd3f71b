// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/network.hpp>
#include <facemirror/nn/pack_description.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace facemirror {

/// A folder of networks with their description. See docs/pack.md for pack.json.
class ModelPack {
public:
    /// Reads and verifies a pack: every file it names exists and has its hash.
    /// Throws   Error{mismatch} naming the pack, the file, expectation and finding.
    explicit ModelPack(const std::filesystem::path& folder);

    [[nodiscard]] const std::string& name() const noexcept { return m_description.name; }
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return m_folder; }
    [[nodiscard]] const std::map<std::string, PackedNetwork>& networks() const noexcept {
        return m_description.networks;
    }
    [[nodiscard]] bool has(const std::string& network) const { return networks().contains(network); }

    /// All that pack.json says, hashes included: what run.json repeats.
    [[nodiscard]] const PackDescription& description() const noexcept { return m_description; }
    /// SHA-256 of pack.json, which names every other file's: one number for the whole pack.
    [[nodiscard]] const std::string& sha256() const noexcept { return m_sha256; }

    /// A network of this pack for `streams` workers that share its weights. `input_shape` fixes the free axes
    /// of its input; empty: there are none. `threads` of each stream; 0: as pack.json says.
    /// Throws   Error{mismatch} if the pack lacks it or lacks this precision, if its tensors are not as
    ///          pack.json says, or if `input_shape` contradicts a fixed axis or leaves one free;
    ///          Error{backend} if the engine cannot compile it.
    [[nodiscard]] std::shared_ptr<CompiledNetwork> compile(const std::string& network, Precision precision,
                                                           int streams,
                                                           const std::vector<std::size_t>& input_shape = {},
                                                           int threads = 0) const;

    /// One network for one worker, with the same failures.
    [[nodiscard]] std::unique_ptr<Network> open(const std::string& network, Precision precision,
                                                const std::vector<std::size_t>& input_shape = {}) const;

    /// An extra file of the pack by its key in pack.json ("canonical_face", ...).
    /// Throws   Error{mismatch} if the pack lacks it.
    [[nodiscard]] std::filesystem::path extra(const std::string& key) const;

private:
    std::filesystem::path m_folder;
    std::string m_sha256;
    PackDescription m_description;
};

/// Holds every file that a description names to its hash.
/// Throws   Error{mismatch} naming the folder, the file, expectation and finding.
void verify_files(const std::filesystem::path& folder, const PackDescription& description);

/// Finds a pack by installed name or folder.
/// Where    A text with a slash, or a folder with a pack.json, is taken as it is; a name is looked up in the
///          folders of packs_folders().
/// Throws   Error{mismatch} listing the places that were searched and the packs that are installed.
[[nodiscard]] std::filesystem::path find_pack(const std::string& name_or_folder);

/// The folders that hold installed packs, first choice first: $FACEMIRROR_PACKS, then `packs` in a folder
/// above the running program (beside the project that it was built in), then $XDG_DATA_HOME/facemirror/packs.
[[nodiscard]] std::vector<std::filesystem::path> packs_folders();

} // namespace facemirror
