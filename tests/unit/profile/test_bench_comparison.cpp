// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/profile/bench_comparison.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace facemirror {
namespace {

using Json = nlohmann::json;

Json bench(double p50_ms, double fps) {
    return {{"version", "1"},
            {"machine",
             {{"processor", "a"}, {"cores", 2}, {"memory_mib", 100}, {"engine", "e"}, {"os", "linux"}}},
            {"pack", {{"name", "p"}, {"sha256", "0"}}},
            {"networks",
             {{{"name", "star"},
               {"precision", "f32"},
               {"threads", 1},
               {"streams", 2},
               {"batch", 1},
               {"input_shape", {1, 3, 256, 256}},
               {"p50_ms", p50_ms}}}},
            {"run",
             {{"precision", "f32"},
              {"threads", 2},
              {"clip", {{"sha256", "1"}}},
              {"fps", fps},
              {"stages", Json::array()}}}};
}

TEST(BenchComparison, GivesTheRatioOfEachNumberThatBothHave) {
    const BenchComparison found = compare_benches(bench(100, 4).dump(), bench(50, 6).dump(), "old");
    EXPECT_TRUE(found.differences.empty());
    ASSERT_EQ(found.rows.size(), 2U);
    EXPECT_EQ(found.rows[0].what, "run: frames/s");
    EXPECT_DOUBLE_EQ(found.rows[0].ratio, 1.5);
    EXPECT_EQ(found.rows[1].what, "star f32, 1 threads, 2 streams, batch 1: p50, ms");
    EXPECT_DOUBLE_EQ(found.rows[1].ratio, 0.5);
}

TEST(BenchComparison, SaysWhatWasNotTheSame) {
    Json other = bench(100, 4);
    other["machine"]["processor"] = "b";
    other["run"]["threads"] = 4;
    other["run"]["clip"]["sha256"] = "2";
    other["pack"]["sha256"] = "9";
    const BenchComparison found = compare_benches(other.dump(), bench(100, 4).dump(), "old");
    ASSERT_EQ(found.differences.size(), 4U);
    EXPECT_EQ(found.differences[0], "machine: processor: b before, a now");
}

TEST(BenchComparison, ComparesNothingWithABenchWithoutRun) {
    Json without = bench(100, 4);
    without["run"] = nullptr;
    EXPECT_EQ(compare_benches(without.dump(), bench(100, 4).dump(), "old").rows.size(), 1U);
}

TEST(BenchComparison, RefusesWhatIsNoBench) {
    const std::string now = bench(1, 1).dump();
    for (const char* text :
         {"", "{", "[]", "7", R"({"machine":1,"pack":2})", R"({"machine":{},"pack":{},"networks":[1]})"}) {
        try {
            static_cast<void>(compare_benches(text, now, "old.json"));
            FAIL() << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::corrupted) << text;
        }
    }
    EXPECT_THROW(static_cast<void>(compare_with_file("no/such/file.json", now)), Error);
}

} // namespace
} // namespace facemirror
