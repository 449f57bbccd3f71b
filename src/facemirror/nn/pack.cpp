// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/pack.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/nn/sha256.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace facemirror {

namespace {

namespace fs = std::filesystem;

constexpr const char* description_file = "pack.json";
constexpr std::uintmax_t max_description_bytes = 1 << 20;

std::string read_description(const fs::path& folder) {
    const fs::path file = folder / description_file;
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) {
        throw Error{ErrorCode::mismatch,
                    folder.string() + ": expected a model pack, found no " + description_file + " in it"};
    }
    if (const auto bytes = fs::file_size(file, ignored); bytes > max_description_bytes) {
        throw Error{ErrorCode::mismatch, fmt::format("{}: expected at most {} bytes, found {}", file.string(),
                                                     max_description_bytes, bytes)};
    }
    std::ifstream stream{file, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{stream}, {}};
    if (!stream) {
        throw Error{ErrorCode::mismatch, file.string() + ": expected a readable file, found none"};
    }
    return text;
}

void verify_file(const fs::path& folder, const PackedFile& file) {
    const fs::path path = folder / file.file;
    std::string found;
    try {
        found = sha256_of_file(path);
    } catch (const Error& error) {
        throw Error{ErrorCode::mismatch, folder.string() + ": the pack is not whole: " + error.what()};
    }
    if (found != file.sha256) {
        throw Error{ErrorCode::mismatch,
                    fmt::format("{}: the pack is damaged: {}: expected SHA-256 {}, found {}", folder.string(),
                                file.file, file.sha256, found)};
    }
}

std::string to_text(const TensorInfo& tensor) {
    std::vector<std::string> sizes;
    std::ranges::transform(tensor.shape, std::back_inserter(sizes),
                           [](std::size_t size) { return size == 0 ? "free" : std::to_string(size); });
    return fmt::format("{} [{}]", tensor.name, fmt::join(sizes, ","));
}

void check_tensor(const std::string& where, const TensorInfo& expected, const TensorInfo& found) {
    const auto agrees = [](std::size_t size, std::size_t other) { return size == 0 || size == other; };
    if (expected.name != found.name || !std::ranges::equal(expected.shape, found.shape, agrees)) {
        throw Error{ErrorCode::mismatch,
                    fmt::format("{}: expected {}, found {}", where, to_text(expected), to_text(found))};
    }
}

void check_tensors(const std::string& where, const PackedNetwork& expected, const CompiledNetwork& found) {
    if (found.inputs().size() != 1 || found.outputs().size() != expected.outputs.size()) {
        throw Error{ErrorCode::mismatch,
                    fmt::format("{}: expected 1 input and {} outputs, found {} and {}", where,
                                expected.outputs.size(), found.inputs().size(), found.outputs().size())};
    }
    check_tensor(where + ": input", expected.input.tensor, found.inputs().front());
    for (std::size_t i = 0; i < expected.outputs.size(); ++i) {
        check_tensor(where + ": output", expected.outputs[i], found.outputs()[i]);
    }
}

/// The names of a map's entries, for messages.
template <typename Map>
std::string names_in(const Map& map) {
    std::vector<std::string> names;
    std::ranges::transform(map, std::back_inserter(names), [](const auto& entry) { return entry.first; });
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

} // namespace

void verify_files(const fs::path& folder, const PackDescription& description) {
    for (const auto& [name, network] : description.networks) {
        verify_file(folder, {network.file, network.sha256});
        if (!network.weights_file.empty()) {
            verify_file(folder, {network.weights_file, network.weights_sha256});
        }
        for (const auto& [precision, variant] : network.variants) {
            verify_file(folder, {variant.file, variant.sha256});
            if (!variant.weights_file.empty()) {
                verify_file(folder, {variant.weights_file, variant.weights_sha256});
            }
        }
    }
    for (const auto& [name, extra] : description.extras) {
        verify_file(folder, extra);
    }
    for (const PackedFile& licence : description.licences) {
        verify_file(folder, licence);
    }
}

ModelPack::ModelPack(const fs::path& folder) : m_folder{folder} {
    const std::string text = read_description(folder);
    m_description = parse_pack_description(text, (folder / description_file).string());
    m_sha256 = sha256_of(std::as_bytes(std::span{text}));
    verify_files(folder, m_description);
}

std::shared_ptr<CompiledNetwork> ModelPack::compile(const std::string& network, Precision precision,
                                                    int streams, const std::vector<std::size_t>& input_shape,
                                                    int threads) const {
    const auto found = networks().find(network);
    if (found == networks().end()) {
        throw Error{ErrorCode::mismatch, fmt::format("pack {}: expected a network {}, found {}",
                                                     m_folder.string(), network, names_in(networks()))};
    }
    const PackedNetwork& packed = found->second;
    const auto stored = packed.threads.find(name_of(precision));
    if (stored == packed.threads.end()) {
        throw Error{ErrorCode::mismatch,
                    fmt::format("pack {}: network {}: expected precision {}, found {}", m_folder.string(),
                                network, name_of(precision), names_in(packed.threads))};
    }
    const std::string where = fmt::format("pack {}: network {}", m_folder.string(), network);
    if (!input_shape.empty()) { // before the engine takes memory for it
        check_tensor(where + ": input", packed.input.tensor, {packed.input.tensor.name, input_shape});
    }
    NetworkOptions options{precision, threads > 0 ? threads : stored->second, streams, input_shape,
                           packed.f32_nodes};
    const auto variant = packed.variants.find(name_of(precision));
    const bool has_own_file = variant != packed.variants.end();
    options.content = packed.sha256 + packed.weights_sha256;
    if (has_own_file) {
        options.rest = variant->second.rest;
        options.content = variant->second.sha256 + variant->second.weights_sha256;
    }
    auto compiled = compile_network(m_folder / (has_own_file ? variant->second.file : packed.file), options);
    check_tensors(where, packed, *compiled);
    return compiled;
}

std::unique_ptr<Network> ModelPack::open(const std::string& network, Precision precision,
                                         const std::vector<std::size_t>& input_shape) const {
    return compile(network, precision, 1, input_shape)->new_stream();
}

fs::path ModelPack::extra(const std::string& key) const {
    const auto found = m_description.extras.find(key);
    if (found == m_description.extras.end()) {
        throw Error{ErrorCode::mismatch, fmt::format("pack {}: expected an extra file {}, found {}",
                                                     m_folder.string(), key, names_in(m_description.extras))};
    }
    return m_folder / found->second.file;
}

} // namespace facemirror
