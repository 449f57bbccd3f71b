// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>
#include <facemirror/detect/face_detector.hpp>
#include <facemirror/nn/network.hpp>

#include <memory>
#include <vector>

namespace facemirror {

/// Source   default-models.md 4.1: MediaPipe's own thresholds.
struct BlazeFaceOptions {
    double min_score_short = 0.5; ///< Faces of the short-range network scored lower are dropped; 0..1.
    double min_score_full = 0.6;  ///< Likewise for the full-range network.
    double min_overlap = 0.3;     ///< Candidates that overlap more (IoU, 0..1) are averaged into one face.
};

/// Finds faces with BlazeFace, always in the whole frame: its networks see 192 px of it at most.
class BlazeFaceDetector final : public FaceDetector {
public:
    /// `full_range` looks for small faces when `short_range` finds none; it may be null.
    /// Throws   Error{mismatch} if a network's inputs and outputs are not BlazeFace's.
    BlazeFaceDetector(std::unique_ptr<Network> short_range, std::unique_ptr<Network> full_range,
                      BlazeFaceOptions options);

    [[nodiscard]] std::size_t point_count() const noexcept override { return 6; }
    std::vector<Face> detect(const Frame& frame, const std::optional<Box>& within) override;

private:
    std::vector<Face> run(Network& network, const Frame& frame, double min_score);

    std::unique_ptr<Network> m_short_range;
    std::unique_ptr<Network> m_full_range;
    BlazeFaceOptions m_options;
    RgbRegion m_region;
};

} // namespace facemirror
