// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"
#include "tiny_pack.hpp"

#include <facemirror/nn/pack.hpp>
#include <facemirror/nn/pack_editor.hpp>

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>

namespace facemirror {
namespace {

namespace fs = std::filesystem;

class Pack : public testing::Test {
protected:
    void SetUp() override { write_tiny_pack(folder); }

    void rewrite(const std::function<void(PackDescription&)>& change) const {
        PackDescription description = tiny_description(folder);
        change(description);
        write_text(folder / "pack.json", to_json_text(description));
    }

    TemporaryFolder home;
    fs::path folder = home / "tiny";
};

TEST_F(Pack, OpensWhatItDescribes) {
    const ModelPack pack{folder};
    EXPECT_EQ(pack.name(), "tiny");
    EXPECT_TRUE(pack.has("tiny"));
    EXPECT_FALSE(pack.has("mesh"));
    EXPECT_EQ(pack.extra("note"), folder / "notes/note.txt");
    EXPECT_EQ(pack.sha256(), sha256_of_file(folder / "pack.json"));
    const auto network = pack.open("tiny", Precision::f32);
    network->run();
    EXPECT_EQ(network->output(1).size(), 8U);
    EXPECT_NE(pack.compile("tiny", Precision::f32, 2)->new_stream(), nullptr);
}

TEST_F(Pack, TellsWhatItLacks) {
    const ModelPack pack{folder};
    expect_error(ErrorCode::mismatch, {folder.string(), "mesh", "tiny"},
                 [&] { return pack.open("mesh", Precision::f32); });
    expect_error(ErrorCode::mismatch, {folder.string(), "bf16", "f32"},
                 [&] { return pack.open("tiny", Precision::bf16); });
    expect_error(ErrorCode::mismatch, {folder.string(), "face", "note"}, [&] { return pack.extra("face"); });
}

TEST_F(Pack, RefusesAnyFileThatIsMissingOrChanged) {
    for (const char* name : {"tiny.xml", "tiny.bin", "notes/note.txt", "licence.txt"}) {
        write_tiny_pack(folder);
        {
            std::ofstream{folder / name, std::ios::app} << "x";
        }
        expect_error(ErrorCode::mismatch, {folder.string(), name, "SHA-256"}, [&] { ModelPack{folder}; });
        fs::remove(folder / name);
        expect_error(ErrorCode::mismatch, {folder.string(), name}, [&] { ModelPack{folder}; });
        fs::create_directory(folder / name);
        expect_error(ErrorCode::mismatch, {folder.string(), name}, [&] { ModelPack{folder}; });
        fs::remove(folder / name);
    }
}

TEST_F(Pack, RefusesAPipeInsteadOfWaitingForIt) {
    fs::remove(folder / "tiny.bin");
    ASSERT_EQ(::mkfifo((folder / "tiny.bin").c_str(), 0600), 0);
    expect_error(ErrorCode::mismatch, {"tiny.bin"}, [&] { ModelPack{folder}; });
}

TEST_F(Pack, RefusesAFolderThatIsNone) {
    expect_error(ErrorCode::mismatch, {"pack.json"}, [&] { ModelPack{home / "gone"}; });
    expect_error(ErrorCode::mismatch, {"pack.json"}, [&] { ModelPack{home.path()}; });
    expect_error(ErrorCode::mismatch, {"pack.json"}, [&] { ModelPack{folder / "tiny.xml"}; });
}

TEST_F(Pack, RefusesAHugeDescriptionUnread) {
    fs::resize_file(folder / "pack.json", std::uintmax_t{1} << 36); // sparse
    expect_error(ErrorCode::mismatch, {"pack.json", "bytes"}, [&] { ModelPack{folder}; });
}

TEST_F(Pack, RefusesANetworkOfOtherShapesThanItPromises) {
    rewrite([](PackDescription& d) { d.networks["tiny"].outputs[0].shape = {1, 8, 14, 15}; });
    expect_error(ErrorCode::mismatch, {"tiny", "map", "1,8,14,15", "1,8,14,14"},
                 [&] { return ModelPack{folder}.open("tiny", Precision::f32); });
    rewrite([](PackDescription& d) { d.networks["tiny"].outputs.pop_back(); });
    expect_error(ErrorCode::mismatch, {"1 outputs", "2"},
                 [&] { return ModelPack{folder}.open("tiny", Precision::f32); });
    rewrite([](PackDescription& d) { d.networks["tiny"].input.tensor.name = "image"; });
    expect_error(ErrorCode::mismatch, {"image", "picture"},
                 [&] { return ModelPack{folder}.open("tiny", Precision::f32); });
}

TEST_F(Pack, FixesFreeAxesAndHoldsTheNetworkToTheOthers) {
    save(tiny_model({-1, 4, -1, -1}), folder / "tiny.xml");
    rewrite([](PackDescription& d) {
        d.networks["tiny"].input.tensor.shape = {0, 4, 0, 0};
        d.networks["tiny"].outputs[0].shape = {0, 8, 0, 0};
        d.networks["tiny"].outputs[1].shape = {0, 8, 1, 1};
    });
    const ModelPack pack{folder};
    const auto network = pack.open("tiny", Precision::f32, {2, 4, 10, 20});
    EXPECT_EQ(network->outputs()[0].shape, (std::vector<std::size_t>{2, 8, 8, 18}));
    expect_error(ErrorCode::mismatch, {"tiny.xml", "fixed shape"},
                 [&] { return pack.open("tiny", Precision::f32); });
    expect_error(ErrorCode::mismatch, {"tiny", "picture [free,4,free,free]", "picture [2,3,10,20]"},
                 [&] { return pack.open("tiny", Precision::f32, {2, 3, 10, 20}); });
    expect_error(ErrorCode::mismatch, {"tiny", "picture [2,4,10]"},
                 [&] { return pack.open("tiny", Precision::f32, {2, 4, 10}); });
    rewrite([](PackDescription& d) {
        d.networks["tiny"].input.tensor.shape = {0, 4, 0, 0};
        d.networks["tiny"].outputs[0].shape = {0, 7, 0, 0};
    });
    expect_error(ErrorCode::mismatch, {"tiny", "map [free,7,free,free]", "map [2,8,8,18]"},
                 [&] { return ModelPack{folder}.open("tiny", Precision::f32, {2, 4, 10, 20}); });
    rewrite([](PackDescription& d) {
        d.networks["tiny"].input.tensor.shape = {0, 0, 0, 0};
        d.networks["tiny"].outputs[0].shape = {0, 0, 0};
    });
    expect_error(ErrorCode::mismatch, {"tiny", "map [free,free,free]", "map [2,8,8,18]"},
                 [&] { return ModelPack{folder}.open("tiny", Precision::f32, {2, 4, 10, 20}); });
}

TEST_F(Pack, HandsTheNodesThatKeepF32ToTheEngine) {
    rewrite([](PackDescription& d) {
        d.networks["tiny"].threads["bf16"] = 1;
        d.networks["tiny"].f32_nodes = {"gone/"};
    });
    EXPECT_NE(ModelPack{folder}.open("tiny", Precision::f32), nullptr) << "f32 has nothing to keep";
    expect_error(ErrorCode::mismatch, {"tiny.xml", "gone/"},
                 [&] { return ModelPack{folder}.open("tiny", Precision::bf16); });
}

/// Says that the network has an int8 file: a body and a head, of which the head is to stay exact.
void add_variant(const fs::path& folder, PackDescription& description, Precision rest) {
    save(BodyAndHead{}.whole(), folder / "int8.xml");
    PackedNetwork& network = description.networks["tiny"];
    network.input.tensor = {"picture", {2, 64}};
    network.outputs = {{"scores", {2, 8}}, {"features", {2, 64}}};
    network.threads["int8"] = 1;
    network.f32_nodes = {"head/"};
    network.variants["int8"] = {"int8.xml", sha256_of_file(folder / "int8.xml"), "int8.bin",
                                sha256_of_file(folder / "int8.bin"), rest};
}

TEST_F(Pack, OpensTheFileOfAVariant) {
    rewrite([&](PackDescription& d) { add_variant(folder, d, Precision::f32); });
    const ModelPack pack{folder};
    EXPECT_EQ(pack.open("tiny", Precision::int8)->outputs().front().name, "scores");
    expect_error(ErrorCode::mismatch, {"tiny"}, [&] { return pack.open("tiny", Precision::f32); });
    fs::remove(folder / "int8.bin");
    expect_error(ErrorCode::mismatch, {"int8.bin"}, [&] { return ModelPack{folder}; });
}

TEST_F(Pack, RunsTheRestOfAVariantInItsOwnArithmetic) {
    rewrite([&](PackDescription& d) { add_variant(folder, d, Precision::bf16); });
    std::unique_ptr<Network> mixed;
    try {
        mixed = ModelPack{folder}.open("tiny", Precision::int8);
    } catch (const Error& error) {
        ASSERT_EQ(error.code(), ErrorCode::backend);
        GTEST_SKIP() << "this processor has no bf16";
    }
    const auto exact = open_network(folder / "int8.xml", {});
    for (Network* network : {mixed.get(), exact.get()}) {
        std::ranges::fill(network->input(0), 0.7F);
        network->run();
    }
    EXPECT_FALSE(std::ranges::equal(mixed->output(1), exact->output(1))) << "the body runs in bf16";
    save(BodyAndHead::head(), folder / "head.xml");
    const auto head = open_network(folder / "head.xml", {});
    std::ranges::copy(mixed->output(1), head->input(0).begin());
    head->run();
    EXPECT_TRUE(std::ranges::equal(mixed->output(0), head->output(0))) << "the head runs in f32";
}

TEST_F(Pack, IsEditedInOneStep) {
    const std::string before = ModelPack{folder}.sha256();
    expect_error(ErrorCode::mismatch, {"int8.xml"}, [&] {
        edit_pack(folder, [](PackDescription& d) {
            d.networks["tiny"].threads["int8"] = 1;
            d.networks["tiny"].variants["int8"] = {"int8.xml", std::string(64, 'a'), "", "", Precision::f32};
        });
        return 0;
    });
    EXPECT_EQ(ModelPack{folder}.sha256(), before) << "a change that does not hold leaves the pack alone";
    const std::string hash(64, 'b');
    edit_pack(folder, [&hash](PackDescription& d) {
        d.fidelity.push_back(
            {Precision::bf16, Precision::f32, 3, {}, "e", hash, hash, {{"m", 1.5}}, {"drift"}});
    });
    EXPECT_EQ(ModelPack{folder}.description().fidelity.at(0).measures.at("m"), 1.5);
    const auto entries = std::distance(fs::directory_iterator{folder}, fs::directory_iterator{});
    EXPECT_EQ(entries, 5) << "tiny.xml, tiny.bin, notes, licence.txt, pack.json and nothing else";
}

class FindPack : public Pack {
protected:
    void SetUp() override {
        Pack::SetUp();
        ::setenv("FACEMIRROR_PACKS", home.path().c_str(), 1);
    }
    void TearDown() override { ::unsetenv("FACEMIRROR_PACKS"); }
};

TEST_F(FindPack, TakesANameFromTheFolderOfPacksAndAFolderAsItIs) {
    EXPECT_EQ(find_pack("tiny"), folder);
    EXPECT_EQ(find_pack(folder.string()), folder);
    EXPECT_EQ(packs_folders().front(), home.path());
}

TEST_F(FindPack, TellsWhereItLookedAndWhatIsThere) {
    expect_error(ErrorCode::mismatch, {"star-mtl", home.path().string(), "tiny", "model install"},
                 [] { return find_pack("star-mtl"); });
    expect_error(ErrorCode::mismatch, {home.path().string()}, [] { return find_pack(""); });
}

TEST_F(FindPack, HoldsAnUnfinishedInstallationForNoPack) {
    fs::rename(folder, home / ".tiny.abcdef");
    try {
        static_cast<void>(find_pack("other"));
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(std::string{error.what()}.find(".tiny.abcdef"), std::string::npos) << error.what();
    }
}

} // namespace
} // namespace facemirror
