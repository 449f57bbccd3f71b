// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/multitask.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/core/sample_planes.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <numeric>
#include <span>
#include <string>
#include <utility>

namespace facemirror {

namespace {

constexpr std::size_t halves = 2;
constexpr int input_px = 224; // behaviour.md 14
/// The region has 1 to 2 px per crop px; the crop is sampled this much finer and averaged, so that it does
/// not alias. Source   docs/decisions/0055-multitask-crop.md.
constexpr int fineness = 2;

/// From the box of the landmarks, which ends at the brows, to RetinaFace's, which the network's makers crop.
/// Source   Means over 250 frames: docs/decisions/0055-multitask-crop.md.
constexpr double forehead_share = 0.36; // of the height, above the brows
constexpr double chin_share = 0.03;     // of the height, below the chin

enum Output : std::size_t { emotion, gaze, au, output_count };

struct OutputForm {
    const char* name;
    std::size_t values; ///< Of each half.
};
constexpr std::array<OutputForm, output_count> forms{
    {{"emotion", emotion_names.size()}, {"gaze", 2}, {"au", facs::multitask.size()}}};

void check(const Network& network) {
    const std::vector<std::size_t> input{halves, 3, input_px, input_px};
    if (network.inputs().size() != 1 || network.inputs()[0].shape != input) {
        throw Error{ErrorCode::mismatch, "mtl: expected one input of 2 x 3 x 224 x 224, found another"};
    }
    bool fits = network.outputs().size() == output_count;
    for (std::size_t i = 0; fits && i < output_count; ++i) {
        const std::vector<std::size_t> shape{halves, forms[i].values};
        fits = network.outputs()[i].name == forms[i].name && network.outputs()[i].shape == shape;
    }
    if (!fits) {
        throw Error{ErrorCode::mismatch,
                    "mtl: expected the outputs emotion 2 x 8, gaze 2 x 2, au 2 x 8, found others"};
    }
}

/// Means of `fineness` x `fineness` pixels. RGB, interleaved.
void average(std::span<const float> fine, std::span<float> crop) {
    constexpr std::size_t fine_row = 3 * std::size_t{input_px} * fineness;
    float* out = crop.data();
    for (std::size_t y = 0; y < input_px; ++y) {
        const float* above = fine.data() + y * fineness * fine_row;
        for (std::size_t x = 0; x < input_px; ++x, above += 3 * fineness) {
            const float* below = above + fine_row;
            for (std::size_t channel = 0; channel < 3; ++channel) {
                const float upper = above[channel] + above[channel + 3];
                const float lower = below[channel] + below[channel + 3];
                *out++ = (upper + lower) / 4;
            }
        }
    }
}

std::array<double, emotion_names.size()> shares_of(std::span<const float> logits) {
    std::array<double, emotion_names.size()> shares{};
    const double largest = *std::ranges::max_element(logits);
    std::ranges::transform(logits, shares.begin(), [&](float logit) { return std::exp(logit - largest); });
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    std::ranges::for_each(shares, [sum](double& share) { share /= sum; });
    return shares;
}

/// Source   behaviour.md 14: the direction is (-cos p sin y, -sin p, -cos p cos y) with x to the right, y
/// down
///          and z away from the camera, so both angles have the other sign of ours.
MultitaskValues values_of(const Network& network, std::size_t half, bool was_flipped) {
    constexpr double deg = 180 / std::numbers::pi;
    const auto part = [&](Output which) {
        return network.output(which).subspan(half * forms[which].values, forms[which].values);
    };
    MultitaskValues values{};
    std::ranges::copy(part(au), values.au_score.begin());
    values.emotion = shares_of(part(emotion));
    values.gaze_yaw_deg = (was_flipped ? deg : -deg) * part(gaze)[0];
    values.gaze_pitch_deg = -deg * part(gaze)[1];
    return values;
}

} // namespace

MultitaskNetwork::MultitaskNetwork(std::unique_ptr<Network> network) : m_network{std::move(network)} {
    expects(m_network != nullptr, "there is a network");
    check(*m_network);
    m_crop.resize(m_network->input(0).size() / halves);
    m_fine.resize(m_crop.size() * fineness * fineness);
}

std::array<MultitaskValues, 2> MultitaskNetwork::run(const RgbRegion& region, const CropView& view,
                                                     const Midline& midline) {
    for (const Side side : {Side::patient_left, Side::patient_right}) {
        sample_crop(region, multitask_half(view, midline, side), m_fine);
        average(m_fine, m_crop);
        write_planes(
            m_crop, ChannelOrder::rgb,
            m_network->input(0).subspan(static_cast<std::size_t>(side) * m_crop.size(), m_crop.size()));
    }
    m_network->run();
    std::array<MultitaskValues, 2> values;
    for (const Side side : {Side::patient_left, Side::patient_right}) {
        const auto half = static_cast<std::size_t>(side);
        values[half] = values_of(*m_network, half, side == Side::patient_left);
    }
    return values;
}

CropView multitask_half(CropView view, const Midline& midline, Side side) noexcept {
    view.size_px *= fineness;
    // Pixel centres lie half a pixel inside the crop's edges, in the direction of the crop's axes.
    const double half_pixel = view.roi.side / view.size_px / 2;
    const bool is_flipped = side == Side::patient_left;
    const Point right{std::cos(view.roi.angle_rad), std::sin(view.roi.angle_rad)};
    const Point down{-right.y, right.x};
    view.roi.center =
        view.roi.center + (is_flipped ? -half_pixel : half_pixel) * right + view.aspect * half_pixel * down;
    view.flip = is_flipped ? CropFlip::horizontal : CropFlip::none;
    view.half = KeptHalf{midline, side};
    return view;
}

CropView multitask_view(const Landmarks& points, const Midline& midline,
                        const MultitaskOptions& options) noexcept {
    double half_width = 0;
    double top = std::numeric_limits<double>::infinity();
    double bottom = -std::numeric_limits<double>::infinity();
    for (const Point p : points) {
        half_width = std::max(half_width, std::abs(midline.signed_distance(p)));
        const double along = dot(p - midline.origin, midline.direction);
        top = std::min(top, along);
        bottom = std::max(bottom, along);
    }
    half_width = std::max(half_width, 1.0); // points that are no face shall still give a crop
    const double height = std::max(bottom - top, 1.0);
    top -= forehead_share * height;
    bottom += chin_share * height;
    const double scale = 1 + 2 * options.margin;
    CropView view;
    view.roi.center = midline.origin + (top + bottom) / 2 * midline.direction;
    view.roi.side = scale * 2 * half_width;
    view.roi.angle_rad = std::atan2(-midline.direction.x, midline.direction.y);
    view.size_px = input_px;
    view.aspect = (bottom - top) / (2 * half_width);
    return view;
}

} // namespace facemirror
