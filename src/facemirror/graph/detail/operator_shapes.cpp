// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/operator_shapes.hpp>

#include <facemirror/graph/detail/layer_work.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

namespace facemirror::detail {

namespace {

using Result = std::optional<Sizes>;
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

Result concat(const KnownNode& known) {
    Result shape = same(known);
    const auto axis = shape ? front_axis(known.integer_or("axis", 0), shape->size()) : std::nullopt;
    for (std::size_t i = 1; axis && i < known.inputs.size(); ++i) {
        const Sizes* part = known.shape(i);
        if (part == nullptr || part->size() != shape->size()) {
            return std::nullopt;
        }
        const std::int64_t joined = (*shape)[*axis] + (*part)[*axis];
        (*shape)[*axis] = (*part)[*axis];
        if (joined > most || *shape != *part) { // all other axes agree
            return std::nullopt;
        }
        (*shape)[*axis] = joined;
    }
    return axis ? shape : std::nullopt;
}

Result gather(const KnownNode& known) {
    const Sizes* data = known.shape(0);
    const Sizes* indices = known.shape(1);
    const auto axis = data == nullptr ? std::nullopt : front_axis(known.integer_or("axis", 0), data->size());
    if (!axis || indices == nullptr) {
        return std::nullopt;
    }
    Sizes shape = *data;
    const auto place = shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(*axis));
    shape.insert(place, indices->begin(), indices->end());
    return shape;
}

Result slice(const KnownNode& known) {
    Result shape = same(known);
    const auto slices = shape ? slices_of(known, *shape) : std::nullopt;
    for (std::size_t axis = 0; slices && axis < shape->size(); ++axis) {
        (*shape)[axis] = (*slices)[axis].count;
    }
    return slices ? shape : std::nullopt;
}

Result reshape(const KnownNode& known) {
    const Sizes* data = known.shape(0);
    Result shape = known.integers("shape", 1);
    if (data == nullptr || !shape || !all_between(*shape, -1, most)) {
        return std::nullopt;
    }
    const std::int64_t elements = product_of(*data);
    std::int64_t* free = nullptr;
    std::int64_t fixed = 1;
    for (std::size_t axis = 0; axis < shape->size(); ++axis) {
        std::int64_t& size = (*shape)[axis];
        if (size == 0 && known.integer_or("allowzero", 0) == 0) {
            size = axis < data->size() ? (*data)[axis] : -1;
        }
        if (size == -1 && free != nullptr) {
            return std::nullopt;
        }
        free = size == -1 ? &size : free;
        fixed = size == -1 ? fixed : product_of({fixed, size});
    }
    if (free != nullptr) {
        *free = fixed > 0 ? elements / fixed : 0;
        fixed *= *free;
    }
    return fixed == elements ? shape : std::nullopt;
}

Result flatten(const KnownNode& known) {
    const Sizes* data = known.shape(0);
    if (data == nullptr) {
        return std::nullopt;
    }
    const std::int64_t axis = known.integer_or("axis", 1);
    const auto rank = static_cast<std::int64_t>(data->size());
    const std::int64_t place = axis < 0 ? axis + rank : axis;
    if (place < 0 || place > rank) {
        return std::nullopt;
    }
    return Sizes{product_of({data->begin(), data->begin() + place}),
                 product_of({data->begin() + place, data->end()})};
}

Result squeeze(const KnownNode& known) {
    const Sizes* data = known.shape(0);
    const auto axes = known.integers("axes", 1);
    if (data == nullptr || (known.has_input(1) && !axes)) {
        return std::nullopt;
    }
    Sizes shape;
    for (std::size_t axis = 0; axis < data->size(); ++axis) {
        const bool is_named = axes && std::ranges::any_of(*axes, [&](std::int64_t named) {
                                  return front_axis(named, data->size()) == axis;
                              });
        if (axes ? !is_named : (*data)[axis] != 1) {
            shape.push_back((*data)[axis]);
        }
    }
    return shape;
}

Result unsqueeze(const KnownNode& known) {
    Result shape = same(known);
    auto axes = known.integers("axes", 1);
    if (!shape || !axes || axes->size() > 8) {
        return std::nullopt;
    }
    const std::size_t rank = shape->size() + axes->size();
    for (std::int64_t& axis : *axes) {
        const auto place = front_axis(axis, rank);
        if (!place) {
            return std::nullopt;
        }
        axis = static_cast<std::int64_t>(*place);
    }
    std::ranges::sort(*axes);
    for (const std::int64_t axis : *axes) {
        if (axis > static_cast<std::int64_t>(shape->size())) {
            return std::nullopt; // an axis named twice
        }
        shape->insert(shape->begin() + axis, 1);
    }
    return shape;
}

Result transpose(const KnownNode& known) {
    const Sizes* data = known.shape(0);
    const Sizes* order = known.attribute("perm");
    if (data == nullptr || (order != nullptr && order->size() != data->size())) {
        return std::nullopt;
    }
    if (order == nullptr) {
        return Sizes{data->rbegin(), data->rend()};
    }
    Sizes sorted = *order;
    std::ranges::sort(sorted);
    Sizes shape;
    for (std::size_t axis = 0; axis < data->size(); ++axis) {
        if (sorted[axis] != static_cast<std::int64_t>(axis)) {
            return std::nullopt;
        }
        shape.push_back((*data)[static_cast<std::size_t>((*order)[axis])]);
    }
    return shape;
}

Result expand(const KnownNode& known) {
    const auto wanted = known.integers("shape", 1);
    return known.shape(0) == nullptr || !wanted ? std::nullopt : broadcast(*known.shape(0), *wanted);
}

Result tile(const KnownNode& known) {
    Result shape = same(known);
    const auto repeats = known.integers("repeats", 1);
    if (!shape || !repeats || repeats->size() != shape->size() || !all_between(*repeats, 0, most)) {
        return std::nullopt;
    }
    for (std::size_t axis = 0; axis < shape->size(); ++axis) {
        (*shape)[axis] = product_of({(*shape)[axis], (*repeats)[axis]});
    }
    return shape;
}

Result pad(const KnownNode& known) {
    Result shape = same(known);
    const auto pads = known.integers("pads", 1);
    if (!shape || !pads || pads->size() != 2 * shape->size() || !all_between(*pads, -most, most)) {
        return std::nullopt;
    }
    for (std::size_t axis = 0; axis < shape->size(); ++axis) {
        (*shape)[axis] += (*pads)[axis] + (*pads)[axis + shape->size()];
    }
    return shape;
}

Result resize(const KnownNode& known) {
    const Sizes* data = known.shape(0);
    if (data == nullptr) {
        return std::nullopt;
    }
    const auto sizes = known.integers("sizes", 3);
    if (sizes && !sizes->empty()) {
        return sizes->size() == data->size() ? sizes : std::nullopt;
    }
    // Upsample and the oldest Resize have the scales as their second input.
    const std::vector<double>* scales = known.numbers(known.node->inputs.size() == 2 ? 1 : 2);
    if (scales == nullptr || scales->size() != data->size()) {
        return std::nullopt;
    }
    Sizes shape;
    for (std::size_t axis = 0; axis < data->size(); ++axis) {
        const double size = std::floor(static_cast<double>((*data)[axis]) * (*scales)[axis]);
        if (!(size >= 0 && size <= static_cast<double>(most))) {
            return std::nullopt;
        }
        shape.push_back(static_cast<std::int64_t>(size));
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

Result shape_of_shape(const KnownNode& known) {
    const auto numbers = known.shape(0) == nullptr ? std::nullopt : compute_numbers(known, {}, true);
    return numbers ? Result{Sizes{static_cast<std::int64_t>(numbers->size())}} : std::nullopt;
}

Result constant_of_shape(const KnownNode& known) {
    return known.integers("shape", 0);
}

Result range(const KnownNode& known) {
    const auto* start = known.numbers(0);
    const auto* limit = known.numbers(1);
    const auto* step = known.numbers(2);
    if (start == nullptr || limit == nullptr || step == nullptr || start->size() != 1 || limit->size() != 1 ||
        step->size() != 1 || step->front() == 0) {
        return std::nullopt;
    }
    const double count = std::ceil((limit->front() - start->front()) / step->front());
    return count <= static_cast<double>(most) ? Result{Sizes{static_cast<std::int64_t>(std::max(count, 0.0))}}
                                              : std::nullopt;
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
