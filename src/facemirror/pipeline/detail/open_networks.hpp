// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/landmarks/face_mesh.hpp>
#include <facemirror/measure/head_fit.hpp>
#include <facemirror/measure/multitask.hpp>
#include <facemirror/pipeline/models.hpp>
#include <facemirror/pipeline/open_detector.hpp>
#include <facemirror/pipeline/tracker.hpp>

#include <memory>
#include <string>
#include <vector>

namespace facemirror {

/// Opens the networks of a run, each for one inference stream.
class NetworkOpener {
public:
    NetworkOpener(const Models& models, Precision precision, WrapNetwork wrap = {});

    /// The mesh network of the pack that delivers a part.
    [[nodiscard]] std::unique_ptr<FaceMesh> mesh(Part part) const;
    /// A tracker that runs up to `streams` landmark networks at once.
    [[nodiscard]] std::unique_ptr<FaceTracker> tracker(const TrackerOptions& options,
                                                       const DetectorChoice& choice, int streams) const;
    /// Multitask networks for so many workers; they share the weights.
    [[nodiscard]] std::vector<std::unique_ptr<MultitaskNetwork>> multitask(int workers) const;
    [[nodiscard]] CanonicalFace head() const;

private:
    [[nodiscard]] std::unique_ptr<FaceTracker>
    every_frame_tracker(const TrackerOptions& options, const DetectorChoice& choice, int streams) const;
    [[nodiscard]] std::unique_ptr<Network> open(const ModelPack& pack, const std::string& name,
                                                const std::vector<std::size_t>& shape = {}) const;
    /// Streams of one network, which share the weights.
    [[nodiscard]] std::vector<std::unique_ptr<Network>>
    open_streams(const ModelPack& pack, const std::string& name, std::size_t batch, int streams) const;
    [[nodiscard]] std::unique_ptr<Network> wrapped(std::unique_ptr<Network> network,
                                                   const std::string& name) const;

    const Models& m_models;
    Precision m_precision;
    WrapNetwork m_wrap;
};

} // namespace facemirror
