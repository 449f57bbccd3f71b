// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/architecture.hpp>
#include <facemirror/graph/detail/build.hpp>
#include <facemirror/graph/detail/coordinates.hpp>
#include <facemirror/graph/detail/layers.hpp>
#include <facemirror/graph/detail/star_decoder.hpp>

#include <limits>
#include <optional>

namespace facemirror::detail {

namespace {

// Source: behaviour.md 6, value = (pixel - 127.5) / 127.5.
const std::vector<double> mean{127.5, 127.5, 127.5};
const std::vector<double> scale{127.5, 127.5, 127.5};
constexpr double epsilon = 1e-5;

/// What one stack finds in the picture.
struct StackMaps {
    Value features;
    Value heat;
    Value points;
    Value edges;
};

/// STAR of behaviour.md 24.2.
class StarGraph {
public:
    StarGraph(Layers& layers, std::size_t side_px)
        : m_layers{&layers}, m_builder{&layers.builder()}, m_side_px{side_px}, m_side{side_px / 4} {}

    void build(const NetworkInterface& interface) {
        Value x = head(m_layers->picture(interface.input, mean, scale));
        std::optional<Value> boundary;
        StackMaps maps;
        for (int i = 0; i < star::stacks; ++i) {
            maps = stack(x, i, boundary);
            if (i + 1 < star::stacks) {
                x = merge(x, maps, std::to_string(i));
                boundary = boundary_of(maps.heat, std::to_string(i));
            }
        }
        const Value spread_over = m_layers->conv(maps.edges, "e2h_transform");
        const Value mask = m_builder->node("Mul", "mask", {spread_over, maps.points});
        const Value fused = m_builder->node("Mul", "fused", {mask, maps.heat});
        const DecodedHeat decoded = decode_heat(*m_builder, fused, m_side);
        const std::vector<Value> results{decoded.heat, decoded.spread, decoded.landmarks};
        for (std::size_t i = 0; i < results.size(); ++i) {
            m_builder->output(results[i], interface.outputs[i].name, free_shape(interface.outputs[i]));
        }
    }

private:
    [[nodiscard]] static Shape square(std::int64_t channels, std::size_t side) {
        return {1, channels, static_cast<std::int64_t>(side), static_cast<std::int64_t>(side)};
    }

    /// The coordinate channels as a constant.
    Value coordinates(const std::string& name, std::size_t side, std::int64_t channels) {
        std::vector<double> planes = coordinate_planes(side);
        planes.resize(static_cast<std::size_t>(channels) * side * side);
        return m_builder->constant(name, square(channels, side), std::span<const double>{planes});
    }

    /// The three coordinate channels for every picture of the batch, behind the channels of `x`.
    Value with_coordinates(const Value& x, const std::string& name, std::size_t side,
                           const std::optional<Value>& masked) {
        const auto length = static_cast<std::int64_t>(side);
        const Value batch = m_builder->node("Shape", name + ".batch", {x},
                                            {{"start", std::int64_t{0}}, {"end", std::int64_t{1}}});
        const Value shape =
            m_builder->node("Concat", name + ".shape", {batch, m_builder->integers({3, length, length})},
                            {{"axis", std::int64_t{0}}});
        const Value planes =
            m_builder->node("Expand", name + ".coordinates", {coordinates(name + ".planes", side, 3), shape});
        std::vector<Value> parts{x, planes};
        if (masked) {
            parts.push_back(*masked);
        }
        return m_builder->node("Concat", name + ".input", parts, {{"axis", std::int64_t{1}}});
    }

    /// Adds what a convolution makes of the coordinate channels, which no picture changes.
    Value add_coordinate_map(const Value& x, const std::string& name, const ConvWeights& conv,
                             std::size_t side, std::size_t stride, std::size_t padding) {
        const std::vector<double> map = convolve(conv, coordinate_planes(side), side, stride, padding);
        const Value constant = m_builder->constant(name + ".map", square(conv.shape[0], side / stride),
                                                   std::span<const double>{map});
        return m_layers->add(name + ".located", x, constant);
    }

