// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/landmarks/face_mesh.hpp>
#include <facemirror/pipeline/detail/region_cache.hpp>

#include <memory>

namespace facemirror {

/// The mesh that a region of interest led to.
struct MeshFit {
    Mesh mesh{}; ///< Averaged over the passes.
    Landmarks points{};
    Landmarks flip_difference{};      ///< Point by point, first pass minus flipped pass; px, 0 with one pass.
    double face_logit = 0;            ///< Mean of the passes.
    double flip_disagreement_oed = 0; ///< Rms distance of the passes' 98 points, in outer-eye distances.
};

/// Fits the mesh to a face, several times in the region that the last fit gave.
class MeshFitter {
public:
    /// `passes` 1: the picture only; 2: averaged with its flipped pass.
    MeshFitter(std::unique_ptr<FaceMesh> mesh, int passes);

    [[nodiscard]] int input_px() const noexcept { return m_mesh->input_px(); }
    [[nodiscard]] int passes() const noexcept { return m_passes; }

    /// Throws   Error{backend} if inference fails.
    MeshFit fit(const Frame& frame, RegionCache& regions, const Roi& roi, int iterations);

private:
    MeshFit fit_once(const Frame& frame, RegionCache& regions, const Roi& roi);

    std::unique_ptr<FaceMesh> m_mesh;
    int m_passes;
};

} // namespace facemirror
