// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>
#include <facemirror/core/face.hpp>
#include <facemirror/measure/multitask_values.hpp>
#include <facemirror/nn/network.hpp>

#include <array>
#include <memory>
#include <vector>

namespace facemirror {

struct MultitaskOptions {
    double margin = 0; ///< Added on each side of the face's box; share of its width and height.
};

/// Looks at both mirrored halves of a face in one batch.
///
/// Both halves are shown the same way round, the kept half on the picture's left, so that a network that
/// prefers one side prefers it for both halves; the sign of the other half's yaw is turned back.
class MultitaskNetwork {
public:
    /// Throws   Error{mismatch} if the network's inputs and outputs are not this network's for a batch of 2.
    explicit MultitaskNetwork(std::unique_ptr<Network> network);

    /// Values by Side. `view` is multitask_view(); the region must hold what multitask_half() of both sides
    /// can sample. Throws   Error{backend} if inference fails. Threads  One at a time.
    std::array<MultitaskValues, 2> run(const RgbRegion& region, const CropView& view, const Midline& midline);

private:
    std::unique_ptr<Network> m_network;
    std::vector<float> m_fine; // RGB, twice as fine as the input
    std::vector<float> m_crop; // RGB
};

/// What the network shall see of a face: its box about the midline, which divides it into equal halves.
/// The same for both halves, so that both are seen in one scale. The picture is squeezed into a square, as
/// the network's makers do.
/// Shapes   98 points in px of the frame.
/// Source   behaviour.md 14; extent of the box: docs/decisions/0055-multitask-crop.md.
[[nodiscard]] CropView multitask_view(const Landmarks& points, const Midline& midline,
                                      const MultitaskOptions& options) noexcept;

/// What is sampled of that view for one half: finer, and with the kept half on the picture's left.
[[nodiscard]] CropView multitask_half(CropView view, const Midline& midline, Side side) noexcept;

} // namespace facemirror
