// SPDX-License-Identifier: Apache-2.0
#include <facemirror/detect/retinaface_detector.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/core/sample_planes.hpp>
#include <facemirror/detect/detail/retinaface.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace facemirror {

namespace {

using Shape = std::vector<std::size_t>;

std::string to_text(const Shape& shape) {
    std::string text = "[";
    for (const std::size_t size : shape) {
        text += (text.size() > 1 ? "," : "") + std::to_string(size);
    }
    return text + "]";
}

void check(const std::string& what, const std::vector<TensorInfo>& found,
           const std::vector<Shape>& expected) {
    if (found.size() != expected.size()) {
        throw Error{ErrorCode::mismatch, "RetinaFace: expected " + std::to_string(expected.size()) + " " +
                                             what + "s, found " + std::to_string(found.size())};
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i].shape != expected[i]) {
            throw Error{ErrorCode::mismatch, "RetinaFace: expected an " + what + " " + to_text(expected[i]) +
                                                 ", found " + found[i].name + " " + to_text(found[i].shape)};
        }
    }
}

void check(const Network& network, int width, int height, std::size_t priors) {
    check("input", network.inputs(),
          {{1, 3, static_cast<std::size_t>(height), static_cast<std::size_t>(width)}});
    check("output", network.outputs(),
          {{1, priors, retinaface::box_values},
           {1, priors, retinaface::score_values},
           {1, priors, retinaface::point_values}});
}

Box edges_of(const PixelLayout& layout) {
    return {-0.5, -0.5, layout.width - 0.5, layout.height - 0.5};
}

/// A square round the box, moved into the frame as far as it fits: the network should see picture.
Box square_in(const PixelLayout& layout, const Box& box) {
    const double side = std::max({box.width(), box.height(), 1.0});
    const auto begin = [side](double center, int size) {
        const double first = -0.5;
        const double last = size - 0.5 - side;
        return last < first ? (size - 1 - side) / 2 : std::clamp(center - side / 2, first, last);
    };
    const double x = begin(box.center().x, layout.width);
    const double y = begin(box.center().y, layout.height);
    return {x, y, x + side, y + side};
}

/// The size of the whole frame as the network sees it.
std::pair<int, int> input_size(const PixelLayout& layout, int long_side_px) {
    const int long_side = std::max(layout.width, layout.height);
    if (long_side_px == 0 || long_side <= long_side_px) {
        return {layout.width, layout.height};
    }
    const double scale = static_cast<double>(long_side_px) / long_side;
    const auto scaled = [scale](int size) {
        return std::max(1, static_cast<int>(std::lround(scale * size)));
    };
    return {scaled(layout.width), scaled(layout.height)};
}

} // namespace

struct RetinaFaceDetector::Sized {
    int width = 0;
    int height = 0;
    retinaface::PriorGrid priors;
    std::unique_ptr<Network> network;
};

RetinaFaceDetector::~RetinaFaceDetector() = default;

RetinaFaceDetector::RetinaFaceDetector(OpenNetwork open, const RetinaFaceOptions& options)
    : m_open{std::move(open)}, m_options{options}, m_part{this->open(options.part_px, options.part_px)} {
    expects(options.long_side_px >= 0, "a side is not negative");
}

std::unique_ptr<RetinaFaceDetector::Sized> RetinaFaceDetector::open(int width, int height) const {
    expects(m_open != nullptr, "a detector can open its network");
    expects(width > 0 && height > 0, "a picture has an area");
    auto sized = std::make_unique<Sized>(
        Sized{width, height, retinaface::PriorGrid{width, height}, m_open(width, height)});
    expects(sized->network != nullptr, "a detector has a network");
    check(*sized->network, width, height, sized->priors.size());
    return sized;
}

std::vector<Face> RetinaFaceDetector::detect(const Frame& frame, const std::optional<Box>& within) {
    if (within) {
        expects(std::isfinite(within->area()) && std::isfinite(within->center().x) &&
                    std::isfinite(within->center().y),
                "the box is finite");
        return look(frame, square_in(frame.layout, *within), *m_part);
    }
    const auto [width, height] = input_size(frame.layout, m_options.long_side_px);
    if (!m_whole || m_whole->width != width || m_whole->height != height) {
        m_whole.reset(); // before the next one takes its memory
        m_whole = open(width, height);
    }
    return look(frame, edges_of(frame.layout), *m_whole);
}

std::vector<Face> RetinaFaceDetector::look(const Frame& frame, const Box& edges, Sized& sized) {
    const PlaneView view{edges, sized.width, sized.height, ChannelOrder::bgr};
    const Point scale{edges.width() / sized.width, edges.height() / sized.height}; // frame px per input px
    const int reduction = std::clamp(static_cast<int>(std::min(scale.x, scale.y)), 1, 128);
    m_region.load(frame, bounds_of(view), reduction);
    sample_planes(m_region, view, sized.network->input(0));
    sized.network->run();

    const Network& network = *sized.network;
    const retinaface::Answers answers{network.output(0), network.output(1), network.output(2)};
    const auto place = [&](Point p) {
        return Point{edges.x1 + (p.x + 0.5) * scale.x, edges.y1 + (p.y + 0.5) * scale.y};
    };
    std::vector<Face> faces;
    for (const auto& found :
         retinaface::drop_overlapping(retinaface::find_candidates(answers, sized.priors, m_options.min_score),
                                      m_options.max_overlap)) {
        const Point corner1 = place({found.box.x1, found.box.y1});
        const Point corner2 = place({found.box.x2, found.box.y2});
        auto points = retinaface::points_of(answers, sized.priors[found.prior], found.prior);
        std::ranges::transform(points, points.begin(), place);
        faces.push_back({{corner1.x, corner1.y, corner2.x, corner2.y}, found.score, std::move(points)});
    }
    return faces;
}

} // namespace facemirror
