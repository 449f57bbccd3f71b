// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/pack_writer.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/nn/detail/staging.hpp>
#include <facemirror/nn/pack.hpp>
#include <facemirror/nn/sha256.hpp>

#include <utility>

namespace facemirror {

namespace {

namespace fs = std::filesystem;

void check_place(const fs::path& place, ExistingPack existing) {
    std::error_code ignored;
    if (!fs::exists(place, ignored) || fs::is_empty(place, ignored)) {
        return;
    }
    if (!fs::is_regular_file(place / "pack.json", ignored)) {
        throw Error{ErrorCode::output, place.string() + ": expected a model pack or nothing, found something "
                                                        "else; it stays as it is"};
    }
    if (existing == ExistingPack::keep) {
        throw Error{ErrorCode::output, place.string() + ": expected no pack yet, found one. Replace it with "
                                                        "--overwrite"};
    }
}

fs::path checked_place(const fs::path& destination, ExistingPack existing) {
    fs::path place = fs::absolute(destination).lexically_normal();
    if (!place.has_filename()) { // a slash at the end
        place = place.parent_path();
    }
    check_place(place, existing);
    return place;
}

} // namespace

struct PackWriter::State {
    State(const fs::path& destination, PackDescription what, ExistingPack existing)
        : place{checked_place(destination, existing)}, staging{place}, pack{staging.make("pack")},
          description{std::move(what)} {}

    fs::path place;
    detail::StagingFolder staging;
    fs::path pack; ///< In the staging folder.
    PackDescription description;
};

PackWriter::PackWriter(const fs::path& destination, PackDescription description, ExistingPack existing)
    : m_state{std::make_unique<State>(destination, std::move(description), existing)} {}

PackWriter::~PackWriter() = default;

void PackWriter::add_network(const std::string& name, PackedNetwork network,
                             std::span<const std::byte> bytes) {
    detail::write_file(m_state->pack / network.file, bytes);
    network.sha256 = sha256_of(bytes);
    m_state->description.networks.insert_or_assign(name, std::move(network));
}

void PackWriter::add_licence(const std::string& file, std::string_view text) {
    const fs::path path = m_state->pack / file;
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed); // if this fails, writing says so
    detail::write_file(path, text);
    m_state->description.licences.push_back({file, sha256_of(std::as_bytes(std::span{text}))});
}

ModelPack PackWriter::finish() {
    detail::write_file(m_state->pack / "pack.json", to_json_text(m_state->description));
    return ModelPack{m_state->pack};
}

void PackWriter::publish() {
    detail::move_into_place(m_state->pack, m_state->place);
}

const PackDescription& PackWriter::description() const noexcept {
    return m_state->description;
}

const fs::path& PackWriter::destination() const noexcept {
    return m_state->place;
}

} // namespace facemirror
