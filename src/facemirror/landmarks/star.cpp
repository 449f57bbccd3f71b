// SPDX-License-Identifier: Apache-2.0
#include <facemirror/landmarks/star.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/core/sample_planes.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace facemirror {

namespace {

enum Output : std::size_t { heat, spread, landmarks, output_count };

struct OutputForm {
    const char* name;
    std::vector<std::size_t> shape;
};

const std::array<OutputForm, output_count> forms{
    {{"heat", {1, wflw::size}}, {"spread", {1, wflw::size}}, {"landmarks", {1, wflw::size, 2}}}};

/// Root mean square distance from its centre of heat that covers the whole crop evenly: each axis of -1..1
/// adds 1/3.
const double even_spread = std::sqrt(2.0 / 3);

int input_side(const Network& network) {
    const auto& inputs = network.inputs();
    const bool fits = inputs.size() == 1 && inputs[0].shape.size() == 4 && inputs[0].shape[0] == 1 &&
                      inputs[0].shape[1] == 3 && inputs[0].shape[2] == inputs[0].shape[3] &&
                      inputs[0].shape[2] > 0 && inputs[0].shape[2] <= 1024;
    if (!fits) {
        throw Error{ErrorCode::mismatch, "star: expected one input of 1 x 3 x side x side, found another"};
    }
    return static_cast<int>(inputs[0].shape[2]);
}

void check_outputs(const Network& network) {
    bool fits = network.outputs().size() == output_count;
    for (std::size_t i = 0; fits && i < output_count; ++i) {
        fits = network.outputs()[i].name == forms[i].name && network.outputs()[i].shape == forms[i].shape;
    }
    if (!fits) {
        throw Error{
            ErrorCode::mismatch,
            "star: expected the outputs heat 1 x 98, spread 1 x 98, landmarks 1 x 98 x 2, found others"};
    }
}

} // namespace

StarNetwork::StarNetwork(std::unique_ptr<Network> network) : m_network{std::move(network)} {
    expects(m_network != nullptr, "there is a network");
    m_input_px = input_side(*m_network);
    check_outputs(*m_network);
    m_crop.resize(m_network->input(0).size());
}

CropView StarNetwork::view_of(Point center, double side_px, CropFlip flip) const noexcept {
    const double half_pixel = side_px / m_input_px / 2;
    const double right = flip == CropFlip::none ? half_pixel : -half_pixel;
    return {{center + Point{right, half_pixel}, side_px, 0}, m_input_px, flip, CropBorder::black, {}, 1};
}

StarNetwork::Result StarNetwork::run(const RgbRegion& region, const CropView& view) {
    expects(view.size_px == m_input_px, "the view has the network's input size");
    sample_crop(region, view, m_crop);
    write_planes(m_crop, ChannelOrder::bgr, m_network->input(0));
    m_network->run();
    const auto values = m_network->output(landmarks);
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
        throw Error{ErrorCode::backend,
                    "star: expected finite landmarks, found others: the weights overflow"};
    }
    // -1..1 is the crop from edge to edge, so a unit is half its side (behaviour.md 6, T7).
    const double half_px = m_input_px / 2.0;
    Result result;
    for (std::size_t k = 0; k < wflw::size; ++k) {
        const Point in_crop{half_px * values[2 * k] + half_px - 0.5,
                            half_px * values[2 * k + 1] + half_px - 0.5};
        // In a flipped crop the network takes the patient's left side for the right one.
        const std::size_t to = view.flip == CropFlip::none ? k : wflw::partner[k];
        result.points[to] = view.to_frame(in_crop);
        const double share = m_network->output(spread)[k] / even_spread;
        result.confidence[to] = m_network->output(heat)[k] > 0 ? std::clamp(1 - share, 0.0, 1.0) : 0;
    }
    return result;
}

Box box_of(const Landmarks& points) noexcept {
    const auto [left, right] = std::ranges::minmax_element(points, {}, &Point::x);
    const auto [top, bottom] = std::ranges::minmax_element(points, {}, &Point::y);
    return {left->x, top->y, right->x, bottom->y};
}

double mean_of(const LandmarkConfidence& confidence) noexcept {
    return std::accumulate(confidence.begin(), confidence.end(), 0.0) /
           static_cast<double>(confidence.size());
}

} // namespace facemirror
