// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/open_networks.hpp>

#include <facemirror/landmarks/star.hpp>
#include <facemirror/pipeline/detail/cadence_tracker.hpp>
#include <facemirror/pipeline/detail/mesh_tracker.hpp>
#include <facemirror/pipeline/detail/star_tracker.hpp>

#include <algorithm>
#include <utility>

namespace facemirror {

namespace {

/// The shape of a packed network's input with the batch axis, which may be free, set.
std::vector<std::size_t> input_shape(const ModelPack& pack, const std::string& name, std::size_t batch) {
    std::vector<std::size_t> shape = pack.networks().at(name).input.tensor.shape;
    shape.front() = batch;
    return shape;
}

} // namespace

NetworkOpener::NetworkOpener(const Models& models, Precision precision, WrapNetwork wrap)
    : m_models{models}, m_precision{precision}, m_wrap{std::move(wrap)} {}

std::unique_ptr<Network> NetworkOpener::wrapped(std::unique_ptr<Network> network,
                                                const std::string& name) const {
    return m_wrap ? m_wrap(std::move(network), name) : std::move(network);
}

std::unique_ptr<Network> NetworkOpener::open(const ModelPack& pack, const std::string& name,
                                             const std::vector<std::size_t>& shape) const {
    return wrapped(pack.open(name, m_precision, shape), name);
}

std::unique_ptr<FaceMesh> NetworkOpener::mesh(Part part) const {
    return std::make_unique<FaceMesh>(open(m_models.pack_for(part), "mesh"));
}

std::unique_ptr<FaceTracker> NetworkOpener::tracker(const TrackerOptions& options,
                                                    const DetectorChoice& choice, int streams) const {
    auto tracker = every_frame_tracker(options, choice, streams);
    if (options.cadence.every == 1) {
        return tracker;
    }
    return std::make_unique<CadenceTracker>(std::move(tracker), options.cadence, options.tick_s);
}

std::unique_ptr<FaceTracker> NetworkOpener::every_frame_tracker(const TrackerOptions& options,
                                                                const DetectorChoice& choice,
                                                                int streams) const {
    auto detector = options.face_box
                        ? nullptr
                        : open_detector(m_models.pack_for(Part::detector), m_precision, choice, m_wrap);
    const std::string name = m_models.network_for(Part::landmarks);
    if (name == "mesh") {
        return std::make_unique<MeshTracker>(std::move(detector), mesh(Part::landmarks), head(), options);
    }
    const int at_once = std::min(streams, static_cast<int>(StarTracker::frames_in_flight));
    std::vector<std::unique_ptr<StarNetwork>> networks;
    for (auto& network : open_streams(m_models.pack_for(Part::landmarks), name, 1, at_once)) {
        networks.push_back(std::make_unique<StarNetwork>(std::move(network)));
    }
    return std::make_unique<StarTracker>(std::move(detector), std::move(networks), head(), options);
}

std::vector<std::unique_ptr<MultitaskNetwork>> NetworkOpener::multitask(int workers) const {
    constexpr std::size_t halves = 2;
    const ModelPack& pack = m_models.pack_for(Part::halves);
    const std::string name = m_models.network_for(Part::halves);
    std::vector<std::unique_ptr<MultitaskNetwork>> networks;
    for (auto& network : open_streams(pack, name, halves, workers)) {
        networks.push_back(std::make_unique<MultitaskNetwork>(std::move(network)));
    }
    return networks;
}

std::vector<std::unique_ptr<Network>> NetworkOpener::open_streams(const ModelPack& pack,
                                                                  const std::string& name, std::size_t batch,
                                                                  int streams) const {
    const auto compiled = pack.compile(name, m_precision, streams, input_shape(pack, name, batch));
    std::vector<std::unique_ptr<Network>> opened;
    opened.reserve(static_cast<std::size_t>(streams));
    for (int i = 0; i < streams; ++i) {
        opened.push_back(wrapped(compiled->new_stream(), name));
    }
    return opened;
}

CanonicalFace NetworkOpener::head() const {
    return CanonicalFace::load(m_models.pack_for(Part::head).extra("canonical_face"));
}

std::unique_ptr<FaceTracker> open_tracker(const Models& models, Precision precision,
                                          const TrackerOptions& options, const DetectorChoice& choice) {
    return NetworkOpener{models, precision}.tracker(options, choice, 1);
}

} // namespace facemirror
