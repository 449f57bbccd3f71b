// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/detect/face_detector.hpp>
#include <facemirror/nn/pack.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace facemirror {

/// What a user may say about the detector; empty: as the detector's own options have it.
struct DetectorChoice {
    std::optional<int>
        long_side_px;           ///< Of RetinaFace's input; 0: the frame's own size. BlazeFace has its own.
    std::optional<int> part_px; ///< Side of RetinaFace's square for a part of a frame.
    std::optional<double> min_score; ///< 0..1.
};

/// Takes a network and hands back the one to be used in its place, e.g. one that is timed.
using WrapNetwork =
    std::function<std::unique_ptr<Network>(std::unique_ptr<Network> network, const std::string& name)>;

/// Whether open_detector() finds a detector in a pack.
[[nodiscard]] bool has_detector(const ModelPack& pack);

/// The detector of a pack: network `retinaface`, else `face_detector` with `face_detector_full_range` if the
/// pack has it. RetinaFace opens the sizes that it meets later from the same pack.
/// Throws   Error{mismatch} if the pack has none of them, or as ModelPack::open.
[[nodiscard]] std::unique_ptr<FaceDetector> open_detector(const ModelPack& pack, Precision precision,
                                                          const DetectorChoice& choice,
                                                          const WrapNetwork& wrap = {});

} // namespace facemirror
