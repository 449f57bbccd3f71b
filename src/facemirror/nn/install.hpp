// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/pack_writer.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace facemirror {

enum class InstallOutcome { installed, already_there };

struct InstallOptions {
    /// A folder that already holds the two packages as `npm pack` names them; nullopt: npm fetches them.
    std::optional<std::filesystem::path> from_folder;
    ExistingPack existing = ExistingPack::keep;
    std::function<void(const std::string&)> progress = [](const std::string&) {}; ///< One line per step.
};

/// Installs the default pack: takes MediaPipe's networks from two pinned npm packages, checks each by its
/// SHA-256, turns them into IR and moves the finished, verified pack to `destination` in one step. A failure
/// leaves what was there before.
/// Throws   Error{backend} if npm is missing or fails, Error{not_found} if `from_folder` lacks a package,
///          Error{corrupted} if a package is cut off, Error{mismatch} if a content is not the pinned one or a
///          damaged pack is to be kept, Error{output} if the pack cannot be written.
/// Source   default-models.md 2.
InstallOutcome install_mediapipe(const std::filesystem::path& destination, const InstallOptions& options);

} // namespace facemirror
