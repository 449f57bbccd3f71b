// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/layer_work.hpp>

#include <algorithm>
#include <map>

namespace facemirror::detail {

namespace {

using Shape = std::vector<std::int64_t>;

constexpr std::int64_t most = std::int64_t{1} << 61;

std::int64_t multiply(std::int64_t a, std::int64_t b) noexcept {
    return a > 0 && b > 0 && a > most / b ? most : a * b;
}

std::int64_t integer_or(const OnnxNode& node, const char* name, std::int64_t fallback) {
    const auto found = node.integers.find(name);
    return found == node.integers.end() || found->second.empty() ? fallback : found->second.front();
}

/// Each output element takes a kernel over the input channels of its group; transposed, each input element
/// goes to a kernel over the output channels.
std::int64_t convolution(const Shape& data, const Shape& weight) {
    if (weight.size() < 2) {
        return 0;
    }
    return multiply(product_of(data), product_of({weight.begin() + 1, weight.end()}));
}

std::int64_t gemm(const OnnxNode& node, const Shape& a, const Shape& output) {
    if (a.size() != 2) {
        return 0;
    }
    return multiply(product_of(output), a[integer_or(node, "transA", 0) != 0 ? 0 : 1]);
}

/// The product of the sizes of all letters of an equation such as "bij,bjk->bik".
std::int64_t einsum(const OnnxGraph& graph, const OnnxNode& node) {
    const auto equation = node.texts.find("equation");
    if (equation == node.texts.end()) {
        return 0;
    }
    std::map<char, std::int64_t> sizes;
    std::size_t input = 0;
    std::size_t axis = 0;
    for (const char letter : equation->second.substr(0, equation->second.find("->"))) {
        if (letter == ',') {
            ++input;
            axis = 0;
        } else if (letter != ' ') {
            const Shape* shape = input < node.inputs.size() ? shape_of(graph, node.inputs[input]) : nullptr;
            if (shape == nullptr || axis >= shape->size()) {
                return 0;
            }
            sizes[letter] = (*shape)[axis++];
        }
    }
    std::int64_t macs = 1;
    for (const auto& [letter, size] : sizes) {
        macs = multiply(macs, size);
    }
    return macs;
}

} // namespace

std::int64_t product_of(const Shape& shape) noexcept {
    std::int64_t product = 1;
    for (const std::int64_t size : shape) {
        product = multiply(product, std::max<std::int64_t>(size, 0));
    }
    return product;
}

const Shape* shape_of(const OnnxGraph& graph, const std::string& tensor) {
    const auto found = graph.shapes.find(tensor);
    if (found != graph.shapes.end()) {
        return &found->second;
    }
    const auto constant = graph.constants.find(tensor);
    return constant == graph.constants.end() ? nullptr : &constant->second.shape;
}

std::int64_t macs_of(const OnnxGraph& graph, const OnnxNode& node) {
    if (node.op == "Einsum") {
        return einsum(graph, node);
    }
    const Shape* a = node.inputs.size() > 1 ? shape_of(graph, node.inputs[0]) : nullptr;
    const Shape* b = node.inputs.size() > 1 ? shape_of(graph, node.inputs[1]) : nullptr;
    const Shape* output = node.outputs.empty() ? nullptr : shape_of(graph, node.outputs[0]);
    if (a == nullptr || b == nullptr || output == nullptr) {
        return 0;
    }
    if (node.op == "Conv") {
        return convolution(*output, *b);
    }
    if (node.op == "ConvTranspose") {
        return convolution(*a, *b);
    }
    if (node.op == "Gemm") {
        return gemm(node, *a, *output);
    }
    return node.op == "MatMul" && !a->empty() ? multiply(product_of(*output), a->back()) : 0;
}

} // namespace facemirror::detail
