// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/pack_description.hpp>

#include <facemirror/nn/sha256.hpp>

#include <nlohmann/json.hpp>

#include <span>

namespace facemirror {

namespace {

using Json = nlohmann::json;

Json to_json(const TensorInfo& tensor) {
    Json shape = Json::array();
    for (const std::size_t size : tensor.shape) {
        shape.push_back(size == 0 ? Json{} : Json(size));
    }
    return {{"name", tensor.name}, {"shape", shape}};
}

Json to_json(const PackedFile& file) {
    return {{"file", file.file}, {"sha256", file.sha256}};
}

Json to_json(const PackedVariant& variant) {
    Json json{{"file", variant.file}, {"sha256", variant.sha256}, {"rest", name_of(variant.rest)}};
    if (!variant.weights_file.empty()) {
        json["weights_file"] = variant.weights_file;
        json["weights_sha256"] = variant.weights_sha256;
    }
    return json;
}

Json to_json(const PackedFidelity& fidelity) {
    return {{"precision", name_of(fidelity.precision)},
            {"baseline", name_of(fidelity.baseline)},
            {"frames", fidelity.frames},
            {"clips", fidelity.clips},
            {"engine", fidelity.engine},
            {"sha256", fidelity.sha256},
            {"baseline_sha256", fidelity.baseline_sha256},
            {"measures", fidelity.measures},
            {"passed", fidelity.passed}};
}

Json to_json(const PackedNetwork& network) {
    Json json{{"file", network.file},
              {"sha256", network.sha256},
              {"licence", network.licence},
              {"source", network.source},
              {"threads", network.threads},
              {"outputs", Json::array()},
              {"input", to_json(network.input.tensor)}};
    json["input"]["color_order"] = network.input.color_order;
    json["input"]["mean"] = network.input.mean;
    json["input"]["scale"] = network.input.scale;
    for (const TensorInfo& output : network.outputs) {
        json["outputs"].push_back(to_json(output));
    }
    if (!network.weights_file.empty()) {
        json["weights_file"] = network.weights_file;
        json["weights_sha256"] = network.weights_sha256;
    }
    if (!network.f32_nodes.empty()) {
        json["f32_nodes"] = network.f32_nodes;
    }
    for (const auto& [precision, variant] : network.variants) {
        json["variants"][precision] = to_json(variant);
    }
    return json;
}

/// What decides the outputs of a network in one precision.
Json decisive(const PackedNetwork& network, Precision precision) {
    Json json{{"sha256", network.sha256},
              {"weights_sha256", network.weights_sha256},
              {"rest", name_of(precision)},
              {"f32_nodes", network.f32_nodes},
              {"color_order", network.input.color_order},
              {"mean", network.input.mean},
              {"scale", network.input.scale}};
    const auto variant = network.variants.find(name_of(precision));
    if (variant != network.variants.end()) {
        json["sha256"] = variant->second.sha256;
        json["weights_sha256"] = variant->second.weights_sha256;
        json["rest"] = name_of(variant->second.rest);
    }
    return json;
}

} // namespace

std::string networks_sha256(const PackDescription& description, Precision precision) {
    Json json{{"networks", Json::object()}, {"extras", Json::object()}};
    for (const auto& [name, network] : description.networks) {
        json["networks"][name] = decisive(network, precision);
    }
    for (const auto& [name, extra] : description.extras) {
        json["extras"][name] = extra.sha256;
    }
    const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    return sha256_of(std::as_bytes(std::span{text}));
}

std::string to_json_text(const PackDescription& description) {
    Json json{{"format", 1},
              {"name", description.name},
              {"version", description.version},
              {"engine", description.engine},
              {"limits", description.limits},
              {"networks", Json::object()},
              {"extras", Json::object()},
              {"licences", Json::array()}};
    for (const auto& [name, network] : description.networks) {
        json["networks"][name] = to_json(network);
    }
    for (const auto& [name, extra] : description.extras) {
        json["extras"][name] = to_json(extra);
    }
    for (const PackedFile& licence : description.licences) {
        json["licences"].push_back(to_json(licence));
    }
    for (const PackedFidelity& fidelity : description.fidelity) {
        json["fidelity"].push_back(to_json(fidelity));
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; // names may be no UTF-8
}

} // namespace facemirror
