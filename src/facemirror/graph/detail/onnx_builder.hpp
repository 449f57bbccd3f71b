// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace facemirror::detail {

/// A tensor of the graph that is being built.
struct Value {
    std::string name;
};

/// The named constants of an operator.
using AttributeValue = std::variant<std::int64_t, float, std::vector<std::int64_t>, std::string>;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

using Shape = std::vector<std::int64_t>;

/// A shape in which an axis is a size or has a name because it is free.
using FreeShape = std::vector<std::variant<std::int64_t, std::string>>;

/// Writes an ONNX model of IR version 8 and operator set 17, node by node. A node and the tensor that it
/// makes have the same name, so a name is given once.
class OnnxBuilder {
public:
    explicit OnnxBuilder(const std::string& graph_name);
    ~OnnxBuilder();
    OnnxBuilder(const OnnxBuilder&) = delete;
    OnnxBuilder& operator=(const OnnxBuilder&) = delete;

    Value input(const std::string& name, const FreeShape& shape);

    /// A node with one output.
    Value node(const char* op, const std::string& name, const std::vector<Value>& inputs,
               const Attributes& attributes = {});
    /// A node with several outputs, called name.0, name.1, ...
    std::vector<Value> split_node(const char* op, const std::string& name, const std::vector<Value>& inputs,
                                  std::size_t outputs, const Attributes& attributes = {});

    Value constant(const std::string& name, const Shape& shape, std::span<const float> values);
    Value constant(const std::string& name, const Shape& shape, std::span<const double> values);
    /// The same list of numbers is stored once, whatever it is called.
    Value integers(const std::vector<std::int64_t>& values);
    Value scalar(const std::string& name, float value);

    /// Makes a value an output; its tensor, not its node, gets the name.
    void output(const Value& value, const std::string& name, const FreeShape& shape);

    /// Throws   Error{output} if the model exceeds the 2 GiB of a protobuf message.
    [[nodiscard]] std::vector<std::byte> finish() const;

private:
    struct Model;
    void claim(const std::string& name);

    std::unique_ptr<Model> m_model;
};

} // namespace facemirror::detail
