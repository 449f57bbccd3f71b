// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/architecture.hpp>
#include <facemirror/graph/detail/build.hpp>
#include <facemirror/graph/detail/layers.hpp>

namespace facemirror::detail {

namespace {

// Source: behaviour.md 5.1, blue, green, red.
const std::vector<double> mean{104, 117, 123};
constexpr double epsilon = 1e-5;

/// RetinaFace of behaviour.md 24.1.
class RetinaFaceGraph {
public:
    explicit RetinaFaceGraph(Layers& layers) : m_layers{&layers} {}

    void build(const NetworkInterface& interface) {
        const std::vector<Value> body = build_body(m_layers->picture(interface.input, mean, {}));
        std::vector<Value> levels = build_pyramid(body);
        for (std::size_t i = 0; i < levels.size(); ++i) {
            levels[i] = ssh(levels[i], "ssh" + std::to_string(i + 1));
        }
        const Value boxes = head(levels, "BboxHead", 4);
        const Value scores = m_layers->builder().node(
            "Softmax", "ClassHead.softmax", {head(levels, "ClassHead", 2)}, {{"axis", std::int64_t{-1}}});
        const Value points = head(levels, "LandmarkHead", 10);
        const std::vector<Value> results{boxes, scores, points};
        for (std::size_t i = 0; i < results.size(); ++i) {
            m_layers->builder().output(results[i], interface.outputs[i].name,
                                       free_shape(interface.outputs[i]));
        }
    }

private:
    Value leaky(const Value& x) {
        return m_layers->builder().node("LeakyRelu", x.name + ".leaky", {x},
                                        {{"alpha", retinaface::leaky_slope}});
    }

    Value conv_norm(const Value& x, const std::string& name, const Walk& walk) {
        return m_layers->conv_norm(x, name + ".0", name + ".1", walk);
    }

    /// Returns  The feature maps after each of the three stages.
    std::vector<Value> build_body(Value x) {
        x = leaky(conv_norm(x, "body.stage1.0", padded(1, 2)));
        std::vector<Value> stages;
        for (const DepthwiseUnit& unit : retinaface::units) {
            if (unit.index == 0) {
                stages.push_back(x);
            }
            const std::string name =
                "body.stage" + std::to_string(unit.stage) + "." + std::to_string(unit.index);
            x = leaky(conv_norm(x, name, padded(1, unit.stride, unit.in)));
            x = leaky(m_layers->conv_norm(x, name + ".3", name + ".4"));
        }
        stages.push_back(x);
        return stages;
    }

    /// Enlarges to the size of `target`, which may be odd; batch and channels are the same already.
    Value enlarge(const Value& x, const Value& target) {
        OnnxBuilder& builder = m_layers->builder();
        const Value sizes = builder.node("Shape", target.name + ".shape", {target});
        return builder.node("Resize", x.name + ".enlarged", {x, Value{}, Value{}, sizes},
                            {{"mode", std::string{"nearest"}},
                             {"coordinate_transformation_mode", std::string{"asymmetric"}},
                             {"nearest_mode", std::string{"floor"}}});
    }

    std::vector<Value> build_pyramid(const std::vector<Value>& body) {
        std::vector<Value> outputs;
        for (std::size_t i = 0; i < body.size(); ++i) {
            outputs.push_back(leaky(conv_norm(body[i], "fpn.output" + std::to_string(i + 1), {})));
        }
        const Value middle = m_layers->add("fpn.sum2", outputs[1], enlarge(outputs[2], outputs[1]));
        const Value p4 = leaky(conv_norm(middle, "fpn.merge2", padded(1)));
        const Value fine = m_layers->add("fpn.sum1", outputs[0], enlarge(p4, outputs[0]));
        return {leaky(conv_norm(fine, "fpn.merge1", padded(1))), p4, outputs[2]};
    }

    Value ssh(const Value& x, const std::string& name) {
        const Walk walk = padded(1);
        const Value near = conv_norm(x, name + ".conv3X3", walk);
        const Value shared = leaky(conv_norm(x, name + ".conv5X5_1", walk));
        const Value wide = conv_norm(shared, name + ".conv5X5_2", walk);
        const Value wider =
            conv_norm(leaky(conv_norm(shared, name + ".conv7X7_2", walk)), name + ".conv7x7_3", walk);
        return m_layers->relu(
            m_layers->builder().node("Concat", name, {near, wide, wider}, {{"axis", std::int64_t{1}}}));
    }

    /// The head's answers in the order level, row, column, anchor.
    Value head(const std::vector<Value>& levels, const std::string& name, std::int64_t values) {
        OnnxBuilder& builder = m_layers->builder();
        std::vector<Value> parts;
        for (std::size_t i = 0; i < levels.size(); ++i) {
            const std::string key = name + "." + std::to_string(i);
            const Value map = m_layers->conv(levels[i], key + ".conv1x1");
            const Value by_cell = builder.node("Transpose", key + ".by_cell", {map},
                                               {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}});
            parts.push_back(builder.node("Reshape", key, {by_cell, builder.integers({0, -1, values})}));
        }
        return builder.node("Concat", name, parts, {{"axis", std::int64_t{1}}});
    }

    Layers* m_layers;
};

} // namespace

std::vector<std::byte> build_retinaface(const Weights& weights, const NetworkInterface& interface,
                                        GraphForm form) {
    OnnxBuilder builder{"retinaface"};
    Layers layers{builder, weights, form, epsilon};
    RetinaFaceGraph{layers}.build(interface);
    return builder.finish();
}

} // namespace facemirror::detail
