// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>
#include <facemirror/core/face.hpp>
#include <facemirror/landmarks/mesh_geometry.hpp>
#include <facemirror/nn/network.hpp>

#include <array>
#include <cstddef>
#include <memory>

namespace facemirror {

/// Fits the attention mesh to the face that a crop shows.
class FaceMesh {
public:
    struct Result {
        Mesh mesh; ///< px in the frame; sides are the patient's, for a flipped crop too.
        double face_logit =
            0; ///< The network's face flag before the sigmoid; about 20 to 30 on a clear face.
    };

    /// Throws   Error{mismatch} if the network's inputs and outputs are not the attention mesh's.
    explicit FaceMesh(std::unique_ptr<Network> network);

    /// The side of the square that the network sees; px.
    [[nodiscard]] int input_px() const noexcept { return m_input_px; }

    /// Looks at `view` of a frame; the region must hold all that the view can sample (bounds_of).
    /// With a half set in the view, the mesh is that of the mirrored picture, in the frame's coordinates.
    /// Throws   Error{backend} if inference fails.
    /// Threads  One at a time; each worker owns a mesh.
    Result run(const RgbRegion& region, const CropView& view);

private:
    enum Output : std::size_t { mesh, lips, right_eye, left_eye, right_iris, left_iris, flag, output_count };

    std::unique_ptr<Network> m_network;
    std::array<std::size_t, output_count> m_outputs{};
    int m_input_px = 0;
};

} // namespace facemirror
