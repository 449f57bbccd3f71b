// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/detail/compiled_parts.hpp>

#include <facemirror/nn/detail/blob_cache.hpp>
#include <facemirror/nn/sha256.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <span>

namespace facemirror::detail {

namespace {

using Json = nlohmann::json;

constexpr const char* format = "facemirror compiled network 1";
constexpr std::size_t most_header_bytes = 1 << 20;

Json to_json(const std::vector<TensorInfo>& tensors) {
    Json list = Json::array();
    for (const TensorInfo& tensor : tensors) {
        list.push_back({{"name", tensor.name}, {"shape", tensor.shape}});
    }
    return list;
}

std::vector<TensorInfo> tensors_from(const Json& list) {
    std::vector<TensorInfo> tensors;
    for (const Json& tensor : list) {
        tensors.push_back({tensor.at("name"), tensor.at("shape")});
    }
    return tensors;
}

/// The line before the compiled front.
std::string header_of(const CompiledParts& parts) {
    Json outputs = Json::array();
    for (const OutputPlace& place : parts.outputs) {
        outputs.push_back({place.is_in_back, place.index});
    }
    const Json header{{"has_back", parts.back.has_value()},
                      {"first_link", parts.first_link},
                      {"outputs", outputs},
                      {"input_tensors", to_json(parts.input_tensors)},
                      {"output_tensors", to_json(parts.output_tensors)}};
    return header.dump();
}

Json read_header(std::istream& stream) {
    std::string line(most_header_bytes, '\0');
    stream.getline(line.data(), static_cast<std::streamsize>(line.size()));
    line.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount() - 1, 0)));
    return Json::parse(line);
}

} // namespace

CompiledStore::CompiledStore(const std::string& identity) {
    const std::string text = std::string{format} + "\n" + identity;
    m_key = sha256_of(std::as_bytes(std::span{text}));
}

std::optional<CompiledParts> CompiledStore::find(ov::Core& core, const ov::AnyMap& front,
                                                 const ov::AnyMap& back) const {
    const BlobCache cache{cache_folder()};
    auto stream = cache.find(m_key);
    if (!stream) {
        return std::nullopt;
    }
    try {
        const Json header = read_header(*stream);
        CompiledParts parts;
        parts.first_link = header.at("first_link");
        for (const Json& place : header.at("outputs")) {
            parts.outputs.push_back({place.at(0), place.at(1)});
        }
        parts.input_tensors = tensors_from(header.at("input_tensors"));
        parts.output_tensors = tensors_from(header.at("output_tensors"));
        parts.front = core.import_model(*stream, "CPU", front);
        if (header.at("has_back")) {
            auto rest = cache.find(m_key + "b");
            if (!rest) {
                return std::nullopt;
            }
            parts.back = core.import_model(*rest, "CPU", back);
        }
        return parts;
    } catch (const std::exception&) { // Another engine's, or none at all: it is compiled anew.
        return std::nullopt;
    }
}

void CompiledStore::keep(CompiledParts& parts) const {
    const BlobCache cache{cache_folder()};
    try {
        if (parts.back) {
            cache.keep(m_key + "b", [&parts](std::ostream& out) { parts.back->export_model(out); });
        }
        cache.keep(m_key, [&parts](std::ostream& out) {
            out << header_of(parts) << '\n';
            parts.front.export_model(out);
        });
    } catch (const std::exception&) { // An engine that cannot export: the network works all the same.
        return;
    }
}

} // namespace facemirror::detail
