// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/synth/scene.hpp>

#include <filesystem>
#include <string>

namespace facemirror {

/// A clip to be made from a still photograph.
struct ClipOptions {
    std::string photo;  ///< File; empty: the sample photograph.
    std::string points; ///< JSON file with the 98 points of the photograph; empty: the pack finds them.
    std::string pack = "mediapipe";
    Framing framing;
    bool closed_lips = false; ///< See close_lips().
    SceneOptions scene;
    int quality = 12; ///< Constant rate factor; lower than of a run, so that the clip's own noise is small.
};

/// The sample photograph: $FACEMIRROR_ASTRONAUT, else .cache/astronaut.png in the nearest folder above the
/// program that has it (./facemirror takes it from scikit-image's wheel).
/// Throws   Error{not_found} naming both places.
[[nodiscard]] std::filesystem::path sample_photo();

/// Writes the clip and, beside it with the extension .json, its truth (docs/synth.md).
/// Throws   Error: the photograph cannot be read or shows no face, the movements fold the picture, an output
/// cannot be written.
void make_clip(const ClipOptions& options, const std::filesystem::path& video);

} // namespace facemirror