    Value first_conv(const Value& picture) {
        const std::string name = "pre.0.conv";
        const Walk walk = padded(3, 2);
        if (!m_layers->is_folded()) {
            return m_layers->conv_norm(with_coordinates(picture, name, m_side_px, std::nullopt), name,
                                       "pre.0.bn", walk);
        }
        const Weights& weights = m_layers->weights();
        const ConvWeights conv = fold(weights.conv(name), weights.norm("pre.0.bn", epsilon));
        const Value seen =
            m_layers->conv(picture, name, fold_input_scale(input_channels(conv, 0, 3), scale), walk);
        return add_coordinate_map(seen, name, input_channels(conv, 3, 3), m_side_px, 2, 3);
    }

    /// From the picture to features at a quarter of its size.
    Value head(const Value& picture) {
        Value x = m_layers->relu(first_conv(picture));
        x = res_block(x, "pre.1");
        x = half("pre.2", x);
        return res_block(res_block(x, "pre.3"), "pre.4");
    }

    Value res_block(const Value& x, const std::string& name) {
        Value y = m_layers->relu(m_layers->norm(x, name + ".bn1"));
        y = m_layers->relu(m_layers->conv_norm(y, name + ".conv1.conv", name + ".bn2"));
        y = m_layers->relu(m_layers->conv_norm(y, name + ".conv2.conv", name + ".bn3", padded(1)));
        y = m_layers->conv(y, name + ".conv3.conv");
        const Shape& skip = m_layers->weights().shape(name + ".skip_layer.conv.weight");
        return m_layers->add(name, y, skip[0] == skip[1] ? x : m_layers->conv(x, name + ".skip_layer.conv"));
    }

    Value half(const std::string& name, const Value& x) {
        return m_builder->node("MaxPool", name, {x},
                               {{"kernel_shape", std::vector<std::int64_t>{2, 2}},
                                {"strides", std::vector<std::int64_t>{2, 2}}});
    }

    Value twice(const std::string& name, const Value& x) {
        if (!m_twice) {
            const std::array scales{1.0F, 1.0F, 2.0F, 2.0F};
            m_twice = m_builder->constant("twice", {4}, std::span<const float>{scales});
        }
        return m_builder->node("Resize", name, {x, Value{}, *m_twice},
                               {{"mode", std::string{"nearest"}},
                                {"coordinate_transformation_mode", std::string{"asymmetric"}},
                                {"nearest_mode", std::string{"floor"}}});
    }

    Value hourglass(const Value& x, const std::string& name, int depth) {
        const Value up = res_block(x, name + ".up1");
        Value low = res_block(half(name + ".half", x), name + ".low1");
        low = depth > 1 ? hourglass(low, name + ".low2", depth - 1) : res_block(low, name + ".low2");
        low = res_block(low, name + ".low3");
        return m_layers->add(name + ".sum", up, twice(name + ".twice", low));
    }

    /// Row and column coordinates where the last stack saw the boundary, 0 elsewhere.
    Value masked_coordinates(const Value& boundary, const std::string& name) {
        if (!m_zero) {
            m_zero = m_builder->scalar("zero", 0.0F);
            m_level = m_builder->scalar("boundary_level", static_cast<float>(star::boundary_level));
            m_row_column = coordinates("row_column", m_side, 2);
        }
        const Value on = m_builder->node("Greater", name + ".on_boundary", {boundary, *m_level});
        return m_builder->node("Where", name + ".masked", {on, *m_row_column, *m_zero});
    }

