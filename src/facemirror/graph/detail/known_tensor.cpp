// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/known_tensor.hpp>

#include <facemirror/graph/detail/layer_work.hpp>

#include <algorithm>
#include <cmath>

namespace facemirror::detail {

namespace {

using Numbers = std::vector<double>;
using Binary = double (*)(double, double);

constexpr double most_exact = 9007199254740992.0; // 2^53: larger integers are not exact in double

bool is_exact(double number) {
    return std::abs(number) <= most_exact; // no NaN either
}

double divide(double a, double b) {
    return a / b;
}

Binary operation_of(const std::string& op) {
    static const std::map<std::string, Binary> operations{
        {"Add", [](double a, double b) { return a + b; }},
        {"Sub", [](double a, double b) { return a - b; }},
        {"Mul", [](double a, double b) { return a * b; }},
        {"Div", divide},
        {"Max", [](double a, double b) { return std::max(a, b); }},
        {"Min", [](double a, double b) { return std::min(a, b); }},
        {"Equal", [](double a, double b) { return a == b ? 1.0 : 0.0; }},
    };
    const auto found = operations.find(op);
    return found == operations.end() ? nullptr : found->second;
}

/// The places along all axes of an element.
Sizes unravel(std::int64_t element, const Sizes& shape) {
    Sizes places(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        places[axis] = element % shape[axis];
        element /= shape[axis];
    }
    return places;
}

/// The element at these places; axes of size 1 are broadcast, missing ones in front too.
std::size_t ravel(const Sizes& places, const Sizes& shape) {
    std::int64_t element = 0;
    const std::size_t skipped = places.size() - shape.size();
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        element = element * shape[axis] + (shape[axis] == 1 ? 0 : places[skipped + axis]);
    }
    return static_cast<std::size_t>(element);
}

/// Fills a tensor element by element from the places of each.
std::optional<Numbers> fill(const Sizes& shape,
                            const std::function<std::optional<double>(const Sizes&)>& value_at) {
    Numbers numbers;
    for (std::int64_t element = 0; element < product_of(shape); ++element) {
        const auto value = value_at(unravel(element, shape));
        if (!value || !is_exact(*value)) {
            return std::nullopt;
        }
        numbers.push_back(*value);
    }
    return numbers;
}

std::optional<Numbers> fold_binary(const KnownNode& known, const Sizes& shape, Binary operation,
                                   bool is_integer) {
    const Numbers* a = known.numbers(0);
    const Numbers* b = known.numbers(1);
    if (a == nullptr || b == nullptr || known.inputs.size() != 2) {
        return std::nullopt;
    }
    return fill(shape, [&](const Sizes& places) -> std::optional<double> {
        const double value =
            operation((*a)[ravel(places, *known.shape(0))], (*b)[ravel(places, *known.shape(1))]);
        return is_integer ? std::trunc(value) : value; // integers divide towards zero
    });
}

std::optional<Numbers> fold_each(const KnownNode& known, const std::function<double(double)>& operation) {
    Numbers numbers = *known.numbers(0);
    std::ranges::transform(numbers, numbers.begin(), operation);
    const bool are_sane = std::ranges::all_of(numbers, is_exact);
    return are_sane ? std::optional{std::move(numbers)} : std::nullopt;
}

std::optional<Numbers> fold_clip(const KnownNode& known) {
    const Numbers* low = known.numbers(1);
    const Numbers* high = known.numbers(2);
    if ((known.has_input(1) && low == nullptr) || (known.has_input(2) && high == nullptr) ||
        (low != nullptr && low->size() != 1) || (high != nullptr && high->size() != 1)) {
        return std::nullopt;
    }
    return fold_each(known, [&](double value) {
        value = low == nullptr ? value : std::max(value, low->front());
        return high == nullptr ? value : std::min(value, high->front());
    });
}

std::optional<Numbers> fold_concat(const KnownNode& known, const Sizes& shape) {
    const auto axis = front_axis(known.integer_or("axis", 0), shape.size());
    if (!axis) {
        return std::nullopt;
    }
    return fill(shape, [&](Sizes places) -> std::optional<double> {
        for (std::size_t i = 0; i < known.inputs.size(); ++i) {
            const Sizes* part = known.shape(i);
            if (part == nullptr || known.numbers(i) == nullptr) {
                return std::nullopt;
            }
            if (places[*axis] < (*part)[*axis]) {
                return (*known.numbers(i))[ravel(places, *part)];
            }
            places[*axis] -= (*part)[*axis];
        }
        return std::nullopt;
    });
}

std::optional<Numbers> fold_slice(const KnownNode& known, const Sizes& shape) {
    const auto slices = slices_of(known, *known.shape(0));
    if (!slices) {
        return std::nullopt;
    }
    return fill(shape, [&](Sizes places) -> std::optional<double> {
        for (std::size_t axis = 0; axis < places.size(); ++axis) {
            places[axis] = (*slices)[axis].begin + places[axis] * (*slices)[axis].step;
        }
        return (*known.numbers(0))[ravel(places, *known.shape(0))];
    });
}

std::optional<Numbers> fold_gather(const KnownNode& known, const Sizes& shape) {
    const Sizes& data = *known.shape(0);
    const auto axis = front_axis(known.integer_or("axis", 0), data.size());
    if (known.numbers(1) == nullptr || !axis || !std::ranges::all_of(*known.numbers(1), is_exact)) {
        return std::nullopt;
    }
    const Sizes& indices = *known.shape(1);
    return fill(shape, [&](const Sizes& places) -> std::optional<double> {
        const auto first = places.begin() + static_cast<std::ptrdiff_t>(*axis);
        const auto behind = first + static_cast<std::ptrdiff_t>(indices.size());
        auto index = static_cast<std::int64_t>((*known.numbers(1))[ravel({first, behind}, indices)]);
        index += index < 0 ? data[*axis] : 0;
        if (index < 0 || index >= data[*axis]) {
            return std::nullopt;
        }
        Sizes source{places.begin(), first};
        source.push_back(index);
        source.insert(source.end(), behind, places.end());
        return (*known.numbers(0))[ravel(source, data)];
    });
}

std::optional<Numbers> fold_transpose(const KnownNode& known, const Sizes& shape) {
    const Sizes* order = known.attribute("perm");
    const std::size_t rank = shape.size();
    return fill(shape, [&](const Sizes& places) -> std::optional<double> {
        Sizes source(rank);
        for (std::size_t axis = 0; axis < rank; ++axis) {
            source[order == nullptr ? rank - 1 - axis : static_cast<std::size_t>((*order)[axis])] =
                places[axis];
        }
        return (*known.numbers(0))[ravel(source, *known.shape(0))];
    });
}

std::optional<Numbers> fold_where(const KnownNode& known, const Sizes& shape) {
    if (known.numbers(1) == nullptr || known.numbers(2) == nullptr) {
        return std::nullopt;
    }
    return fill(shape, [&](const Sizes& places) -> std::optional<double> {
        const bool holds = (*known.numbers(0))[ravel(places, *known.shape(0))] != 0;
        const std::size_t chosen = holds ? 1 : 2;
        return (*known.numbers(chosen))[ravel(places, *known.shape(chosen))];
    });
}

std::optional<Numbers> fold_shape(const KnownNode& known) {
    const Sizes* shape = known.shape(0);
    if (shape == nullptr) {
        return std::nullopt;
    }
    const auto rank = static_cast<std::int64_t>(shape->size());
    const auto place = [rank](std::int64_t index) {
        return std::clamp(index < 0 && index >= -rank ? index + rank : index, std::int64_t{0}, rank);
    };
    const std::int64_t begin = place(known.integer_or("start", 0));
    return Numbers(shape->begin() + begin,
                   shape->begin() + std::max(begin, place(known.integer_or("end", rank))));
}

} // namespace

