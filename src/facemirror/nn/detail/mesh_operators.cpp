// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/detail/mesh_operators.hpp>

#include <openvino/opsets/opset13.hpp>

#include <initializer_list>

namespace facemirror::detail {

namespace {

namespace op = ov::opset13;
using Value = ov::Output<ov::Node>;

Value floats(const ov::Shape& shape, const std::vector<float>& values) {
    return op::Constant::create(ov::element::f32, shape, values);
}
Value integers(const std::vector<std::int64_t>& values) {
    return op::Constant::create(ov::element::i64, {values.size()}, values);
}
Value gather(const Value& data, const std::vector<std::int64_t>& indices, std::int64_t axis) {
    return std::make_shared<op::Gather>(data, integers(indices), integers({axis}));
}
Value add(const Value& a, const Value& b) {
    return std::make_shared<op::Add>(a, b);
}
Value subtract(const Value& a, const Value& b) {
    return std::make_shared<op::Subtract>(a, b);
}
Value multiply(const Value& a, const Value& b) {
    return std::make_shared<op::Multiply>(a, b);
}
Value product(const Value& a, const Value& b) {
    return std::make_shared<op::MatMul>(a, b);
}
Value product_with_transposed(const Value& a, const Value& b) {
    return std::make_shared<op::MatMul>(a, b, false, true);
}
Value concat(std::initializer_list<Value> parts, std::int64_t axis) {
    return std::make_shared<op::Concat>(ov::OutputVector{parts}, axis);
}
Value reshape(const Value& data, const std::vector<std::int64_t>& shape) {
    return std::make_shared<op::Reshape>(data, integers(shape), false);
}
Value transpose(const Value& data, const std::vector<std::int64_t>& order) {
    return std::make_shared<op::Transpose>(data, integers(order));
}

/// 1 where every coordinate of [1,n,2] lies in 0..limit, else 0: [1,n,1].
Value inside(const Value& positions, const Value& limit) {
    const Value zero = floats({}, {0});
    const Value above = std::make_shared<op::GreaterEqual>(positions, zero);
    const Value below = std::make_shared<op::LessEqual>(positions, limit);
    const Value both = std::make_shared<op::LogicalAnd>(above, below);
    return std::make_shared<op::Convert>(std::make_shared<op::ReduceLogicalAnd>(both, integers({2}), true),
                                         ov::element::f32);
}

} // namespace

ov::Output<ov::Node> landmarks_to_transform_matrix(const ov::Output<ov::Node>& landmarks,
                                                   const WindowOptions& options) {
    const Value xy = gather(landmarks, {0, 1}, 2);
    const Value across = subtract(gather(xy, {options.right}, 1), gather(xy, {options.left}, 1));
    const Value u =
        std::make_shared<op::Divide>(across, std::make_shared<op::ReduceL2>(across, integers({2}), true));
    const Value v = product(u, floats({1, 2, 2}, {0, 1, -1, 0})); // (-u.y, u.x)
    const Value axes = concat({u, v}, 1);                         // rows u and v

    const Value projected = product_with_transposed(gather(xy, options.subset, 1), axes);
    const Value low = std::make_shared<op::ReduceMin>(projected, integers({1}), true);
    const Value high = std::make_shared<op::ReduceMax>(projected, integers({1}), true);
    const Value center = product(multiply(add(low, high), floats({}, {0.5F})), axes);

    const auto width = static_cast<float>(options.width);
    const auto height = static_cast<float>(options.height);
    const Value step =
        multiply(subtract(high, low), floats({1, 1, 2}, {options.scale_x / width, options.scale_y / height}));
    const Value steps = multiply(axes, reshape(step, {1, 2, 1})); // rows sx * u and sy * v
    const Value half = product(floats({1, 1, 2}, {width / 2, height / 2}), steps);
    const Value origin = subtract(center, half);

    const Value transposed =
        concat({concat({steps, floats({1, 2, 2}, {0, 0, 0, 0})}, 2), floats({1, 1, 4}, {0, 0, 1, 0}),
                concat({origin, floats({1, 1, 2}, {0, 1})}, 2)},
               1);
    return transpose(transposed, {0, 2, 1});
}

ov::Output<ov::Node> transform_tensor_bilinear(const ov::Output<ov::Node>& map,
                                               const ov::Output<ov::Node>& matrix, std::int64_t width,
                                               std::int64_t height) {
    const ov::Shape& shape = map.get_shape();
    const ov::Shape grid{1, static_cast<std::size_t>(width * height), 4};
    std::vector<float> samples;
    for (std::int64_t y = 0; y < height; ++y) {
        for (std::int64_t x = 0; x < width; ++x) {
            samples.insert(samples.end(), {static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F, 0, 1});
        }
    }
    const Value transformed = gather(product_with_transposed(floats(grid, samples), matrix), {0, 1}, 2);
    const Value positions = subtract(transformed, floats({}, {0.5F})); // the half-pixel shift

    const Value limit =
        floats({1, 1, 2}, {static_cast<float>(shape[2] - 1), static_cast<float>(shape[1] - 1)});
    const Value normalised =
        subtract(multiply(std::make_shared<op::Divide>(positions, limit), floats({}, {2})), floats({}, {1}));
    op::GridSample::Attributes attributes;
    attributes.align_corners = true;
    attributes.mode = op::GridSample::InterpolationMode::BILINEAR;
    attributes.padding_mode = op::GridSample::PaddingMode::ZEROS;
    const Value sampled = std::make_shared<op::GridSample>(
        transpose(map, {0, 3, 1, 2}), reshape(normalised, {1, height, width, 2}), attributes);
    const Value mask = reshape(inside(positions, limit), {1, height, width, 1});
    return multiply(transpose(sampled, {0, 2, 3, 1}), mask);
}

ov::Output<ov::Node> transform_landmarks(const ov::Output<ov::Node>& points,
                                         const ov::Output<ov::Node>& matrix) {
    const Value rows = gather(matrix, {0, 1}, 1);
    const Value turned = product_with_transposed(points, gather(rows, {0, 1}, 2));
    return add(turned, transpose(gather(rows, {3}, 2), {0, 2, 1}));
}

} // namespace facemirror::detail
