// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/install.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/nn/detail/apache_licence.hpp>
#include <facemirror/nn/detail/archive.hpp>
#include <facemirror/nn/detail/npm.hpp>
#include <facemirror/nn/detail/staging.hpp>
#include <facemirror/nn/geometry_metadata.hpp>
#include <facemirror/nn/pack.hpp>
#include <facemirror/nn/sha256.hpp>
#include <facemirror/nn/tflite_converter.hpp>

#include <array>
#include <map>
#include <span>
#include <vector>

namespace facemirror {

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

/// A pinned npm package.
struct Package {
    const char* specification; ///< As npm takes it.
    const char* file;          ///< As npm names what it fetches.
};
constexpr Package face_mesh{"@mediapipe/face_mesh@0.4.1657299874", "mediapipe-face_mesh-0.4.1657299874.tgz"};
constexpr Package face_detection{"@mediapipe/face_detection@0.4.1657300184",
                                 "mediapipe-face_detection-0.4.1657300184.tgz"};

/// A part of a package's member that is a file of its own.
/// Source   default-models.md 2.
struct Cut {
    const Package* package;
    const char* member;
    std::size_t begin;
    std::size_t end;
    const char* sha256;
};
constexpr const char* mesh_assets = "package/face_mesh_solution_packed_assets.data";
constexpr Cut geometry_cut{&face_mesh, mesh_assets, 3737848, 3757224,
                           "bdbcda96dfcb7da883da124aaa2c55dee49770d934f0fcc71747f8c21bdc75b4"};

/// A network of the pack and what it sees: value = (pixel - mean) / scale.
struct Recipe {
    const char* name;
    Cut cut;
    double mean;
    double scale;
};
constexpr std::array<Recipe, 3> recipes{
    Recipe{"face_detector",
           {&face_mesh, mesh_assets, 3757224, 3986256,
            "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"},
           127.5,
           127.5},
    Recipe{"face_detector_full_range",
           {&face_detection, "package/face_detection_full_range.tflite", 0, 1083984,
            "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3"},
           127.5,
           127.5},
    Recipe{"mesh",
           {&face_mesh, mesh_assets, 0, 2495952,
            "883b7411747bac657c30c462d305d312e9dec6adbf8b85e2f5d8d722fca9455d"},
           0,
           255}};

constexpr const char* pack_name = "mediapipe";
constexpr const char* pack_version = "0.4.1657299874+1"; // the package's version + our conversion's
constexpr const char* limits = "MediaPipe's networks were made for entertainment in augmented reality; their "
                               "makers exclude decisions on "
                               "which human life depends. Numbers from them are no diagnosis.";

/// The members of the packages, each read once.
class Packages {
public:
    explicit Packages(fs::path folder) : m_folder{std::move(folder)} {}

