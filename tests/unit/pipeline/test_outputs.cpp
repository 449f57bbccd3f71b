// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/outputs.hpp>
#include <facemirror/pipeline/run_options.hpp>

#include <support/temporary_folder.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace facemirror {
namespace {

namespace fs = std::filesystem;

class Outputs : public testing::Test {
protected:
    static void write(const fs::path& file, const std::string& text) { std::ofstream{file} << text; }

    // A finished run of content `hash`: every output holds "x".
    OutputFiles finish(const std::string& stem, const std::string& hash) {
        const OutputFiles files = output_files(folder.path(), stem, Videos::mirrored_and_debug);
        nlohmann::json outputs;
        for (const fs::path& file : files.all()) {
            write(file, "x");
            outputs[file.filename().string()] = 1U;
        }
        write(files.run_json,
              nlohmann::json{{"input", {{"sha256", hash}}}, {"decided_by", {{"a", 1}}}, {"outputs", outputs}}
                  .dump());
        return files;
    }

    TemporaryFolder folder;
    std::set<std::string> taken;
};

const std::string hash_a(64, 'a');
const std::string hash_b(64, 'b');

TEST_F(Outputs, AreNamedAfterTheStem) {
    const OutputFiles files = output_files("out", "clip", Videos::mirrored_and_debug);
    EXPECT_EQ(files.left_video, "out/clip_left_mirrored.mp4");
    EXPECT_EQ(files.right_table, "out/clip_right_mirrored.csv");
    EXPECT_EQ(files.all().size(), 8U);
    EXPECT_EQ(files.all().back(), "out/clip_run.json");
    EXPECT_EQ(output_files("out", "clip", Videos::none).all().size(), 5U);
    EXPECT_EQ(output_files("out", "clip", Videos::mirrored).all().size(), 7U);
}

TEST_F(Outputs, TheSameStemTwiceGetsTheContentHash) {
    EXPECT_EQ(choose_stem(folder.path(), "clip", hash_a, SameStem::keep, taken), "clip");
    EXPECT_EQ(choose_stem(folder.path(), "clip", hash_b, SameStem::keep, taken), "clip-bbbbbbbb");
}

TEST_F(Outputs, AVideoOfOtherContentKeepsItsFiles) {
    finish("clip", hash_a);
    EXPECT_EQ(choose_stem(folder.path(), "clip", hash_b, SameStem::keep, taken), "clip-bbbbbbbb");
    taken.clear();
    EXPECT_EQ(choose_stem(folder.path(), "clip", hash_a, SameStem::keep, taken), "clip");
}

TEST_F(Outputs, OfOtherContentAreGivenUpOnlyWhenTheUserSaysSo) {
    finish("clip", hash_a);
    EXPECT_EQ(choose_stem(folder.path(), "clip", hash_b, SameStem::overwrite, taken), "clip");
    EXPECT_EQ(choose_stem(folder.path(), "clip", hash_a, SameStem::overwrite, taken), "clip-aaaaaaaa");
}

TEST_F(Outputs, AreFinishedOnlyWithTheSameContentAndOptions) {
    const OutputFiles files = finish("clip", hash_a);
    EXPECT_TRUE(is_finished(files, hash_a, R"({"a":1})"));
    EXPECT_FALSE(is_finished(files, hash_b, R"({"a":1})"));
    EXPECT_FALSE(is_finished(files, hash_a, R"({"a":2})"));
    EXPECT_FALSE(is_finished(files, "", R"({"a":1})"));
}

TEST_F(Outputs, AreNotFinishedWhenAFileIsMissingOrCut) {
    const OutputFiles files = finish("clip", hash_a);
    write(files.left_video, "cut to another size");
    EXPECT_FALSE(is_finished(files, hash_a, R"({"a":1})"));
    finish("clip", hash_a);
    fs::remove(files.frames_table);
    EXPECT_FALSE(is_finished(files, hash_a, R"({"a":1})"));
}

TEST_F(Outputs, ABrokenRunJsonIsNoFinishedRunAndNoFailure) {
    const OutputFiles files = finish("clip", hash_a);
    for (const char* text :
         {"", "{", "[]", R"({"input":3})", R"({"input":{"sha256":7}})", R"({"outputs":[]})"}) {
        write(files.run_json, text);
        EXPECT_FALSE(is_finished(files, hash_a, R"({"a":1})")) << text;
        taken.clear();
        EXPECT_EQ(choose_stem(folder.path(), "clip", hash_b, SameStem::keep, taken), "clip") << text;
    }
}

TEST(RunOptions, ThreadsDecideNothing) {
    RunOptions one;
    RunOptions four;
    four.threads = 4;
    four.queue_bytes = 1;
    EXPECT_EQ(decisive_options(one), decisive_options(four));
    EXPECT_NE(to_json(one), to_json(four));
    four.passes = 1;
    EXPECT_NE(decisive_options(one), decisive_options(four));
}

} // namespace
} // namespace facemirror
