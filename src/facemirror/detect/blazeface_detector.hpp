// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>
#include <facemirror/core/face.hpp>
#include <facemirror/nn/network.hpp>

#include <memory>
#include <vector>

namespace facemirror {

/// Source   default-models.md 4.1: MediaPipe's own thresholds.
struct DetectorOptions {
    double min_score_short = 0.5; ///< Faces of the short-range network scored lower are dropped; 0..1.
    double min_score_full = 0.6;  ///< Likewise for the full-range network.
    double min_overlap = 0.3;     ///< Candidates that overlap more (IoU, 0..1) are averaged into one face.
};

/// Finds the faces of a frame with BlazeFace, best first.
class FaceDetector {
public:
    /// `full_range` looks for small faces when `short_range` finds none; it may be null.
    /// Throws   Error{mismatch} if a network's inputs and outputs are not BlazeFace's.
    FaceDetector(std::unique_ptr<Network> short_range, std::unique_ptr<Network> full_range,
                 DetectorOptions options);

    /// Returns  An empty list when there is no face: an answer, not a failure.
    /// Throws   Error{backend} if inference fails.
    /// Threads  One at a time; each worker owns a detector.
    /// Cost     Reads the whole frame as RGB, so it is meant for frames in which a face must be looked for.
    std::vector<Face> detect(const Frame& frame);

private:
    std::vector<Face> run(Network& network, const Frame& frame, double min_score);

    std::unique_ptr<Network> m_short_range;
    std::unique_ptr<Network> m_full_range;
    DetectorOptions m_options;
    RgbRegion m_region;
};

} // namespace facemirror
