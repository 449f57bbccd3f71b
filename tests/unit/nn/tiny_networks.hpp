// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/core/graph_util.hpp>
#include <openvino/opsets/opset13.hpp>

#include <filesystem>
#include <memory>
#include <random>
#include <vector>

namespace facemirror {

/// A 3x3 convolution over 4 channels and a sum over the picture, both as outputs, with fixed weights:
/// input "picture" [1,4,16,16], outputs "map" [1,8,14,14] and "sum" [1,8,1,1].
inline std::shared_ptr<ov::Model> tiny_model(ov::PartialShape shape = {1, 4, 16, 16},
                                             ov::element::Type type = ov::element::f32) {
    namespace op = ov::opset13;
    std::mt19937 random{5};
    std::normal_distribution<float> weight;
    std::vector<float> weights(8 * 4 * 3 * 3);
    for (float& w : weights) {
        w = weight(random);
    }
    const auto picture = std::make_shared<op::Parameter>(type, shape);
    picture->output(0).set_names({"picture"});
    const auto floats = std::make_shared<op::Convert>(picture, ov::element::f32);
    const auto kernel = op::Constant::create(ov::element::f32, {8, 4, 3, 3}, weights);
    const auto map =
        std::make_shared<op::Convolution>(floats, kernel, ov::Strides{1, 1}, ov::CoordinateDiff{0, 0},
                                          ov::CoordinateDiff{0, 0}, ov::Strides{1, 1});
    map->output(0).set_names({"map"});
    const auto axes = op::Constant::create(ov::element::i64, {2}, {2, 3});
    const auto sum = std::make_shared<op::ReduceSum>(map, axes, true);
    sum->output(0).set_names({"sum"});
    return std::make_shared<ov::Model>(ov::OutputVector{map->output(0), sum->output(0)},
                                       ov::ParameterVector{picture});
}

inline void save(const std::shared_ptr<ov::Model>& model, const std::filesystem::path& xml) {
    ov::save_model(model, xml.string(), false);
}

} // namespace facemirror