    Value coord_conv(const Value& x, const std::string& name, const std::optional<Value>& boundary) {
        const std::optional<Value> masked =
            boundary ? std::optional{masked_coordinates(*boundary, name)} : std::nullopt;
        if (!m_layers->is_folded()) {
            return m_layers->conv(with_coordinates(x, name, m_side, masked), name);
        }
        const ConvWeights conv = m_layers->weights().conv(name);
        Value y = m_layers->conv(x, name, input_channels(conv, 0, star::channels));
        y = add_coordinate_map(y, name, input_channels(conv, star::channels, 3), m_side, 1, 0);
        if (masked) {
            ConvWeights live = input_channels(conv, star::channels + 3, 2);
            live.bias.assign(live.bias.size(), 0.0);
            y = m_layers->add(name + ".bounded", y, m_layers->conv(*masked, name + ".live", live));
        }
        return y;
    }

    StackMaps stack(const Value& x, int index, const std::optional<Value>& boundary) {
        const std::string number = std::to_string(index);
        Value y = coord_conv(x, "hgs." + number + ".coordconv.conv", boundary);
        y = hourglass(y, "hgs." + number, star::depth);
        y = res_block(y, "features." + number + ".0");
        const std::string last = "features." + number + ".1";
        y = m_layers->relu(m_layers->conv_norm(y, last + ".conv", last + ".bn"));
        const Value heat = m_layers->conv(y, "out_heatmaps." + number + ".conv");
        const Value points = m_layers->conv(y, "out_pointmaps." + number + ".conv");
        const Value edges = m_layers->conv(y, "out_edgemaps." + number + ".conv");
        return {y, m_layers->relu(instance_norm(heat)), m_layers->sigmoid(points), m_layers->sigmoid(edges)};
    }

    Value instance_norm(const Value& x) {
        if (!m_ones) {
            const auto count = static_cast<std::size_t>(star::points);
            m_ones = m_builder->constant("ones", {star::points}, std::vector(count, 1.0F));
            m_zeros = m_builder->constant("zeros", {star::points}, std::vector(count, 0.0F));
        }
        return m_builder->node("InstanceNormalization", x.name + ".normed", {x, *m_ones, *m_zeros},
                               {{"epsilon", static_cast<float>(epsilon)}});
    }

    Value merge(const Value& x, const StackMaps& maps, const std::string& number) {
        Value sum = x;
        for (const auto& [name, map] :
             {std::pair{"merge_features.", maps.features}, std::pair{"merge_heatmaps.", maps.heat},
              std::pair{"merge_pointmaps.", maps.points}, std::pair{"merge_edgemaps.", maps.edges}}) {
            sum = m_layers->add(name + number, sum, m_layers->conv(map, name + number + ".conv"));
        }
        return sum;
    }

    /// The boundary map, 0..1. A folded graph leaves the limits out: only whether it is above a level between
    /// them is asked.
    Value boundary_of(const Value& heat, const std::string& number) {
        const Value map =
            m_builder->node("Slice", "boundary." + number,
                            {heat, m_builder->integers({star::boundary_point}),
                             m_builder->integers({star::boundary_point + 1}), m_builder->integers({1})});
        if (m_layers->is_folded()) {
            return map;
        }
        return m_builder->node(
            "Clip", map.name + ".clip",
            {map, m_builder->scalar(map.name + ".low", 0.0F), m_builder->scalar(map.name + ".high", 1.0F)});
    }

    Layers* m_layers;
    OnnxBuilder* m_builder;
    std::size_t m_side_px; ///< Of the picture.
    std::size_t m_side;    ///< Of the heat maps.
    std::optional<Value> m_twice;
    std::optional<Value> m_zero;
    std::optional<Value> m_level;
    std::optional<Value> m_row_column;
    std::optional<Value> m_ones;
    std::optional<Value> m_zeros;
};

} // namespace

std::vector<std::byte> build_star(const Weights& weights, const NetworkInterface& interface, GraphForm form) {
    OnnxBuilder builder{"star"};
    Layers layers{builder, weights, form, epsilon};
    StarGraph{layers, interface.input.shape.back()}.build(interface);
    return builder.finish();
}

} // namespace facemirror::detail
