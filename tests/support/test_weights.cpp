// SPDX-License-Identifier: Apache-2.0
#include "test_weights.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>

namespace facemirror {

namespace {

/// SplitMix64 (Steele, Lea and Flood 2014).
class Stream {
public:
    explicit Stream(std::uint64_t seed) : m_state{seed} {}

    /// The next number in [0, 1), a multiple of 2^-24.
    double next() {
        m_state += 0x9E3779B97F4A7C15U;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        z ^= z >> 31U;
        return static_cast<double>(z >> 40U) * 0x1p-24;
    }

private:
    std::uint64_t m_state;
};

std::int64_t product(std::span<const std::int64_t> sizes) {
    return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies{});
}

/// Which edge of the face a point of WFLW lies on; 9 for the pupils, which lie on none (behaviour.md 24.2).
std::size_t edge_of(std::size_t point) {
    constexpr std::array<std::size_t, 10> first_points{0, 33, 42, 51, 55, 60, 68, 76, 88, 96};
    const auto next = std::ranges::upper_bound(first_points, point);
    return static_cast<std::size_t>(next - first_points.begin()) - 1;
}

constexpr std::size_t points = 98;
constexpr std::size_t edges = 9;

std::vector<float> edge_weights() {
    std::vector<float> weights(points * edges, 0.0F);
    for (std::size_t point = 0; point < points; ++point) {
        if (edge_of(point) < edges) {
            weights[point * edges + edge_of(point)] = 1.0F;
        }
    }
    return weights;
}

std::vector<float> edge_biases() {
    std::vector<float> biases(points, 0.0F);
    for (std::size_t point = 0; point < points; ++point) {
        biases[point] = edge_of(point) < edges ? 0.0F : 1.0F;
    }
    return biases;
}

/// A draw u becomes base + factor * (scale * u - shift), rounded as the documented formulas are.
struct Rule {
    double base;
    double factor;
    double scale;
    double shift;

    [[nodiscard]] double of(double u) const { return base + factor * (scale * u - shift); }
};

enum class Place { begin, anywhere };

struct Gain {
    std::string_view text;
    Place place;
    double gain;
};

// The first whose text stands in a name decides. They keep activations finite and outputs unsaturated.
constexpr std::array gains{
    Gain{"body.stage1.0.0.", Place::begin, 0.0005},
    Gain{"Head.", Place::anywhere, 0.1},
    Gain{".conv_pwl.", Place::anywhere, 0.5},
    Gain{".conv3.", Place::anywhere, 0.1},
    Gain{"merge_", Place::begin, 0.1},
    Gain{"base_model.", Place::begin, 4.0},
    Gain{".coordconv.", Place::anywhere, 0.5},
    Gain{"out_", Place::begin, 0.1},
};

double gain_of(std::string_view name) {
    for (const Gain& known : gains) {
        const std::size_t found = name.find(known.text);
        if (found == 0 || (known.place == Place::anywhere && found != std::string_view::npos)) {
            return known.gain;
        }
    }
    return 2.0;
}

Rule rule_of(const NamedShape& entry) {
    const std::string_view name = entry.name;
    const bool is_vector = entry.shape.size() == 1;
    if (name.ends_with(".running_mean") || (is_vector && name.ends_with(".bias"))) {
        return {.base = 0.0, .factor = 0.2, .scale = 1.0, .shift = 0.5};
    }
    if (name.ends_with(".running_var")) {
        return {.base = 0.8, .factor = 0.4, .scale = 1.0, .shift = 0.0};
    }
    if (is_vector && name.ends_with(".weight")) {
        return {.base = 0.9, .factor = 0.2, .scale = 1.0, .shift = 0.0};
    }
    const auto fan_in = static_cast<double>(product(std::span{entry.shape}.subspan(1)));
    return {.base = 0.0, .factor = std::sqrt(3.0 * gain_of(name) / fan_in), .scale = 2.0, .shift = 1.0};
}

TestTensor make_tensor(const NamedShape& entry, Stream& stream) {
    TestTensor tensor{.name = entry.name, .shape = entry.shape, .type = ElementType::f32, .values = {}};
    if (entry.name.ends_with("num_batches_tracked")) {
        tensor.type = ElementType::i64;
        tensor.values = {1.0F};
    } else if (entry.name == "e2h_transform.weight") {
        tensor.values = edge_weights();
    } else if (entry.name == "e2h_transform.bias") {
        tensor.values = edge_biases();
    } else {
        const Rule rule = rule_of(entry);
        tensor.values.resize(static_cast<std::size_t>(product(entry.shape)));
        for (float& value : tensor.values) {
            value = static_cast<float>(rule.of(stream.next()));
        }
    }
    return tensor;
}

/// Where a pixel lies between the nodes of a grid that spans all of an axis.
struct Position {
    int cell;         ///< The node before it.
    std::int64_t way; ///< From that node, in units of 1 / steps of a cell.
    std::int64_t steps;
};

constexpr int grid_nodes = 8;

Position position_of(int pixel, int size) {
    const int steps = std::max(size - 1, 1);
    const int way = pixel * (grid_nodes - 1);
    const int cell = std::min(way / steps, grid_nodes - 2);
    return {.cell = cell, .way = way - cell * steps, .steps = steps};
}

using Grid = std::array<std::array<std::int64_t, grid_nodes>, grid_nodes>;

/// In whole numbers, so that every language rounds alike.
float value_at(const Grid& grid, const Position& row, const Position& column) {
    const auto along = [&](int node) {
        const auto& values = grid.at(static_cast<std::size_t>(node));
        const auto left = static_cast<std::size_t>(column.cell);
        return values.at(left) * (column.steps - column.way) + values.at(left + 1) * column.way;
    };
    const std::int64_t sum = along(row.cell) * (row.steps - row.way) + along(row.cell + 1) * row.way;
    return static_cast<float>(sum / (row.steps * column.steps));
}

} // namespace

std::vector<TestTensor> make_test_weights(std::span<const NamedShape> entries, std::uint64_t seed) {
    Stream stream{seed};
    std::vector<TestTensor> tensors;
    for (const NamedShape& entry : entries) {
        tensors.push_back(make_tensor(entry, stream));
    }
    return tensors;
}

std::vector<float> make_test_picture(int batch, int channels, int height, int width, std::uint64_t seed) {
    Stream stream{seed};
    std::vector<float> picture;
    for (int plane = 0; plane < batch * channels; ++plane) {
        Grid grid{};
        for (auto& row : grid) {
            for (std::int64_t& node : row) {
                node = static_cast<std::int64_t>(256.0 * stream.next());
            }
        }
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                picture.push_back(value_at(grid, position_of(y, height), position_of(x, width)));
            }
        }
    }
    return picture;
}

} // namespace facemirror
