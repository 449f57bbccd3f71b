// SPDX-License-Identifier: Apache-2.0
// The installer on packages made here; the pinned ones are installed by set-up and used by tests/model.
#include "files.hpp"
#include "tgz.hpp"
#include "tiny_pack.hpp"

#include <facemirror/nn/install.hpp>
#include <facemirror/nn/pack.hpp>

#include <gtest/gtest.h>

#include <cstdlib>

namespace facemirror {
namespace {

namespace fs = std::filesystem;

class Install : public testing::Test {
protected:
    void SetUp() override { fs::create_directory(packages); }
    void TearDown() override { ::unsetenv("FACEMIRROR_NPM"); }

    void write_face_mesh(const std::string& assets) const {
        write_tgz(face_mesh, {{"package/package.json", "{}", ""},
                              {"package/face_mesh_solution_packed_assets.data", assets, ""}});
    }
    void install_from_folder(ExistingPack existing = ExistingPack::keep) const {
        InstallOptions options;
        options.from_folder = packages;
        options.existing = existing;
        install_mediapipe(destination, options);
    }
    /// Nothing but what was there before the installation.
    void expect_nothing_left() const {
        EXPECT_FALSE(fs::exists(destination));
        EXPECT_TRUE(!fs::exists(home / "packs") || fs::is_empty(home / "packs"));
    }

    TemporaryFolder home;
    fs::path packages = home / "packages";
    fs::path face_mesh = packages / "mediapipe-face_mesh-0.4.1657299874.tgz";
    fs::path destination = home / "packs/mediapipe";
};

TEST_F(Install, TellsWhichPackageIsMissing) {
    expect_error(ErrorCode::not_found, {face_mesh.string()}, [&] { install_from_folder(); });
    expect_nothing_left();
}

TEST_F(Install, RefusesAPackageWithoutTheNetworks) {
    write_tgz(face_mesh, {{"package/package.json", "{}", ""}});
    expect_error(ErrorCode::corrupted, {face_mesh.string(), "packed_assets"}, [&] { install_from_folder(); });
    expect_nothing_left();
}

TEST_F(Install, RefusesAPackageThatIsTooShort) {
    write_face_mesh(std::string(1000, 'x'));
    expect_error(ErrorCode::corrupted, {face_mesh.string(), "1000"}, [&] { install_from_folder(); });
    expect_nothing_left();
}

TEST_F(Install, RefusesOtherContentThanThePinned) {
    write_face_mesh(std::string(3'986'256, 'x'));
    expect_error(ErrorCode::mismatch, {face_mesh.string(), "SHA-256", "3bc182eb"},
                 [&] { install_from_folder(); });
    expect_nothing_left();
}

TEST_F(Install, RefusesACutOffPackage) {
    write_face_mesh(std::string(3'986'256, 'x'));
    fs::resize_file(face_mesh, fs::file_size(face_mesh) / 2);
    expect_error(ErrorCode::corrupted, {face_mesh.string()}, [&] { install_from_folder(); });
    expect_nothing_left();
}

TEST_F(Install, SaysWhatToDoWithoutNpm) {
    ::setenv("FACEMIRROR_NPM", "/nonexistent/npm", 1);
    expect_error(ErrorCode::backend, {"/nonexistent/npm", "--from", "@mediapipe/face_mesh@0.4.1657299874"},
                 [&] { install_mediapipe(destination, {}); });
    expect_nothing_left();
}

TEST_F(Install, TellsWhatNpmSays) {
    const fs::path npm = home / "npm";
    write_text(npm, "#!/bin/sh\necho \"no route for $*\" >&2\nexit 1\n");
    fs::permissions(npm, fs::perms::owner_all);
    ::setenv("FACEMIRROR_NPM", npm.c_str(), 1);
    expect_error(ErrorCode::backend, {"no route for pack --ignore-scripts", "--from"},
                 [&] { install_mediapipe(destination, {}); });
    expect_nothing_left();
}

TEST_F(Install, KeepsAGoodPackWhenTheNewOneFails) {
    write_tiny_pack(destination); // a whole pack, but not this version of mediapipe
    expect_error(ErrorCode::not_found, {face_mesh.string()}, [&] { install_from_folder(); });
    expect_error(ErrorCode::not_found, {face_mesh.string()},
                 [&] { install_from_folder(ExistingPack::replace); });
    EXPECT_EQ(ModelPack{destination}.name(), "tiny");
}

TEST_F(Install, DoesNotReplaceADamagedPackUnasked) {
    write_tiny_pack(destination);
    fs::remove(destination / "tiny.bin");
    expect_error(ErrorCode::mismatch, {destination.string(), "tiny.bin", "--overwrite"},
                 [&] { install_from_folder(); });
}

TEST_F(Install, NeverReplacesAFolderThatIsNoPack) {
    fs::create_directories(destination);
    write_text(destination / "thesis.txt", "mine");
    for (const ExistingPack existing : {ExistingPack::keep, ExistingPack::replace}) {
        expect_error(ErrorCode::output, {destination.string()}, [&] { install_from_folder(existing); });
    }
    EXPECT_TRUE(fs::exists(destination / "thesis.txt"));
}

TEST_F(Install, TellsWhenThePackCannotBeWritten) {
    write_text(home / "packs", "a file where the folder should be");
    expect_error(ErrorCode::output, {(home / "packs").string()}, [&] { install_from_folder(); });
}

} // namespace
} // namespace facemirror
