// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/pack_description.hpp>

#include <facemirror/core/error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

namespace facemirror {

namespace {

using Json = nlohmann::json;

// Bounds of a sane description; beyond them it is refused rather than believed.
constexpr int format_version = 1;
constexpr std::size_t max_text_bytes = 1 << 20;
constexpr std::size_t max_value_chars = 4096;
constexpr std::size_t max_entries = 64;
constexpr std::size_t max_rank = 8;
constexpr std::int64_t max_dimension = 1 << 16;
constexpr std::int64_t max_threads = 64;
constexpr std::int64_t max_frames = std::int64_t{1} << 40;

/// A value inside pack.json together with the way to it, for messages.
class Field {
public:
    Field(const Json& value, const std::string& origin, std::string key)
        : m_value{&value}, m_origin{&origin}, m_key{std::move(key)} {}

    [[noreturn]] void refuse(const std::string& expectation) const {
        throw Error{ErrorCode::mismatch, *m_origin + ": key " + (m_key.empty() ? "(top)" : m_key) +
                                             ": expected " + expectation + ", found " + finding()};
    }

    [[nodiscard]] std::optional<Field> find(const char* name) const {
        if (!m_value->is_object()) {
            refuse("an object");
        }
        const auto it = m_value->find(name);
        return it == m_value->end() ? std::nullopt : std::optional{child(*it, name)};
    }

    [[nodiscard]] Field at(const char* name) const {
        const auto found = find(name);
        if (!found) {
            refuse(std::string{"a key \""} + name + "\"");
        }
        return *found;
    }

    [[nodiscard]] bool is_null() const { return m_value->is_null(); }

    [[nodiscard]] std::string text() const {
        if (!m_value->is_string() || m_value->get_ref<const std::string&>().size() > max_value_chars) {
            refuse("a text of at most " + std::to_string(max_value_chars) + " bytes");
        }
        return m_value->get<std::string>();
    }

    [[nodiscard]] std::int64_t integer(std::int64_t low, std::int64_t high) const {
        const bool fits =
            m_value->is_number_integer() &&
            !(m_value->is_number_unsigned() && m_value->get<std::uint64_t>() > std::uint64_t{1} << 62);
        if (!fits || m_value->get<std::int64_t>() < low || m_value->get<std::int64_t>() > high) {
            refuse("a whole number in " + std::to_string(low) + ".." + std::to_string(high));
        }
        return m_value->get<std::int64_t>();
    }

    [[nodiscard]] double number() const {
        if (!m_value->is_number()) {
            refuse("a number");
        }
        return m_value->get<double>();
    }

    [[nodiscard]] std::vector<Field> list(std::size_t low, std::size_t high) const {
        if (!m_value->is_array() || m_value->size() < low || m_value->size() > high) {
            refuse("a list of " + std::to_string(low) + ".." + std::to_string(high) + " entries");
        }
        std::vector<Field> fields;
        fields.reserve(m_value->size());
        for (std::size_t i = 0; i < m_value->size(); ++i) {
            fields.push_back(child((*m_value)[i], std::to_string(i)));
        }
        return fields;
    }

    [[nodiscard]] std::vector<std::pair<std::string, Field>> members() const {
        if (!m_value->is_object() || m_value->size() > max_entries) {
            refuse("an object of at most " + std::to_string(max_entries) + " keys");
        }
        std::vector<std::pair<std::string, Field>> fields;
        for (const auto& [name, value] : m_value->items()) {
            fields.emplace_back(name, child(value, name));
        }
        return fields;
    }

private:
    [[nodiscard]] Field child(const Json& value, const std::string& name) const {
        return {value, *m_origin, m_key.empty() ? name : m_key + "." + name};
    }

    [[nodiscard]] std::string finding() const {
        constexpr std::size_t max_shown = 60;
        const std::string shown = m_value->dump(-1, ' ', true, Json::error_handler_t::replace);
        return shown.size() <= max_shown ? shown : shown.substr(0, max_shown) + "...";
    }

