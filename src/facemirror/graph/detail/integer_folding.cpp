// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/integer_folding.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

namespace facemirror::detail {

namespace {

using Numbers = std::vector<std::int64_t>;
using Shapes = std::map<std::string, std::vector<std::int64_t>>;

constexpr std::size_t max_numbers = 64; // sizes of a tensor's axes, and what is made of them

/// A scalar or a list of integers.
struct Known {
    Numbers numbers;
    bool is_scalar = false;
};

std::int64_t attribute_or(const onnx::NodeProto& node, const char* name, std::int64_t fallback) {
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (attribute.name() == name && attribute.type() == onnx::AttributeProto::INT) {
            return attribute.i();
        }
    }
    return fallback;
}

std::optional<Known> read_tensor(const onnx::TensorProto& tensor) {
    if (tensor.data_type() != onnx::TensorProto::INT64 || tensor.dims_size() > 1) {
        return std::nullopt;
    }
    Known known{{tensor.int64_data().begin(), tensor.int64_data().end()}, tensor.dims_size() == 0};
    if (!tensor.raw_data().empty()) {
        known.numbers.resize(tensor.raw_data().size() / sizeof(std::int64_t));
        std::memcpy(known.numbers.data(), tensor.raw_data().data(),
                    known.numbers.size() * sizeof(std::int64_t));
    }
    const std::int64_t expected = known.is_scalar ? 1 : tensor.dims(0);
    if (known.numbers.size() > max_numbers || static_cast<std::int64_t>(known.numbers.size()) != expected) {
        return std::nullopt;
    }
    return known;
}

/// One operator on known integers.
class Folder {
public:
    Folder(const onnx::GraphProto& graph, const Shapes& shapes) : m_shapes{&shapes} {
        for (const onnx::TensorProto& tensor : graph.initializer()) {
            if (auto known = read_tensor(tensor)) {
                m_known.emplace(tensor.name(), std::move(*known));
            }
        }
    }

    /// Returns  The result of a node; nullopt if it is no such operator or not all is known.
    std::optional<Known> fold(const onnx::NodeProto& node) {
        auto result = compute(node);
        if (!result || result->numbers.size() > max_numbers || node.output_size() != 1) {
            return std::nullopt;
        }
        m_known.insert_or_assign(node.output(0), *result);
        return result;
    }

private:
    [[nodiscard]] const Known* input(const onnx::NodeProto& node, int index) const {
        if (index >= node.input_size()) {
            return nullptr;
        }
        const auto found = m_known.find(node.input(index));
        return found == m_known.end() ? nullptr : &found->second;
    }

    [[nodiscard]] std::optional<Known> compute(const onnx::NodeProto& node) const {
        const std::string& op = node.op_type();
        if (op == "Shape") {
            return shape(node);
        }
        if (op == "Constant") {
            return node.attribute_size() == 1 && node.attribute(0).has_t()
                       ? read_tensor(node.attribute(0).t())
                       : std::nullopt;
        }
        const Known* first = input(node, 0);
        if (first == nullptr) {
            return std::nullopt;
        }
        if (op == "Identity" || (op == "Cast" && attribute_or(node, "to", 0) == onnx::TensorProto::INT64)) {
            return *first;
        }
        if (op == "Unsqueeze" && first->is_scalar) {
            return Known{first->numbers, false};
        }
        if (op == "Squeeze" && first->numbers.size() == 1) {
            return Known{first->numbers, true};
        }
        if (op == "Concat") {
            return concat(node);
        }
        const Known* second = input(node, 1);
        if (second == nullptr) {
            return std::nullopt;
        }
        if (op == "Gather") {
            return gather(*first, *second);
        }
        if (op == "Slice") {
            return slice(node, *first, *second);
        }
        return arithmetic(op, *first, *second);
    }

    [[nodiscard]] std::optional<Known> shape(const onnx::NodeProto& node) const {
        const auto found = m_shapes->find(node.input_size() == 1 ? node.input(0) : "");
        if (found == m_shapes->end()) {
            return std::nullopt;
        }
        const auto rank = static_cast<std::int64_t>(found->second.size());
        const auto place = [rank](std::int64_t index) {
            return std::clamp(index < 0 && index >= -rank ? index + rank : index, std::int64_t{0}, rank);
        };
        const std::int64_t begin = place(attribute_or(node, "start", 0));
        const std::int64_t end = std::max(begin, place(attribute_or(node, "end", rank)));
        return Known{{found->second.begin() + begin, found->second.begin() + end}, false};
    }

