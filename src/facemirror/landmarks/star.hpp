// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>
#include <facemirror/core/face.hpp>
#include <facemirror/nn/network.hpp>

#include <array>
#include <memory>
#include <vector>

namespace facemirror {

/// How sure each landmark is, 0..1.
using LandmarkConfidence = std::array<double, wflw::size>;

/// Finds the 98 landmarks in an upright square crop by the heat map of each point.
class StarNetwork {
public:
    struct Result {
        Landmarks points; ///< px in the frame; sides are the patient's, for a flipped crop too.
        /// 1 - spread / spread of an even heat map, 0 where there is no heat: 1 for a point of heat, 0 for
        /// heat all over the crop. Not calibrated against errors.
        LandmarkConfidence confidence;
    };

    /// Throws   Error{mismatch} if the network's inputs and outputs are not this network's.
    /// Source   Form of the network: behaviour.md 6 and 24.2; outputs heat, spread, landmarks:
    /// docs/models.md.
    explicit StarNetwork(std::unique_ptr<Network> network);

    /// The side of the square that the network sees; px.
    [[nodiscard]] int input_px() const noexcept { return m_input_px; }

    /// The crop of a face whose side is `side_px`: upright, black outside of the picture.
    /// Source   behaviour.md 6: u = s (x - cx) + 127.5 with s = 256 / side, so the crop's centre lies half a
    ///          crop pixel further than in the corner convention of CropView.
    [[nodiscard]] CropView view_of(Point center, double side_px, CropFlip flip) const noexcept;

    /// Looks at `view` of a frame; the region must hold all that the view can sample (bounds_of).
    /// Throws   Error{backend} if inference fails or overflows.
    /// Threads  One at a time.
    Result run(const RgbRegion& region, const CropView& view);

private:
    std::unique_ptr<Network> m_network;
    std::vector<float> m_crop; // RGB, interleaved
    int m_input_px = 0;
};

/// The smallest upright box round the landmarks; px.
[[nodiscard]] Box box_of(const Landmarks& points) noexcept;

/// Mean confidence of all points; what a frame is judged by.
[[nodiscard]] double mean_of(const LandmarkConfidence& confidence) noexcept;

} // namespace facemirror
