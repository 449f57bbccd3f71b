// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/layout_shapes.hpp>

#include <facemirror/graph/detail/layer_work.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace facemirror::detail {

namespace {

constexpr std::int64_t most = std::int64_t{1} << 31; // of a size or a padding

Result same(const KnownNode& known) {
    const Sizes* shape = known.shape(0);
    return shape == nullptr ? std::nullopt : Result{*shape};
}

bool all_between(const Sizes& values, std::int64_t low, std::int64_t high) {
    return std::ranges::all_of(values, [=](std::int64_t value) { return value >= low && value <= high; });
}

} // namespace

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
    Sizes in_order(data->size());
    std::iota(in_order.begin(), in_order.end(), std::int64_t{0});
    if (!std::ranges::is_permutation(*order, in_order)) {
        return std::nullopt;
    }
    Sizes shape;
    for (std::size_t axis = 0; axis < data->size(); ++axis) {
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

} // namespace facemirror::detail