    /// Throws   Error{corrupted} if the member is too short, Error{mismatch} if the cut is not the pinned
    /// one.
    Bytes cut(const Cut& cut) {
        const fs::path archive = m_folder / cut.package->file;
        Bytes& member = m_members[cut.member];
        if (member.empty()) {
            member = detail::read_member(archive, cut.member);
        }
        const std::string where = archive.string() + ": " + cut.member;
        if (member.size() < cut.end) {
            throw Error{ErrorCode::corrupted, where + ": expected at least " + std::to_string(cut.end) +
                                                  " bytes, found " + std::to_string(member.size())};
        }
        const auto part = std::span{member}.subspan(cut.begin, cut.end - cut.begin);
        if (const std::string found = sha256_of(part); found != cut.sha256) {
            throw Error{ErrorCode::mismatch, where + ": bytes " + std::to_string(cut.begin) + ".." +
                                                 std::to_string(cut.end) + ": expected SHA-256 " +
                                                 cut.sha256 + ", found " + found};
        }
        return {part.begin(), part.end()};
    }

private:
    fs::path m_folder;
    std::map<std::string, Bytes> m_members;
};

/// What the pack would be replaced for: nothing, an older version, or damage that `existing` allows to mend.
bool is_installed(const fs::path& destination, ExistingPack existing) {
    std::error_code ignored;
    if (!fs::exists(destination, ignored) || fs::is_empty(destination, ignored)) {
        return false;
    }
    if (!fs::is_regular_file(destination / "pack.json", ignored)) {
        throw Error{ErrorCode::output,
                    destination.string() +
                        ": expected a model pack or nothing, found something else; it stays as it is"};
    }
    if (existing == ExistingPack::replace) {
        return false;
    }
    try {
        const ModelPack pack{destination};
        return pack.name() == pack_name && pack.description().version == pack_version;
    } catch (const Error& error) {
        throw Error{error.code(), std::string{error.what()} + ". Replace it with --overwrite"};
    }
}

void fetch(const fs::path& into, const InstallOptions& options) {
    options.progress("fetching the packages with npm");
    try {
        detail::npm_pack({face_mesh.specification, face_detection.specification}, into);
    } catch (const Error& error) {
        throw Error{error.code(),
                    std::string{error.what()} +
                        ". By hand: on a machine with npm and a network run `npm pack " +
                        face_mesh.specification + " " + face_detection.specification +
                        "`, then here `facemirror model install mediapipe --from FOLDER` with the "
                        "folder of the two files"};
    }
}

PackedNetwork build_network(const Recipe& recipe, Packages& packages, const fs::path& work,
                            const fs::path& pack) {
    const std::string name = recipe.name;
    const fs::path tflite = work / (name + ".tflite");
    detail::write_file(tflite, packages.cut(recipe.cut));
    PackedNetwork network;
    network.file = name + ".xml";
    network.weights_file = name + ".bin";
    convert_tflite(tflite, pack / network.file);
    network.sha256 = sha256_of_file(pack / network.file);
    network.weights_sha256 = sha256_of_file(pack / network.weights_file);
    const auto compiled = compile_network(pack / network.file, {});
    network.input = {compiled->inputs().front(),
                     "rgb",
                     {recipe.mean, recipe.mean, recipe.mean},
                     {recipe.scale, recipe.scale, recipe.scale}};
    network.outputs = compiled->outputs();
    network.licence = "Apache-2.0";
    network.source = std::string{"npm "} + recipe.cut.package->specification +
                     ", SHA-256 of the TFLite file " + recipe.cut.sha256;
    network.threads = {{name_of(Precision::f32), 1}, {name_of(Precision::bf16), 1}};
    return network;
}

PackedFile write_packed(const fs::path& pack, const std::string& file, std::string_view text) {
    detail::write_file(pack / file, text);
    return {file, sha256_of(std::as_bytes(std::span{text}))};
}

void build(Packages packages, const fs::path& work, const fs::path& pack, const InstallOptions& options) {
    PackDescription description;
    description.name = pack_name;
    description.version = pack_version;
    description.engine = engine_version();
    description.limits = limits;
    for (const Recipe& recipe : recipes) {
        options.progress(std::string{"converting "} + recipe.name);
        description.networks.emplace(recipe.name, build_network(recipe, packages, work, pack));
    }
    const GeometryMetadata face = parse_geometry_metadata(packages.cut(geometry_cut), mesh_assets);
    description.extras.emplace("canonical_face",
                               write_packed(pack, "canonical_face.json", to_json_text(face)));
    fs::create_directory(pack / "licences");
    description.licences.push_back(write_packed(pack, "licences/Apache-2.0.txt", detail::apache_licence));
    detail::write_file(pack / "pack.json", to_json_text(description));
}

} // namespace

InstallOutcome install_mediapipe(const fs::path& destination, const InstallOptions& options) {
    const fs::path place = fs::absolute(destination).lexically_normal();
    if (is_installed(place, options.existing)) {
        return InstallOutcome::already_there;
    }
    const detail::StagingFolder staging{place};
    const fs::path downloads = options.from_folder.value_or(staging.make("downloads"));
    if (!options.from_folder) {
        fetch(downloads, options);
    }
    const fs::path pack = staging.make("pack");
    build(Packages{downloads}, staging.make("work"), pack, options);
    options.progress("verifying the pack");
    const ModelPack verified{pack};
    for (const auto& [name, network] : verified.networks()) {
        static_cast<void>(verified.open(name, Precision::f32));
    }
    detail::move_into_place(pack, place);
    return InstallOutcome::installed;
}

} // namespace facemirror
