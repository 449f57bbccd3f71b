// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/operator_shapes.hpp>

#include <facemirror/graph/detail/layer_work.hpp>
#include <facemirror/graph/detail/layout_shapes.hpp>

#include <algorithm>
#include <map>
#include <string_view>

namespace facemirror::detail {

namespace {

using Rule = Result (*)(const KnownNode&);

constexpr std::int64_t most = std::int64_t{1} << 31; // of a size, a stride or a padding

Result same(const KnownNode& known) {
    const Sizes* shape = known.shape(0);
    return shape == nullptr ? std::nullopt : Result{*shape};
}

Result broadcast_all(const KnownNode& known) {
    Result result = Sizes{};
    for (std::size_t i = 0; i < known.inputs.size() && result; ++i) {
        const Sizes* shape = known.shape(i);
        result = shape == nullptr ? std::nullopt : broadcast(*result, *shape);
    }
    return result;
}

bool all_between(const Sizes& values, std::int64_t low, std::int64_t high) {
    return std::ranges::all_of(values, [=](std::int64_t value) { return value >= low && value <= high; });
}

/// The windows of a convolution or pooling along the axes behind the second; nullopt if its attributes are
/// impossible.
Result count_windows(const KnownNode& known, const Sizes& data, const Sizes& kernel) {
    const std::size_t axes = kernel.size();
    const auto list = [&](const char* name, std::size_t count, std::int64_t fallback) {
        const Sizes* found = known.attribute(name);
        return found != nullptr && found->size() == count ? *found : Sizes(count, fallback);
    };
    const Sizes strides = list("strides", axes, 1);
    const Sizes dilations = list("dilations", axes, 1);
    const Sizes pads = list("pads", 2 * axes, 0);
    const auto automatic = known.node->texts.find("auto_pad");
    const bool is_same = automatic != known.node->texts.end() && automatic->second.starts_with("SAME");
    if (data.size() != axes + 2 || !all_between(kernel, 1, most) || !all_between(strides, 1, most) ||
        !all_between(dilations, 1, most) || !all_between(pads, -most, most)) {
        return std::nullopt;
    }
    Sizes counts;
    for (std::size_t axis = 0; axis < axes; ++axis) {
        const std::int64_t size = data[axis + 2];
        const std::int64_t reach = (kernel[axis] - 1) * dilations[axis] + 1;
        std::int64_t room = size + pads[axis] + pads[axis + axes] - reach;
        if (known.integer_or("ceil_mode", 0) != 0) {
            room += strides[axis] - 1;
        }
        counts.push_back(is_same    ? (size + strides[axis] - 1) / strides[axis]
                         : room < 0 ? 0
                                    : room / strides[axis] + 1);
    }
    return counts;
}

Result convolution(const KnownNode& known) {
    const Sizes* data = known.shape(0);
    const Sizes* weight = known.shape(1);
    if (data == nullptr || weight == nullptr || weight->size() < 3) {
        return std::nullopt;
    }
    auto counts = count_windows(known, *data, {weight->begin() + 2, weight->end()});
    if (!counts) {
        return std::nullopt;
    }
    counts->insert(counts->begin(), {data->front(), weight->front()});
    return counts;
}

Result pooling(const KnownNode& known) {
    const Sizes* data = known.shape(0);
    const Sizes* kernel = known.attribute("kernel_shape");
    auto counts = data == nullptr || kernel == nullptr ? std::nullopt : count_windows(known, *data, *kernel);
    if (counts) {
        counts->insert(counts->begin(), {(*data)[0], (*data)[1]});
    }
    return counts;
}

Result global_pooling(const KnownNode& known) {
    Result shape = same(known);
    if (shape && shape->size() > 2) {
        std::fill(shape->begin() + 2, shape->end(), 1);
    }
    return shape;
}

Result gemm(const KnownNode& known) {
    const Sizes* a = known.shape(0);
    const Sizes* b = known.shape(1);
    if (a == nullptr || b == nullptr || a->size() != 2 || b->size() != 2) {
        return std::nullopt;
    }
    return Sizes{(*a)[known.integer_or("transA", 0) != 0 ? 1 : 0],
                 (*b)[known.integer_or("transB", 0) != 0 ? 0 : 1]};
}

Result matrix_product(const KnownNode& known) {
    const Sizes* a = known.shape(0);
    const Sizes* b = known.shape(1);
    if (a == nullptr || b == nullptr || a->size() < 2 || b->size() < 2) {
        return std::nullopt;
    }
    Result shape = broadcast({a->begin(), a->end() - 2}, {b->begin(), b->end() - 2});
    if (shape) {
        shape->push_back((*a)[a->size() - 2]);
        shape->push_back(b->back());
    }
    return shape;
}

Result einsum(const KnownNode& known) {
    const auto equation = known.node->texts.find("equation");
    const auto arrow = equation == known.node->texts.end() ? std::string::npos : equation->second.find("->");
    if (arrow == std::string::npos) {
        return std::nullopt;
    }
    std::map<char, std::int64_t> sizes;
    std::size_t input = 0;
    std::size_t axis = 0;
    for (const char letter : equation->second.substr(0, arrow)) {
        if (letter == ',') {
            ++input;
            axis = 0;
        } else if (letter != ' ') {
            const Sizes* shape = known.shape(input);
            if (shape == nullptr || axis >= shape->size()) {
                return std::nullopt;
            }
            sizes[letter] = (*shape)[axis++];
        }
    }
    Sizes shape;
    for (const char letter : equation->second.substr(arrow + 2)) {
        if (letter != ' ') {
            shape.push_back(sizes[letter]);
        }
    }
    return shape;
}

Result reduce(const KnownNode& known) {
    const Sizes* data = known.shape(0);
    const auto axes = known.integers("axes", 1);
    if (data == nullptr || (known.has_input(1) && !axes)) {
        return std::nullopt;
    }
    Sizes shape;
    for (std::size_t axis = 0; axis < data->size(); ++axis) {
        const bool is_reduced = !axes || axes->empty() || std::ranges::any_of(*axes, [&](std::int64_t named) {
            return front_axis(named, data->size()) == axis;
        });
        if (!is_reduced) {
            shape.push_back((*data)[axis]);
        } else if (known.integer_or("keepdims", 1) != 0) {
            shape.push_back(1);
        }
    }
    return shape;
}

Result top_k(const KnownNode& known) {
    Result shape = same(known);
    const auto count = known.integers("k", 1);
    const auto axis = shape ? front_axis(known.integer_or("axis", -1), shape->size()) : std::nullopt;
    if (!axis || !count || count->size() != 1) {
        return std::nullopt;
    }
    (*shape)[*axis] = count->front();
    return shape;
}

const std::map<std::string_view, Rule>& rules() {
    static const std::map<std::string_view, Rule> table = [] {
        std::map<std::string_view, Rule> all{{"Conv", convolution},
                                             {"MaxPool", pooling},
                                             {"AveragePool", pooling},
                                             {"Gemm", gemm},
                                             {"MatMul", matrix_product},
                                             {"Einsum", einsum},
                                             {"Concat", concat},
                                             {"Gather", gather},
                                             {"Slice", slice},
                                             {"Reshape", reshape},
                                             {"Flatten", flatten},
                                             {"Squeeze", squeeze},
                                             {"Unsqueeze", unsqueeze},
                                             {"Transpose", transpose},
                                             {"Expand", expand},
                                             {"Tile", tile},
                                             {"Pad", pad},
                                             {"Resize", resize},
                                             {"Upsample", resize},
                                             {"TopK", top_k},
                                             {"Shape", shape_of_shape},
                                             {"Range", range},
                                             {"ConstantOfShape", constant_of_shape}};
        for (const char* op : {"Abs",
                               "BatchNormalization",
                               "Cast",
                               "Ceil",
                               "Clip",
                               "Dropout",
                               "Elu",
                               "Erf",
                               "Exp",
                               "EyeLike",
                               "Floor",
                               "Gelu",
                               "Identity",
                               "InstanceNormalization",
                               "LayerNormalization",
                               "LeakyRelu",
                               "Log",
                               "Neg",
                               "Not",
                               "Reciprocal",
                               "Relu",
                               "Round",
                               "Sigmoid",
                               "HardSigmoid",
                               "HardSwish",
                               "Softmax",
                               "Softplus",
                               "Sqrt",
                               "Tanh"}) {
            all.emplace(op, same);
        }
        for (const char* op :
             {"Add", "And", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Min",
              "Mod", "Mul", "Or", "Pow", "PRelu", "Sub", "Sum", "Where"}) {
            all.emplace(op, broadcast_all);
        }
        for (const char* op : {"GlobalAveragePool", "GlobalMaxPool"}) {
            all.emplace(op, global_pooling);
        }
        for (const char* op : {"ReduceL1", "ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
                               "ReduceSum", "ReduceSumSquare"}) {
            all.emplace(op, reduce);
        }
        return all;
    }();
    return table;
}

} // namespace

std::vector<std::optional<Sizes>> output_shapes(const KnownNode& known) {
    const auto rule = rules().find(known.node->op);
    if (rule == rules().end()) {
        return {};
    }
    // Several outputs of one size: TopK's values and places.
    return std::vector<std::optional<Sizes>>(known.node->op == "TopK" ? 2 : 1, rule->second(known));
}

} // namespace facemirror::detail
