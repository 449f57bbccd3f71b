// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/nn/sha256.hpp>
#include <facemirror/pipeline/models.hpp>

#include <support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace facemirror {
namespace {

namespace fs = std::filesystem;

/// Packs whose networks are files of one letter: nothing here is opened as a network.
class PacksOfLetters : public testing::Test {
protected:
    void SetUp() override { ::setenv("FACEMIRROR_PACKS", m_folder.path().c_str(), 1); }
    void TearDown() override { ::unsetenv("FACEMIRROR_PACKS"); }

    fs::path make(const std::string& name, const std::vector<std::string>& networks, bool has_head = false) {
        PackDescription description;
        description.name = name;
        for (const std::string& network : networks) {
            PackedNetwork packed;
            packed.file = write(name, network + ".onnx");
            packed.sha256 = letter_hash();
            packed.input = {{"image", {1, 3, 8, 8}}, "rgb", {}, {1, 1, 1}};
            packed.outputs = {{"out", {1, 2}}};
            packed.threads = {{"f32", 1}};
            description.networks.emplace(network, packed);
        }
        if (has_head) {
            description.extras.emplace("canonical_face", PackedFile{write(name, "face.json"), letter_hash()});
        }
        std::ofstream{m_folder / name / "pack.json"} << to_json_text(description);
        return m_folder / name;
    }

private:
    std::string write(const std::string& pack, const std::string& file) {
        fs::create_directories(m_folder / pack);
        std::ofstream{m_folder / pack / file} << 'x';
        return file;
    }
    static std::string letter_hash() { return sha256_of(std::as_bytes(std::span{"x", 1})); }

    TemporaryFolder m_folder;
};

TEST_F(PacksOfLetters, AWholePackNeedsNoOther) {
    make("whole", {"retinaface", "star", "mtl"}, true);
    const Models models{"whole"};
    EXPECT_FALSE(models.fallback().has_value());
    EXPECT_TRUE(models.fallback_parts().empty());
    EXPECT_EQ(models.network_for(Part::detector), "retinaface");
    EXPECT_EQ(models.network_for(Part::landmarks), "star");
    EXPECT_EQ(models.network_for(Part::halves), "mtl");
    EXPECT_EQ(models.network_for(Part::head), "");
}

TEST_F(PacksOfLetters, TheDefaultPackStandsInPartByPart) {
    make("mediapipe", {"face_detector", "mesh"}, true);
    make("star-mtl", {"star"});
    const Models models{"star-mtl"};
    ASSERT_TRUE(models.fallback().has_value());
    EXPECT_EQ(models.fallback_parts(), (std::vector<std::string>{"detector", "halves", "head"}));
    EXPECT_EQ(models.pack_for(Part::landmarks).name(), "star-mtl");
    EXPECT_EQ(models.pack_for(Part::detector).name(), "mediapipe");
    EXPECT_EQ(models.network_for(Part::detector), "face_detector");
    EXPECT_EQ(models.network_for(Part::halves), "mesh");
}

TEST_F(PacksOfLetters, OnlyWhatIsNeededIsAskedFor) {
    make("faces", {"retinaface"});
    const Models models{"faces", {Part::detector}};
    EXPECT_FALSE(models.fallback().has_value());
    EXPECT_THROW(static_cast<void>(models.pack_for(Part::landmarks)), Error);
}

TEST_F(PacksOfLetters, ADamagedDefaultPackIsNamedWithWhatItWasWantedFor) {
    std::ofstream{make("mediapipe", {"face_detector", "mesh"}, true) / "mesh.onnx"} << 'y';
    const std::string folder = make("star-mtl", {"star", "mtl"}).string();
    try {
        const Models models{"star-mtl"};
        FAIL() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::mismatch);
        for (const std::string& word : {folder, std::string{"detector, head"}, std::string{"mesh.onnx"}}) {
            EXPECT_NE(std::string{error.what()}.find(word), std::string::npos) << error.what();
        }
    }
}

TEST_F(PacksOfLetters, APartThatNeitherPackHasIsAMismatch) {
    make("mediapipe", {"face_detector", "mesh"}); // without the generic face
    make("star-mtl", {"star", "mtl"});
    EXPECT_THROW(Models{"star-mtl"}, Error);
}

} // namespace
} // namespace facemirror
