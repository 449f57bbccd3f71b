// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/mesh_fitter.hpp>

#include <facemirror/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace facemirror {

namespace {

double rms(const Landmarks& differences) {
    double sum = 0;
    for (const Point& p : differences) {
        sum += dot(p, p);
    }
    return std::sqrt(sum / static_cast<double>(differences.size()));
}

} // namespace

MeshFitter::MeshFitter(std::unique_ptr<FaceMesh> mesh, int passes)
    : m_mesh{std::move(mesh)}, m_passes{passes} {
    expects(m_mesh != nullptr, "a fitter has a mesh");
    expects(passes == 1 || passes == 2, "passes is 1 or 2");
}

MeshFit MeshFitter::fit(const Frame& frame, RegionCache& regions, const Roi& roi, int iterations) {
    MeshFit fit = fit_once(frame, regions, roi);
    for (int i = 1; i < iterations; ++i) {
        fit = fit_once(frame, regions, roi_from_mesh(fit.mesh));
    }
    return fit;
}

MeshFit MeshFitter::fit_once(const Frame& frame, RegionCache& regions, const Roi& roi) {
    CropView view;
    view.roi = roi;
    view.size_px = input_px();
    const RgbRegion& region = regions.region_for(frame, view);
    const auto first = m_mesh->run(region, view);
    MeshFit fit;
    fit.mesh = first.mesh;
    fit.face_logit = first.face_logit;
    if (m_passes == 2) {
        view.flip = CropFlip::horizontal;
        const auto second = m_mesh->run(region, view);
        fit.mesh = average(first.mesh, second.mesh);
        fit.face_logit = (first.face_logit + second.face_logit) / 2;
        const Landmarks a = wflw_from_mesh(first.mesh);
        const Landmarks b = wflw_from_mesh(second.mesh);
        std::transform(a.begin(), a.end(), b.begin(), fit.flip_difference.begin(), std::minus<>{});
        fit.flip_disagreement_oed = rms(fit.flip_difference) / std::max(outer_eye_distance(fit.mesh), 1.0);
    }
    fit.points = wflw_from_mesh(fit.mesh);
    return fit;
}

} // namespace facemirror