const Sizes* KnownNode::shape(std::size_t input) const {
    return input < inputs.size() && inputs[input] != nullptr && inputs[input]->shape ? &*inputs[input]->shape
                                                                                     : nullptr;
}

const Numbers* KnownNode::numbers(std::size_t input) const {
    return shape(input) != nullptr && inputs[input]->numbers ? &*inputs[input]->numbers : nullptr;
}

bool KnownNode::has_input(std::size_t input) const {
    return input < node->inputs.size() && !node->inputs[input].empty();
}

const Sizes* KnownNode::attribute(const char* name) const {
    const auto found = node->integers.find(name);
    return found == node->integers.end() ? nullptr : &found->second;
}

std::optional<Sizes> KnownNode::integers(const char* name, std::size_t input) const {
    if (const Sizes* found = attribute(name)) {
        return *found;
    }
    const Numbers* found = numbers(input);
    if (found == nullptr) {
        return std::nullopt;
    }
    Sizes values;
    for (const double number : *found) {
        if (std::isnan(number)) {
            return std::nullopt;
        }
        // Slice means "to the end" by the largest integer there is.
        values.push_back(static_cast<std::int64_t>(std::clamp(number, -most_exact, most_exact)));
    }
    return values;
}

std::int64_t KnownNode::integer_or(const char* name, std::int64_t fallback) const {
    const Sizes* found = attribute(name);
    return found == nullptr || found->empty() ? fallback : found->front();
}

