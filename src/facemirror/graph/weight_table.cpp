// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/weight_table.hpp>

#include <facemirror/graph/detail/architecture.hpp>

#include <array>
#include <functional>
#include <numeric>
#include <utility>

namespace facemirror {

namespace {

using Use = WeightSpec::Use;
using Shape = std::vector<std::int64_t>;

/// Lists the tensors of modules as a state dict does.
class Table {
public:
    void add(const std::string& name, Shape shape, Use use = Use::parameter) {
        m_weights.push_back({name, std::move(shape), use});
    }

    /// A layer with weights and biases: a convolution or a linear one.
    void biased(const std::string& name, const Shape& shape, Use use = Use::parameter) {
        add(name + ".weight", shape, use);
        add(name + ".bias", {shape[0]}, use);
    }

    void norm(const std::string& name, std::int64_t channels) {
        biased(name, {channels});
        add(name + ".running_mean", {channels}, Use::statistic);
        add(name + ".running_var", {channels}, Use::statistic);
        add(name + ".num_batches_tracked", {}, Use::counter);
    }

    /// RetinaFace's convolution `.0` without bias and its norm `.1`.
    void conv_norm(const std::string& name, const Shape& shape) {
        add(name + ".0.weight", shape);
        norm(name + ".1", shape[0]);
    }

