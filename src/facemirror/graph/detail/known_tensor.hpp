// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/onnx_reader.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace facemirror::detail {

using Sizes = std::vector<std::int64_t>;

/// What is known about a tensor before the network runs.
struct KnownTensor {
    std::optional<Sizes> shape;
    std::optional<std::vector<double>> numbers; ///< Of short tensors, row-major.
    bool is_integer = false;
};

/// One node and what is known about its inputs; a left-out or unknown input is nullptr.
struct KnownNode {
    const OnnxNode* node;
    std::vector<const KnownTensor*> inputs;

    [[nodiscard]] const Sizes* shape(std::size_t input) const;
    [[nodiscard]] const std::vector<double>* numbers(std::size_t input) const;
    /// A list of integers from an attribute or, since later operator sets, from an input.
    [[nodiscard]] std::optional<Sizes> integers(const char* attribute, std::size_t input) const;
    [[nodiscard]] std::int64_t integer_or(const char* attribute, std::int64_t fallback) const;
    [[nodiscard]] const Sizes* attribute(const char* name) const;
    [[nodiscard]] bool has_input(std::size_t input) const;
};

/// Shapes that broadcast to one another; nullopt if they do not.
[[nodiscard]] std::optional<Sizes> broadcast(const Sizes& a, const Sizes& b);

/// An axis counted from the front; nullopt if a tensor of this rank has none such.
[[nodiscard]] std::optional<std::size_t> front_axis(std::int64_t axis, std::size_t rank);

/// First place, step and number of the places that a slice takes along one axis.
struct SliceRange {
    std::int64_t begin = 0;
    std::int64_t step = 1;
    std::int64_t count = 0;
};

/// The slices of a Slice node, one for each axis of its input; nullopt if they are not known.
[[nodiscard]] std::optional<std::vector<SliceRange>> slices_of(const KnownNode& known, const Sizes& shape);

/// The numbers of a node's first output, whose shape is known and short.
/// Returns  nullopt if the operator is not followed or an input is not known.
[[nodiscard]] std::optional<std::vector<double>> compute_numbers(const KnownNode& known, const Sizes& shape,
                                                                 bool is_integer);

} // namespace facemirror::detail
