// SPDX-License-Identifier: Apache-2.0
#include <facemirror/detect/blazeface_detector.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/detect/detail/blazeface.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace facemirror {

namespace {

/// The frame is averaged down to a longer side of 512 to 1023 px before it is sampled. Both networks see at
/// most 192 px, so nothing is lost, and sampling a large frame point by point would alias.
constexpr int region_side_px = 512;

std::string shape_of(const TensorInfo& tensor) {
    std::string text = tensor.name + " [";
    for (const std::size_t size : tensor.shape) {
        text += std::to_string(size) + ' ';
    }
    text.back() = ']';
    return text;
}

/// Outputs are told apart by their last dimension: the two BlazeFace networks name them differently.
std::size_t output_with(const Network& network, std::size_t anchors, std::size_t values) {
    for (std::size_t i = 0; i < network.outputs().size(); ++i) {
        const auto& shape = network.outputs()[i].shape;
        if (shape.size() == 3 && shape[1] == anchors && shape[2] == values) {
            return i;
        }
    }
    throw Error{ErrorCode::mismatch, "face detector: expected an output of " + std::to_string(anchors) +
                                         " x " + std::to_string(values) + " values, found none"};
}

int input_side(const Network& network) {
    const auto& inputs = network.inputs();
    expects(!inputs.empty(), "a network has an input");
    const auto& shape = inputs[0].shape;
    if (shape.size() != 4 || shape[0] != 1 || shape[1] != shape[2] || shape[3] != 3 ||
        (shape[1] != 128 && shape[1] != 192)) {
        throw Error{ErrorCode::mismatch,
                    "face detector: expected an input of 1 x 128 x 128 x 3 or 1 x 192 x 192 "
                    "x 3, found " +
                        shape_of(inputs[0])};
    }
    return static_cast<int>(shape[1]);
}

void check(const Network& network) {
    const std::size_t anchors = blazeface::anchors_for(input_side(network)).size();
    output_with(network, anchors, blazeface::values_per_anchor);
    output_with(network, anchors, 1);
}

/// The whole frame as the network sees it: a square with black bars.
CropView letterbox(const PixelLayout& layout, int input_px) {
    const Point center{layout.width / 2.0, layout.height / 2.0};
    const double side = std::max(layout.width, layout.height);
    return {{center, side, 0}, input_px, CropFlip::none, CropBorder::black, {}};
}

Face to_frame(Face face, const Roi& square) {
    const auto place = [&](Point p) { return square.center + square.side * (p - Point{0.5, 0.5}); };
    const Point corner1 = place({face.box.x1, face.box.y1});
    const Point corner2 = place({face.box.x2, face.box.y2});
    face.box = {corner1.x, corner1.y, corner2.x, corner2.y};
    for (Point& p : face.points) {
        p = place(p);
    }
    return face;
}

} // namespace

BlazeFaceDetector::BlazeFaceDetector(std::unique_ptr<Network> short_range,
                                     std::unique_ptr<Network> full_range, BlazeFaceOptions options)
    : m_short_range{std::move(short_range)}, m_full_range{std::move(full_range)}, m_options{options} {
    expects(m_short_range != nullptr, "a detector has a short-range network");
    check(*m_short_range);
    if (m_full_range) {
        check(*m_full_range);
    }
}

std::vector<Face> BlazeFaceDetector::detect(const Frame& frame, const std::optional<Box>&) {
    const Box whole{0, 0, frame.layout.width - 1.0, frame.layout.height - 1.0};
    const int side = std::max(frame.layout.width, frame.layout.height);
    m_region.load(frame, whole, RgbRegion::reduction_for(side, region_side_px));
    std::vector<Face> faces = run(*m_short_range, frame, m_options.min_score_short);
    if (faces.empty() && m_full_range) {
        faces = run(*m_full_range, frame, m_options.min_score_full);
    }
    return faces;
}

std::vector<Face> BlazeFaceDetector::run(Network& network, const Frame& frame, double min_score) {
    const int input_px = input_side(network);
    const CropView view = letterbox(frame.layout, input_px);
    const std::span<float> input = network.input(0);
    sample_crop(m_region, view, input);
    for (float& value : input) {
        value = value / 127.5F - 1; // Source: default-models.md 4.1
    }
    network.run();
    const auto anchors = blazeface::anchors_for(input_px);
    const auto boxes = network.output(output_with(network, anchors.size(), blazeface::values_per_anchor));
    const auto logits = network.output(output_with(network, anchors.size(), 1));
    auto faces = blazeface::join_overlapping(blazeface::decode(boxes, logits, anchors, input_px, min_score),
                                             m_options.min_overlap);
    for (Face& face : faces) {
        face = to_frame(std::move(face), view.roi);
    }
    return faces;
}

} // namespace facemirror