    [[nodiscard]] std::vector<WeightSpec> take() { return std::move(m_weights); }

private:
    std::vector<WeightSpec> m_weights;
};

void add_ssh(Table& table, const std::string& name, std::int64_t channels) {
    const std::int64_t half = channels / 2;
    const std::int64_t quarter = channels / 4;
    table.conv_norm(name + ".conv3X3", {half, channels, 3, 3});
    table.conv_norm(name + ".conv5X5_1", {quarter, channels, 3, 3});
    table.conv_norm(name + ".conv5X5_2", {quarter, quarter, 3, 3});
    table.conv_norm(name + ".conv7X7_2", {quarter, quarter, 3, 3});
    table.conv_norm(name + ".conv7x7_3", {quarter, quarter, 3, 3});
}

std::vector<WeightSpec> list_retinaface() {
    using namespace detail::retinaface;
    Table table;
    table.conv_norm("body.stage1.0", {stem, 3, 3, 3});
    for (const detail::DepthwiseUnit& unit : units) {
        const std::string name = "body.stage" + std::to_string(unit.stage) + "." + std::to_string(unit.index);
        table.conv_norm(name, {unit.in, 1, 3, 3});
        table.add(name + ".3.weight", {unit.out, unit.in, 1, 1});
        table.norm(name + ".4", unit.out);
    }
    for (std::size_t level = 0; level < stage_channels.size(); ++level) {
        table.conv_norm("fpn.output" + std::to_string(level + 1), {pyramid, stage_channels[level], 1, 1});
    }
    table.conv_norm("fpn.merge1", {pyramid, pyramid, 3, 3});
    table.conv_norm("fpn.merge2", {pyramid, pyramid, 3, 3});
    for (const char* name : {"ssh1", "ssh2", "ssh3"}) {
        add_ssh(table, name, pyramid);
    }
    for (const auto& [head, values] : {std::pair{"ClassHead", 2}, {"BboxHead", 4}, {"LandmarkHead", 10}}) {
        for (int level = 0; level < 3; ++level) {
            table.biased(std::string{head} + "." + std::to_string(level) + ".conv1x1",
                         {anchors * values, pyramid, 1, 1});
        }
    }
    return table.take();
}

void add_res_block(Table& table, const std::string& name, std::int64_t in, std::int64_t out) {
    const std::int64_t middle = out / 2;
    table.norm(name + ".bn1", in);
    table.biased(name + ".conv1.conv", {middle, in, 1, 1});
    table.norm(name + ".bn2", middle);
    table.biased(name + ".conv2.conv", {middle, middle, 3, 3});
    table.norm(name + ".bn3", middle);
    table.biased(name + ".conv3.conv", {out, middle, 1, 1});
    table.biased(name + ".skip_layer.conv", {out, in, 1, 1}, in == out ? Use::unused : Use::parameter);
}

void add_hourglass(Table& table, const std::string& name, int depth) {
    using detail::star::channels;
    add_res_block(table, name + ".up1", channels, channels);
    add_res_block(table, name + ".low1", channels, channels);
    if (depth > 1) {
        add_hourglass(table, name + ".low2", depth - 1);
    } else {
        add_res_block(table, name + ".low2", channels, channels);
    }
    add_res_block(table, name + ".low3", channels, channels);
}

void add_each(Table& table, const std::string& name, int count, std::int64_t out, std::int64_t in) {
    for (int i = 0; i < count; ++i) {
        table.biased(name + "." + std::to_string(i) + ".conv", {out, in, 1, 1});
    }
}

std::vector<WeightSpec> list_star() {
    using namespace detail::star;
    Table table;
    table.biased("pre.0.conv", {64, 6, 7, 7});
    table.norm("pre.0.bn", 64);
    add_res_block(table, "pre.1", 64, 128);
    add_res_block(table, "pre.3", 128, 128);
    add_res_block(table, "pre.4", 128, channels);
    for (int i = 0; i < stacks; ++i) {
        const std::string name = "hgs." + std::to_string(i);
        table.biased(name + ".coordconv.conv", {channels, channels + (i == 0 ? 3 : 5), 1, 1});
        add_hourglass(table, name, depth);
    }
    for (int i = 0; i < stacks; ++i) {
        const std::string name = "features." + std::to_string(i);
        add_res_block(table, name + ".0", channels, channels);
        table.biased(name + ".1.conv", {channels, channels, 1, 1});
        table.norm(name + ".1.bn", channels);
    }
    add_each(table, "out_heatmaps", stacks, points, channels);
    add_each(table, "out_edgemaps", stacks, edges, channels);
    add_each(table, "out_pointmaps", stacks, points, channels);
    add_each(table, "merge_features", stacks - 1, channels, channels);
    add_each(table, "merge_heatmaps", stacks - 1, channels, points);
    add_each(table, "merge_edgemaps", stacks - 1, channels, edges);
    add_each(table, "merge_pointmaps", stacks - 1, channels, points);
    table.biased("e2h_transform", {points, edges, 1, 1}, Use::buffer);
    return table.take();
}

void add_mobile_block(Table& table, const detail::MobileBlock& block) {
    const std::string name =
        "base_model.blocks." + std::to_string(block.stage) + "." + std::to_string(block.index);
    const bool expands = block.stage != 0;
    if (expands) {
        table.add(name + ".conv_pw.weight", {block.expand, block.in, 1, 1});
        table.norm(name + ".bn1", block.expand);
    }
    table.add(name + ".conv_dw.weight", {block.expand, 1, block.kernel, block.kernel});
    table.norm(name + (expands ? ".bn2" : ".bn1"), block.expand);
    table.biased(name + ".se.conv_reduce", {block.squeeze, block.expand, 1, 1});
    table.biased(name + ".se.conv_expand", {block.expand, block.squeeze, 1, 1});
    table.add(name + (expands ? ".conv_pwl.weight" : ".conv_pw.weight"), {block.out, block.expand, 1, 1});
    table.norm(name + (expands ? ".bn3" : ".bn2"), block.out);
}

std::vector<WeightSpec> list_mtl() {
    using namespace detail::mtl;
    Table table;
    table.add("base_model.conv_stem.weight", {stem, 3, 3, 3});
    table.norm("base_model.bn1", stem);
    for (const detail::MobileBlock& block : blocks) {
        add_mobile_block(table, block);
    }
    table.add("base_model.conv_head.weight", {features, blocks.back().out, 1, 1});
    table.norm("base_model.bn2", features);
    for (const char* name : {"fc_emotion", "fc_gaze", "fc_au"}) {
        table.biased(name, {features, features});
    }
    table.biased("emotion_classifier", {emotions, features});
    table.biased("gaze_regressor", {gaze_angles, features});
    table.add("au_regressor.sc", {nodes, features});
    for (int node = 0; node < nodes; ++node) {
        table.biased("au_regressor.class_linears." + std::to_string(node), {features, features});
    }
    table.biased("au_regressor.gnn.U", {features, features});
    table.biased("au_regressor.gnn.V", {features, features});
    table.norm("au_regressor.gnn.bnv", nodes);
    return table.take();
}

} // namespace

const char* name_of(NetworkKind kind) noexcept {
    constexpr std::array names{"retinaface", "star", "mtl"};
    return names[static_cast<std::size_t>(kind)];
}

const std::vector<WeightSpec>& weights_of(NetworkKind kind) {
    switch (kind) {
    case NetworkKind::retinaface:
        return retinaface_weights();
    case NetworkKind::star:
        return star_weights();
    case NetworkKind::mtl:
        break;
    }
    return mtl_weights();
}

const std::vector<WeightSpec>& retinaface_weights() {
    static const std::vector<WeightSpec> weights = list_retinaface();
    return weights;
}

const std::vector<WeightSpec>& star_weights() {
    static const std::vector<WeightSpec> weights = list_star();
    return weights;
}

const std::vector<WeightSpec>& mtl_weights() {
    static const std::vector<WeightSpec> weights = list_mtl();
    return weights;
}

std::int64_t element_count(const WeightSpec& weight) noexcept {
    return std::accumulate(weight.shape.begin(), weight.shape.end(), std::int64_t{1}, std::multiplies{});
}

std::int64_t parameter_count(const std::vector<WeightSpec>& weights) noexcept {
    std::int64_t count = 0;
    for (const WeightSpec& weight : weights) {
        count += weight.use == Use::parameter || weight.use == Use::unused ? element_count(weight) : 0;
    }
    return count;
}

} // namespace facemirror
