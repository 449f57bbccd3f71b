// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/models.hpp>

#include <facemirror/core/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace facemirror {

namespace {

struct Needs {
    const char* name;
    std::array<const char*, 2> networks; ///< The first that a pack has is used.
    const char* extra;
};

const Needs& needs_of(Part part) {
    static constexpr std::array<Needs, 4> table{{{"detector", {"retinaface", "face_detector"}, nullptr},
                                                 {"landmarks", {"star", "mesh"}, nullptr},
                                                 {"halves", {"mtl", "mesh"}, nullptr},
                                                 {"head", {}, "canonical_face"}}};
    return table[static_cast<std::size_t>(part)];
}

bool delivers(const ModelPack& pack, Part part) {
    const Needs& needs = needs_of(part);
    if (needs.extra != nullptr) {
        return pack.description().extras.contains(needs.extra);
    }
    return std::ranges::any_of(needs.networks, [&](const char* network) { return pack.has(network); });
}

std::vector<std::string> lacking(const ModelPack& pack, const std::vector<Part>& needed) {
    std::vector<std::string> names;
    for (const Part part : needed) {
        if (!delivers(pack, part)) {
            names.emplace_back(needs_of(part).name);
        }
    }
    return names;
}

std::optional<ModelPack> open_fallback(const ModelPack& chosen, const std::vector<Part>& needed) {
    const auto missing = lacking(chosen, needed);
    if (missing.empty()) {
        return std::nullopt;
    }
    try {
        return ModelPack{find_pack(Models::default_pack)};
    } catch (const Error& error) {
        throw Error{error.code(),
                    fmt::format("pack {}: the default pack must stand in for {}: {}",
                                chosen.folder().string(), fmt::join(missing, ", "), error.what())};
    }
}

} // namespace

const char* name_of(Part part) noexcept {
    return needs_of(part).name;
}

Models::Models(const std::string& name_or_folder, std::vector<Part> needed)
    : m_chosen{find_pack(name_or_folder)}, m_needed{std::move(needed)},
      m_fallback{open_fallback(m_chosen, m_needed)} {
    std::ranges::for_each(m_needed, [this](Part part) { static_cast<void>(pack_for(part)); });
}

const ModelPack& Models::pack_for(Part part) const {
    if (delivers(m_chosen, part)) {
        return m_chosen;
    }
    if (!m_fallback || !delivers(*m_fallback, part)) {
        throw Error{ErrorCode::mismatch,
                    fmt::format("pack {}: expected the part {}, found it neither there nor in {}",
                                m_chosen.folder().string(), name_of(part),
                                m_fallback ? m_fallback->folder().string() : "another pack")};
    }
    return *m_fallback;
}

std::vector<std::string> Models::fallback_parts() const {
    return lacking(m_chosen, m_needed);
}

std::string Models::network_for(Part part) const {
    const auto& names = needs_of(part).networks;
    const auto used = std::ranges::find_if(
        names, [&](const char* name) { return name != nullptr && pack_for(part).has(name); });
    return used == names.end() ? "" : *used;
}

} // namespace facemirror
