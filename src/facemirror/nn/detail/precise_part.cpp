// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/detail/precise_part.hpp>

#include <facemirror/core/error.hpp>

#include <openvino/op/constant.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/result.hpp>

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <utility>

namespace facemirror::detail {

namespace {

using Nodes = std::set<const ov::Node*>;

bool is_in(const Nodes& nodes, const ov::Node* node) {
    return nodes.contains(node);
}

bool has_name(const ov::Node& node, const std::vector<std::string>& prefixes) {
    const auto begins = [&](const std::string& name) {
        return std::ranges::any_of(prefixes, [&](const auto& prefix) { return name.starts_with(prefix); });
    };
    if (begins(node.get_friendly_name())) {
        return true;
    }
    return std::ranges::any_of(
        node.outputs(), [&](const auto& output) { return std::ranges::any_of(output.get_names(), begins); });
}

/// Nodes whose value does not depend on an input: each part may have them.
Nodes constant_nodes(const ov::NodeVector& ordered) {
    Nodes constant;
    for (const auto& node : ordered) {
        const auto inputs = node->input_values();
        const bool depends =
            ov::is_type<ov::op::v0::Parameter>(node) ||
            std::ranges::any_of(inputs, [&](const auto& in) { return !is_in(constant, in.get_node()); });
        if (!depends) {
            constant.insert(node.get());
        }
    }
    return constant;
}

bool is_nameless(const ov::Node& node) {
    return std::ranges::all_of(node.outputs(), [](const auto& output) { return output.get_names().empty(); });
}

/// Whether every node that reads this one is in the set.
bool feeds_only(const ov::Node& node, const Nodes& nodes) {
    return std::ranges::all_of(node.outputs(), [&](const auto& output) {
        return std::ranges::all_of(output.get_target_inputs(),
                                   [&](const auto& input) { return is_in(nodes, input.get_node()); });
    });
}

Nodes nodes_of_back(const ov::NodeVector& ordered, const Nodes& constant,
                    const std::vector<std::string>& prefixes) {
    Nodes back;
    for (const auto& node : ordered) {
        if (!is_in(constant, node.get()) && !ov::is_type<ov::op::v0::Parameter>(node) &&
            !ov::is_type<ov::op::v0::Result>(node) && has_name(*node, prefixes)) {
            back.insert(node.get());
        }
    }
    for (const auto& node : std::views::reverse(ordered)) {
        const bool may_move = !is_in(constant, node.get()) && !ov::is_type<ov::op::v0::Parameter>(node) &&
                              !ov::is_type<ov::op::v0::Result>(node);
        if (may_move && is_nameless(*node) && feeds_only(*node, back)) {
            back.insert(node.get());
        }
    }
    for (const auto& node : ordered) {
        const auto inputs = node->input_values();
        if (std::ranges::any_of(inputs, [&](const auto& in) { return is_in(back, in.get_node()); })) {
            back.insert(node.get());
        }
    }
    return back;
}

/// Gives `back` an input of its own for every tensor that it takes from the front.
std::pair<ov::ResultVector, ov::ParameterVector> cut(const ov::NodeVector& ordered, const Nodes& constant,
                                                     const Nodes& back, const std::string& file) {
    std::map<ov::Output<ov::Node>, std::shared_ptr<ov::op::v0::Parameter>> links;
    ov::ResultVector ends;
    ov::ParameterVector beginnings;
    for (const auto& node : ordered) {
        if (!is_in(back, node.get())) {
            continue;
        }
        for (auto input : node->inputs()) {
            const auto source = input.get_source_output();
            if (is_in(back, source.get_node()) || is_in(constant, source.get_node())) {
                continue;
            }
            if (source.get_partial_shape().is_dynamic()) {
                throw Error{ErrorCode::mismatch, file + ": expected a fixed shape where " +
                                                     node->get_friendly_name() + " begins, found " +
                                                     source.get_partial_shape().to_string()};
            }
            auto& link = links[source];
            if (!link) {
                link = std::make_shared<ov::op::v0::Parameter>(source.get_element_type(), source.get_shape());
                beginnings.push_back(link);
                ends.push_back(std::make_shared<ov::op::v0::Result>(source));
            }
            input.replace_source_output(link);
        }
    }
    return {ends, beginnings};
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) {
        all += (all.empty() ? "" : ", ") + text;
    }
    return all;
}

} // namespace

SplitModel split_off(const ov::Model& model, const std::vector<std::string>& prefixes,
                     const std::string& file) {
    if (!model.get_sinks().empty()) {
        throw Error{ErrorCode::mismatch, file + ": expected a network without a state, found one"};
    }
    const auto copy = model.clone();
    const ov::NodeVector ordered = copy->get_ordered_ops();
    const Nodes constant = constant_nodes(ordered);
    const Nodes back = nodes_of_back(ordered, constant, prefixes);
    if (back.empty()) {
        throw Error{ErrorCode::mismatch,
                    file + ": expected nodes named " + joined(prefixes) + "..., found none"};
    }
    SplitModel split;
    ov::ResultVector front_results;
    ov::ResultVector back_results;
    for (const auto& result : copy->get_results()) {
        ov::ResultVector& part = is_in(back, result.get()) ? back_results : front_results;
        split.outputs.push_back({&part == &back_results, part.size()});
        part.push_back(result);
    }
    split.first_link = front_results.size();
    const auto [ends, beginnings] = cut(ordered, constant, back, file);
    front_results.insert(front_results.end(), ends.begin(), ends.end());
    split.front = std::make_shared<ov::Model>(front_results, copy->get_parameters());
    split.back = std::make_shared<ov::Model>(back_results, beginnings);
    return split;
}

} // namespace facemirror::detail