std::optional<Sizes> broadcast(const Sizes& a, const Sizes& b) {
    Sizes result(std::max(a.size(), b.size()), 1);
    for (std::size_t back = 1; back <= result.size(); ++back) {
        const std::int64_t left = back <= a.size() ? a[a.size() - back] : 1;
        const std::int64_t right = back <= b.size() ? b[b.size() - back] : 1;
        if (left != right && left != 1 && right != 1) {
            return std::nullopt;
        }
        result[result.size() - back] = left == 1 ? right : left;
    }
    return result;
}

std::optional<std::size_t> front_axis(std::int64_t axis, std::size_t rank) {
    const auto count = static_cast<std::int64_t>(rank);
    if (axis < -count || axis >= count) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

std::optional<std::vector<SliceRange>> slices_of(const KnownNode& known, const Sizes& shape) {
    const auto starts = known.integers("starts", 1);
    const auto ends = known.integers("ends", 2);
    auto axes = known.integers("axes", 3);
    const auto steps = known.integers("steps", 4);
    if (!starts || !ends || (known.has_input(3) && !axes) || (known.has_input(4) && !steps)) {
        return std::nullopt;
    }
    std::vector<SliceRange> slices;
    for (const std::int64_t size : shape) {
        slices.push_back({0, 1, size});
    }
    for (std::size_t i = 0; i < starts->size(); ++i) {
        const auto axis =
            front_axis(axes && i < axes->size() ? (*axes)[i] : static_cast<std::int64_t>(i), shape.size());
        const std::int64_t step = steps && i < steps->size() ? (*steps)[i] : 1;
        if (!axis || step == 0 || step < -(1 << 20) || step > (1 << 20) || i >= ends->size()) {
            return std::nullopt;
        }
        const std::int64_t size = shape[*axis];
        const std::int64_t lowest = step < 0 ? -1 : 0;
        const std::int64_t highest = step < 0 ? size - 1 : size;
        const auto place = [&](std::int64_t index) {
            return std::clamp(index < 0 && index >= -size ? index + size : index, lowest, highest);
        };
        const std::int64_t begin = place((*starts)[i]);
        const std::int64_t length = step < 0 ? begin - place((*ends)[i]) : place((*ends)[i]) - begin;
        const std::int64_t stride = step < 0 ? -step : step;
        slices[*axis] = {begin, step, length > 0 ? (length + stride - 1) / stride : 0};
    }
    return slices;
}

std::optional<Numbers> compute_numbers(const KnownNode& known, const Sizes& shape, bool is_integer) {
    const std::string& op = known.node->op;
    if (op == "Shape") {
        return fold_shape(known);
    }
    if (op == "ConstantOfShape") {
        const auto value = known.node->reals.find("value");
        return Numbers(static_cast<std::size_t>(product_of(shape)),
                       value == known.node->reals.end() || value->second.empty() ? 0.0 : value->second[0]);
    }
    if (op == "Concat") {
        return fold_concat(known, shape);
    }
    const Numbers* first = known.numbers(0);
    if (first == nullptr) {
        return std::nullopt;
    }
    if (op == "Identity" || op == "Reshape" || op == "Unsqueeze" || op == "Squeeze" || op == "Flatten") {
        return *first;
    }
    if (op == "Cast") {
        return fold_each(known, [&](double value) { return is_integer ? std::trunc(value) : value; });
    }
    if (op == "Ceil" || op == "Floor") {
        return fold_each(known,
                         [&](double value) { return op == "Ceil" ? std::ceil(value) : std::floor(value); });
    }
    if (op == "Clip") {
        return fold_clip(known);
    }
    if (op == "Slice") {
        return fold_slice(known, shape);
    }
    if (op == "Gather") {
        return fold_gather(known, shape);
    }
    if (op == "Transpose") {
        return fold_transpose(known, shape);
    }
    if (op == "Where") {
        return fold_where(known, shape);
    }
    const Binary operation = operation_of(op);
    return operation == nullptr ? std::nullopt : fold_binary(known, shape, operation, is_integer);
}

} // namespace facemirror::detail