    const Json* m_value;
    const std::string* m_origin;
    std::string m_key;
};

/// A pack may come from anywhere: its names must not lead out of its folder.
std::string safe_path(const Field& field) {
    const std::string text = field.text();
    const std::filesystem::path path{text};
    const auto is_plain = [](const std::filesystem::path& part) {
        return part != ".." && part != "." && !part.empty();
    };
    const bool printable =
        std::ranges::all_of(text, [](unsigned char c) { return c > 32 && c < 127 && c != '\\'; });
    if (text.empty() || !printable || path.is_absolute() || !std::ranges::all_of(path, is_plain)) {
        field.refuse("a relative path inside the pack");
    }
    return text;
}

std::string hash(const Field& field) {
    std::string text = field.text();
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (text.size() != 64 || !std::ranges::all_of(text, is_hex)) {
        field.refuse("a SHA-256 of 64 lower-case hexadecimal digits");
    }
    return text;
}

PackedFile packed_file(const Field& field) {
    return {safe_path(field.at("file")), hash(field.at("sha256"))};
}

TensorInfo tensor(const Field& field) {
    TensorInfo info{field.at("name").text(), {}};
    for (const Field& size : field.at("shape").list(1, max_rank)) {
        info.shape.push_back(size.is_null() ? 0 : static_cast<std::size_t>(size.integer(1, max_dimension)));
    }
    return info;
}

std::array<double, 3> per_channel(const Field& field) {
    std::array<double, 3> values{};
    std::ranges::transform(field.list(3, 3), values.begin(), &Field::number);
    return values;
}

PackedInput packed_input(const Field& field) {
    PackedInput input{tensor(field), field.at("color_order").text(), per_channel(field.at("mean")),
                      per_channel(field.at("scale"))};
    if (input.color_order != "rgb" && input.color_order != "bgr") {
        field.at("color_order").refuse(R"("rgb" or "bgr")");
    }
    if (std::ranges::any_of(input.scale, [](double scale) { return !(scale > 0); })) {
        field.at("scale").refuse("numbers above 0");
    }
    return input;
}

Precision packed_precision(const Field& field, const std::vector<Precision>& allowed) {
    const std::string text = field.text();
    std::string names;
    for (const Precision precision : allowed) {
        if (text == name_of(precision)) {
            return precision;
        }
        names += (names.empty() ? "" : " or ") + std::string{name_of(precision)};
    }
    field.refuse(names);
}

std::map<std::string, int> packed_threads(const Field& field) {
    std::map<std::string, int> threads;
    for (const auto& [precision, count] : field.members()) {
        if (precision != name_of(Precision::f32) && precision != name_of(Precision::bf16) &&
            precision != name_of(Precision::int8)) {
            field.refuse("the precisions f32, bf16 or int8 as keys");
        }
        threads[precision] = static_cast<int>(count.integer(1, max_threads));
    }
    if (threads.empty()) {
        field.refuse("at least one precision");
    }
    return threads;
}

std::vector<std::string> packed_prefixes(const Field& field) {
    std::vector<std::string> prefixes;
    for (const Field& prefix : field.list(1, max_entries)) {
        prefixes.push_back(prefix.text());
        if (prefixes.back().empty()) {
            prefix.refuse("the beginning of a node's name");
        }
    }
    return prefixes;
}

PackedVariant packed_variant(const Field& field) {
    PackedVariant variant;
    variant.file = safe_path(field.at("file"));
    variant.sha256 = hash(field.at("sha256"));
    if (const auto weights = field.find("weights_file")) {
        variant.weights_file = safe_path(*weights);
        variant.weights_sha256 = hash(field.at("weights_sha256"));
    }
    variant.rest = packed_precision(field.at("rest"), {Precision::f32, Precision::bf16});
    return variant;
}

/// f32 and bf16 run the network's own file, so only int8 may have another one.
std::map<std::string, PackedVariant> packed_variants(const Field& field,
                                                     const std::map<std::string, int>& threads) {
    std::map<std::string, PackedVariant> variants;
    for (const auto& [precision, variant] : field.members()) {
        if (precision != name_of(Precision::int8) || !threads.contains(precision)) {
            field.refuse("no key but int8, and that only if it stands in threads too");
        }
        variants.emplace(precision, packed_variant(variant));
    }
    return variants;
}

std::vector<std::string> texts(const Field& field, std::string (*read)(const Field&)) {
    std::vector<std::string> values;
    for (const Field& entry : field.list(0, max_entries)) {
        values.push_back(read(entry));
    }
    return values;
}

PackedFidelity packed_fidelity(const Field& field) {
    PackedFidelity fidelity;
    fidelity.precision = packed_precision(field.at("precision"), {Precision::bf16, Precision::int8});
    fidelity.baseline = packed_precision(field.at("baseline"), {Precision::f32});
    fidelity.frames = field.at("frames").integer(0, max_frames);
    fidelity.clips = texts(field.at("clips"), hash);
    fidelity.engine = field.at("engine").text();
    fidelity.sha256 = hash(field.at("sha256"));
    fidelity.baseline_sha256 = hash(field.at("baseline_sha256"));
    for (const auto& [name, value] : field.at("measures").members()) {
        fidelity.measures.emplace(name, value.number());
    }
    fidelity.passed = texts(field.at("passed"), [](const Field& entry) { return entry.text(); });
    return fidelity;
}

std::vector<PackedFidelity> packed_fidelities(const Field& field) {
    std::vector<PackedFidelity> all;
    for (const Field& entry : field.list(0, max_entries)) {
        PackedFidelity fidelity = packed_fidelity(entry);
        if (std::ranges::find(all, fidelity.precision, &PackedFidelity::precision) != all.end()) {
            field.refuse("one entry of each precision");
        }
        all.push_back(std::move(fidelity));
    }
    return all;
}

PackedNetwork packed_network(const Field& field) {
    PackedNetwork network;
    network.file = safe_path(field.at("file"));
    network.sha256 = hash(field.at("sha256"));
    if (const auto weights = field.find("weights_file")) {
        network.weights_file = safe_path(*weights);
        network.weights_sha256 = hash(field.at("weights_sha256"));
    }
    network.input = packed_input(field.at("input"));
    for (const Field& output : field.at("outputs").list(1, max_entries)) {
        network.outputs.push_back(tensor(output));
    }
    network.licence = field.at("licence").text();
    network.source = field.at("source").text();
    network.threads = packed_threads(field.at("threads"));
    if (const auto prefixes = field.find("f32_nodes")) {
        network.f32_nodes = packed_prefixes(*prefixes);
    }
    if (const auto variants = field.find("variants")) {
        network.variants = packed_variants(*variants, network.threads);
    }
    return network;
}

} // namespace

PackDescription parse_pack_description(std::string_view text, const std::string& origin) {
    if (text.size() > max_text_bytes) {
        throw Error{ErrorCode::mismatch, origin + ": expected at most " + std::to_string(max_text_bytes) +
                                             " bytes, found " + std::to_string(text.size())};
    }
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) {
        throw Error{ErrorCode::mismatch, origin + ": expected JSON, found something else or a cut-off file"};
    }
    const Field top{json, origin, ""};
    static_cast<void>(top.at("format").integer(format_version, format_version)); // refuses any other
    PackDescription pack;
    pack.name = top.at("name").text();
    pack.version = top.at("version").text();
    pack.engine = top.at("engine").text();
    pack.limits = top.at("limits").text();
    for (const auto& [name, network] : top.at("networks").members()) {
        pack.networks.emplace(name, packed_network(network));
    }
    for (const auto& [name, extra] : top.at("extras").members()) {
        pack.extras.emplace(name, packed_file(extra));
    }
    for (const Field& licence : top.at("licences").list(0, max_entries)) {
        pack.licences.push_back(packed_file(licence));
    }
    if (const auto fidelity = top.find("fidelity")) {
        pack.fidelity = packed_fidelities(*fidelity);
    }
    return pack;
}

} // namespace facemirror
