// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/pack_description.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace facemirror {

class ModelPack;

/// What to do about a pack that is already at the destination and is not what would be installed.
enum class ExistingPack { keep, replace };

/// Makes a pack in a hidden folder beside its place and moves it there in one step when it is whole. What was
/// there before stays until then, and nothing stays of a pack that is not finished.
class PackWriter {
public:
    /// `description` says what is not a file: name, version, engine and limits.
    /// Throws   Error{output} if the place holds something that is no pack, or a pack that is to be kept, or
    ///          cannot be written.
    PackWriter(const std::filesystem::path& destination, PackDescription description, ExistingPack existing);
    ~PackWriter();
    PackWriter(const PackWriter&) = delete;
    PackWriter& operator=(const PackWriter&) = delete;

    /// Writes a network to `network.file`; its hash is filled in.
    /// Throws   Error{output}.
    void add_network(const std::string& name, PackedNetwork network, std::span<const std::byte> bytes);

    /// Writes a licence text; `file` is relative to the pack.
    /// Throws   Error{output}.
    void add_licence(const std::string& file, std::string_view text);

    /// Writes pack.json and verifies what was written.
    /// Returns  The finished pack, still in its hidden folder: the place to try its networks.
    /// Throws   Error{output}, Error{mismatch}.
    [[nodiscard]] ModelPack finish();

    /// Moves the finished pack to its place. Nothing may be added any more.
    /// Throws   Error{output}; then the place is as it was.
    void publish();

    [[nodiscard]] const PackDescription& description() const noexcept;
    /// Absolute.
    [[nodiscard]] const std::filesystem::path& destination() const noexcept;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace facemirror
