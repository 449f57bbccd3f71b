// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/core/graph_util.hpp>
#include <openvino/opsets/opset13.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>
#include <utility>
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

/// A body and a head of one product each: input "picture" [n,64], outputs "features" [n,64] = relu(picture A)
/// of nodes named body/..., "scores" [n,8] = relu(features B) C of nodes named head/...
struct BodyAndHead {
    explicit BodyAndHead(ov::PartialShape shape = {2, 64}) : picture{parameter("picture", std::move(shape))} {
        features = named(relu(named(product(picture, 64, 64, 11), "body/product")), "body/features");
        features->output(0).set_names({"features"});
        scores = head_on(features);
    }

    /// The head alone, on an input "features".
    static std::shared_ptr<ov::Model> head(ov::PartialShape shape = {2, 64}) {
        const auto features = parameter("features", std::move(shape));
        return std::make_shared<ov::Model>(ov::OutputVector{head_on(features)->output(0)},
                                           ov::ParameterVector{features});
    }

    [[nodiscard]] std::shared_ptr<ov::Model> whole() const {
        return std::make_shared<ov::Model>(ov::OutputVector{scores->output(0), features->output(0)},
                                           ov::ParameterVector{picture});
    }

    std::shared_ptr<ov::opset13::Parameter> picture;
    std::shared_ptr<ov::Node> features;
    std::shared_ptr<ov::Node> scores;

private:
    static std::shared_ptr<ov::opset13::Parameter> parameter(const char* name, ov::PartialShape shape) {
        auto made = std::make_shared<ov::opset13::Parameter>(ov::element::f32, std::move(shape));
        made->output(0).set_names({name});
        return made;
    }
    static std::shared_ptr<ov::Node> named(std::shared_ptr<ov::Node> node, const char* name) {
        node->set_friendly_name(name);
        return node;
    }
    static std::shared_ptr<ov::Node> relu(const std::shared_ptr<ov::Node>& node) {
        return std::make_shared<ov::opset13::Relu>(node);
    }
    static std::shared_ptr<ov::Node> product(const std::shared_ptr<ov::Node>& node, std::size_t rows,
                                             std::size_t columns, unsigned seed) {
        std::mt19937 random{seed};
        std::normal_distribution<float> weight{0, 0.125F}; // 1 / sqrt(64): the values keep their size
        std::vector<float> weights(rows * columns);
        std::ranges::generate(weights, [&] { return weight(random); });
        const auto matrix = ov::opset13::Constant::create(ov::element::f32, {rows, columns}, weights);
        return std::make_shared<ov::opset13::MatMul>(node, matrix);
    }
    static std::shared_ptr<ov::Node> head_on(const std::shared_ptr<ov::Node>& from) {
        auto made =
            named(product(relu(named(product(from, 64, 64, 12), "head/hidden")), 64, 8, 13), "head/out");
        made->output(0).set_names({"scores"});
        return made;
    }
};

inline void save(const std::shared_ptr<ov::Model>& model, const std::filesystem::path& xml) {
    ov::save_model(model, xml.string(), false);
}

} // namespace facemirror
