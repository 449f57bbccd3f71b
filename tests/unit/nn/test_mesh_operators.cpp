// SPDX-License-Identifier: Apache-2.0
// Each operator of the attention mesh against its formula written out (default-models.md 3).
#include <facemirror/nn/detail/mesh_operators.hpp>

#include <openvino/opsets/opset13.hpp>
#include <openvino/runtime/core.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

namespace facemirror::detail {
namespace {

namespace op = ov::opset13;
using Matrix = std::array<double, 16>;

std::vector<float> random_values(std::size_t count, float low, float high, unsigned seed) {
    std::mt19937 random{seed};
    std::uniform_real_distribution<float> value{low, high};
    std::vector<float> values(count);
    std::ranges::generate(values, [&] { return value(random); });
    return values;
}

/// Runs one output of a graph on the processor in f32.
std::vector<float> evaluate(const ov::Output<ov::Node>& output, const ov::ParameterVector& parameters,
                            const std::vector<std::vector<float>>& inputs) {
    static ov::Core core;
    auto compiled = core.compile_model(std::make_shared<ov::Model>(ov::OutputVector{output}, parameters),
                                       "CPU", ov::hint::inference_precision(ov::element::f32));
    auto request = compiled.create_infer_request();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        ov::Tensor tensor{ov::element::f32, parameters[i]->get_shape()};
        std::ranges::copy(inputs[i], tensor.data<float>());
        request.set_input_tensor(i, tensor);
    }
    request.infer();
    const ov::Tensor result = request.get_output_tensor(0);
    return {result.data<float>(), result.data<float>() + result.get_size()};
}

std::shared_ptr<op::Parameter> parameter(const ov::Shape& shape) {
    return std::make_shared<op::Parameter>(ov::element::f32, shape);
}

TEST(LandmarksToTransformMatrix, EqualsItsFormula) {
    const WindowOptions options{7, 31, {3, 8, 20, 33, 41, 60, 77}, 1.5F, 1.5F, 16, 16};
    for (const unsigned seed : {1U, 2U, 3U}) {
        const auto landmarks = random_values(std::size_t{100} * 3, 0, 192, seed);
        const auto at = [&](std::int64_t i, std::size_t axis) {
            return static_cast<double>(landmarks[static_cast<std::size_t>(i) * 3 + axis]);
        };
        const double dx = at(options.right, 0) - at(options.left, 0);
        const double dy = at(options.right, 1) - at(options.left, 1);
        const double ux = dx / std::hypot(dx, dy);
        const double uy = dy / std::hypot(dx, dy);
        double low_u = 1e9;
        double low_v = 1e9;
        double high_u = -1e9;
        double high_v = -1e9;
        for (const auto i : options.subset) {
            const double u = at(i, 0) * ux + at(i, 1) * uy;
            const double v = -at(i, 0) * uy + at(i, 1) * ux;
            low_u = std::min(low_u, u);
            high_u = std::max(high_u, u);
            low_v = std::min(low_v, v);
            high_v = std::max(high_v, v);
        }
        const double sx = 1.5 * (high_u - low_u) / 16;
        const double sy = 1.5 * (high_v - low_v) / 16;
        const double cu = (low_u + high_u) / 2 - 8 * sx; // the window's first corner along u and v
        const double cv = (low_v + high_v) / 2 - 8 * sy;
        const Matrix expected{
            sx * ux, -sy * uy, 0, cu * ux - cv * uy, sx * uy, sy * ux, 0, cu * uy + cv * ux, 0, 0, 1, 0, 0,
            0,       0,        1};

        const auto input = parameter({1, 100, 3});
        const auto found = evaluate(landmarks_to_transform_matrix(input, options), {input}, {landmarks});
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            EXPECT_NEAR(static_cast<double>(found[i]), expected[i], 2e-4) << "px, element " << i;
        }
    }
}

/// Bilinear sample of [h,w,c] at (x, y); nothing where the position leaves the map.
double sample(const std::vector<float>& map, std::size_t h, std::size_t w, std::size_t c, std::size_t channel,
              double x, double y) {
    if (x < 0 || y < 0 || x > static_cast<double>(w - 1) || y > static_cast<double>(h - 1)) {
        return 0;
    }
    const auto x0 = std::min(static_cast<std::size_t>(x), w - 2);
    const auto y0 = std::min(static_cast<std::size_t>(y), h - 2);
    const double fx = x - static_cast<double>(x0);
    const double fy = y - static_cast<double>(y0);
    const auto at = [&](std::size_t row, std::size_t column) {
        return static_cast<double>(map[(row * w + column) * c + channel]);
    };
    return (1 - fy) * ((1 - fx) * at(y0, x0) + fx * at(y0, x0 + 1)) +
           fy * ((1 - fx) * at(y0 + 1, x0) + fx * at(y0 + 1, x0 + 1));
}

TEST(TransformTensorBilinear, SamplesWithTheHalfPixelShiftAndIsZeroOutside) {
    constexpr std::size_t h = 20;
    constexpr std::size_t w = 24;
    constexpr std::size_t c = 5;
    constexpr std::size_t side = 8;
    // Inside, turned, and far over two borders.
    const std::vector<std::vector<float>> matrices{
        {1.5F, 0, 0, 2, 0, 1.25F, 0, 3, 0, 0, 1, 0, 0, 0, 0, 1},
        {1.1F, -0.6F, 0, 8, 0.6F, 1.1F, 0, 2, 0, 0, 1, 0, 0, 0, 0, 1},
        {2.3F, 0.2F, 0, 10, -0.2F, 2.3F, 0, -6, 0, 0, 1, 0, 0, 0, 0, 1}};
    const auto map = random_values(h * w * c, -1, 1, 4);
    for (const auto& m : matrices) {
        const auto input = parameter({1, h, w, c});
        const auto matrix = parameter({1, 4, 4});
        const auto found =
            evaluate(transform_tensor_bilinear(input, matrix, side, side), {input, matrix}, {map, m});
        ASSERT_EQ(found.size(), side * side * c);
        for (std::size_t i = 0; i < found.size(); ++i) {
            const double x = static_cast<double>(i / c % side) + 0.5;
            const double y = static_cast<double>(i / c / side) + 0.5;
            const double px = static_cast<double>(m[0]) * x + static_cast<double>(m[1]) * y +
                              static_cast<double>(m[3]) - 0.5;
            const double py = static_cast<double>(m[4]) * x + static_cast<double>(m[5]) * y +
                              static_cast<double>(m[7]) - 0.5;
            EXPECT_NEAR(static_cast<double>(found[i]), sample(map, h, w, c, i % c, px, py), 1e-4)
                << "sample " << i << " at " << px << ", " << py;
        }
    }
}

TEST(TransformLandmarks, MultipliesAndShifts) {
    const auto points = random_values(std::size_t{9} * 2, 0, 16, 6);
    const auto m = random_values(16, -3, 3, 7);
    const auto input = parameter({1, 9, 2});
    const auto matrix = parameter({1, 4, 4});
    const auto found = evaluate(transform_landmarks(input, matrix), {input, matrix}, {points, m});
    ASSERT_EQ(found.size(), points.size());
    for (std::size_t i = 0; i < 9; ++i) {
        const float x = points[2 * i];
        const float y = points[2 * i + 1];
        EXPECT_NEAR(found[2 * i], m[0] * x + m[1] * y + m[3], 1e-4F) << "px";
        EXPECT_NEAR(found[2 * i + 1], m[4] * x + m[5] * y + m[7], 1e-4F) << "px";
    }
}

} // namespace
} // namespace facemirror::detail
