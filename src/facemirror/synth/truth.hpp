// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/synth/scene.hpp>

#include <string>

namespace facemirror {

/// Everything that is true of a clip, as a JSON document: options, points at rest, movements with their
/// spots, and each frame's times, strengths, displacements and positions. Keys: docs/synth.md. Shapes `photo`
/// and `video` name the files the clip was made of and written to.
[[nodiscard]] std::string truth_json(const Scene& scene, const std::string& photo, const std::string& video);

} // namespace facemirror