    [[nodiscard]] std::optional<Known> concat(const onnx::NodeProto& node) const {
        Known all;
        for (int i = 0; i < node.input_size(); ++i) {
            const Known* part = input(node, i);
            if (part == nullptr || all.numbers.size() > max_numbers) {
                return std::nullopt;
            }
            all.numbers.insert(all.numbers.end(), part->numbers.begin(), part->numbers.end());
        }
        return all;
    }

    [[nodiscard]] static std::optional<Known> gather(const Known& list, const Known& places) {
        const auto count = static_cast<std::int64_t>(list.numbers.size());
        Known result{{}, places.is_scalar};
        for (std::int64_t place : places.numbers) {
            place += place < 0 ? count : 0;
            if (place < 0 || place >= count) {
                return std::nullopt;
            }
            result.numbers.push_back(list.numbers[static_cast<std::size_t>(place)]);
        }
        return result;
    }

    [[nodiscard]] std::optional<Known> slice(const onnx::NodeProto& node, const Known& list,
                                             const Known& starts) const {
        const Known* ends = input(node, 2);
        const Known* steps = input(node, 4);
        if (ends == nullptr || ends->numbers.size() != 1 || starts.numbers.size() != 1 ||
            (steps != nullptr && steps->numbers != Numbers{1}) ||
            (node.input_size() > 4 && steps == nullptr)) {
            return std::nullopt;
        }
        const auto count = static_cast<std::int64_t>(list.numbers.size());
        const auto place = [count](std::int64_t index) {
            return std::clamp(index < 0 && index >= -count ? index + count : index, std::int64_t{0}, count);
        };
        const std::int64_t begin = place(starts.numbers[0]);
        const std::int64_t end = std::max(begin, place(ends->numbers[0]));
        return Known{{list.numbers.begin() + begin, list.numbers.begin() + end}, false};
    }

    [[nodiscard]] static std::optional<Known> arithmetic(const std::string& op, const Known& a,
                                                         const Known& b) {
        // Sizes beyond this are no sizes, and below it no product overflows.
        constexpr std::int64_t limit = std::numeric_limits<std::int32_t>::max();
        Known result{{}, a.is_scalar && b.is_scalar};
        const std::size_t count = std::max(a.numbers.size(), b.numbers.size());
        if ((a.numbers.size() != count && a.numbers.size() != 1) ||
            (b.numbers.size() != count && b.numbers.size() != 1)) {
            return std::nullopt;
        }
        for (std::size_t i = 0; i < count; ++i) {
            const std::int64_t left = a.numbers[a.numbers.size() == 1 ? 0 : i];
            const std::int64_t right = b.numbers[b.numbers.size() == 1 ? 0 : i];
            if (left < -limit || left > limit || right < -limit || right > limit) {
                return std::nullopt;
            }
            if (op == "Add") {
                result.numbers.push_back(left + right);
            } else if (op == "Sub") {
                result.numbers.push_back(left - right);
            } else if (op == "Mul") {
                result.numbers.push_back(left * right);
            } else if (op == "Div" && right > 0 && left >= 0) {
                result.numbers.push_back(left / right);
            } else {
                return std::nullopt;
            }
        }
        return result;
    }

    const Shapes* m_shapes;
    std::map<std::string, Known> m_known;
};

} // namespace

bool fold_integers(onnx::GraphProto& graph, const Shapes& shapes) {
    Folder folder{graph, shapes};
    bool any = false;
    google::protobuf::RepeatedPtrField<onnx::NodeProto> kept;
    for (onnx::NodeProto& node : *graph.mutable_node()) {
        const auto result = folder.fold(node);
        if (!result) {
            kept.Add()->Swap(&node);
            continue;
        }
        any = true;
        onnx::TensorProto& constant = *graph.add_initializer();
        constant.set_name(node.output(0));
        constant.set_data_type(onnx::TensorProto::INT64);
        if (!result->is_scalar) {
            constant.add_dims(static_cast<std::int64_t>(result->numbers.size()));
        }
        constant.mutable_int64_data()->Add(result->numbers.begin(), result->numbers.end());
    }
    graph.mutable_node()->Swap(&kept);
    return any;
}

} // namespace facemirror::detail
