// SPDX-License-Identifier: Apache-2.0
// The generator of test weights is a format: the Python twin makes the same bits (docs/test-weights.md).
#include "support/test_weights.hpp"

#include "handmade.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

namespace facemirror {
namespace {

using testing::ElementsAre;

TEST(TestWeights, AreThoseOfTheDocumentedFormulasToTheBit) {
    const std::vector<NamedShape> entries{{"bn1.weight", {2}},
                                          {"bn1.bias", {2}},
                                          {"bn1.running_mean", {2}},
                                          {"bn1.running_var", {2}},
                                          {"bn1.num_batches_tracked", {}},
                                          {"conv1.weight", {3, 2, 3, 3}},
                                          {"a.conv3.conv.weight", {2, 2, 1, 1}},
                                          {"au_regressor.sc", {1, 3}}};
    const auto tensors = make_test_weights(entries, 1);
    ASSERT_EQ(tensors.size(), entries.size());
    // From exact arithmetic on the first draws of seed 1, done apart from this code.
    EXPECT_THAT(tensors[0].values, ElementsAre(0x1.0368700000000p+0F, 0x1.0c95820000000p+0F));
    EXPECT_THAT(tensors[1].values, ElementsAre(0x1.81d86c0000000p-4F, -0x1.6ca5cc0000000p-7F));
    EXPECT_THAT(tensors[2].values, ElementsAre(-0x1.6d44660000000p-7F, 0x1.aeb9e00000000p-5F));
    EXPECT_THAT(tensors[3].values, ElementsAre(0x1.26a3f80000000p+0F, 0x1.025cb20000000p+0F));
    EXPECT_THAT(tensors[4].values, ElementsAre(1));
    EXPECT_EQ(tensors[4].type, ElementType::i64);
    ASSERT_EQ(tensors[5].values.size(), 54U);
    EXPECT_EQ(tensors[5].values[0], -0x1.fb3c240000000p-3F);
    EXPECT_THAT(tensors[6].values, testing::Contains(0x1.b0563e0000000p-6F)); // g = 0.1
    EXPECT_THAT(tensors[7].values,
                ElementsAre(-0x1.4eef020000000p+0F, -0x1.5a18d20000000p+0F, 0x1.8c8c3a0000000p-3F));
}

TEST(TestWeights, FollowTheTableOfGains) {
    // The first draw of seed 1 is 0.5665615200996399 (docs/test-weights.md); every fan-in here is 3.
    constexpr double first_draw = 0.5665615200996399;
    const std::vector<std::pair<std::string, double>> gains{{"body.stage1.0.0.weight", 0.0005},
                                                            {"body.stage1.1.0.weight", 2.0},
                                                            {"ClassHead.0.conv1x1.weight", 0.1},
                                                            {"base_model.blocks.1.0.conv_pwl.weight", 0.5},
                                                            {"base_model.conv_stem.weight", 4.0},
                                                            {"hgs.0.up1.conv3.conv.weight", 0.1},
                                                            {"ssh1.conv3X3.0.weight", 2.0},
                                                            {"merge_features.0.conv.weight", 0.1},
                                                            {"hgs.0.coordconv.conv.weight", 0.5},
                                                            {"out_heatmaps.0.conv.weight", 0.1},
                                                            {"fc_gaze.0.weight", 2.0}};
    for (const auto& [name, gain] : gains) {
        const std::vector<NamedShape> entries{{name, {1, 3}}};
        const auto expected = static_cast<float>((2.0 * first_draw - 1.0) * std::sqrt(3.0 * gain / 3.0));
        EXPECT_FLOAT_EQ(make_test_weights(entries)[0].values[0], expected) << name;
    }
}

TEST(TestPictures, AreThoseOfTheDocumentedExample) {
    const auto picture = make_test_picture(1, 3, 5, 7, 1);
    ASSERT_EQ(picture.size(), 3U * 5U * 7U);
    const std::vector<float> channel(picture.begin() + 35, picture.begin() + 70);
    EXPECT_THAT(channel,
                ElementsAre(184, 60, 7, 75, 68, 39, 210, 186, 91, 144, 185, 213, 202, 30, 132, 184, 96, 97,
                            166, 166, 73, 129, 212, 93, 118, 208, 119, 64, 177, 198, 206, 88, 51, 28, 101));
}

TEST(TestPictures, AreWholeNumbersOfAByteAtAnySize) {
    for (const auto& [height, width] : {std::pair{1, 1}, std::pair{3, 200}, std::pair{64, 1}}) {
        const auto picture = make_test_picture(2, 3, height, width, 9);
        ASSERT_EQ(picture.size(), 6U * static_cast<std::size_t>(height * width));
        for (const float value : picture) {
            EXPECT_TRUE(value >= 0.0F && value <= 255.0F && value == std::floor(value)) << value;
        }
    }
}

TEST(TestWeights, HoldTheTableOfEdges) {
    const std::vector<NamedShape> entries{{"e2h_transform.weight", {98, 9, 1, 1}},
                                          {"e2h_transform.bias", {98}}};
    const auto tensors = make_test_weights(entries);
    std::vector<float> points_of_edge(9);
    for (std::size_t i = 0; i < tensors[0].values.size(); ++i) {
        points_of_edge[i % 9] += tensors[0].values[i];
    }
    EXPECT_THAT(points_of_edge, ElementsAre(33, 9, 9, 4, 5, 8, 8, 12, 8)); // behaviour.md 26
    EXPECT_EQ(std::accumulate(tensors[1].values.begin(), tensors[1].values.end(), 0.0F), 2.0F);
    EXPECT_EQ(tensors[1].values[96], 1.0F);
    EXPECT_EQ(tensors[1].values[97], 1.0F);
}

TEST(TestWeights, SurviveAFileOfEitherKind) {
    const std::vector<NamedShape> entries{{"conv.weight", {4, 3, 3, 3}}, {"bn.num_batches_tracked", {}}};
    const auto tensors = make_test_weights(entries, 7);
    for (const auto& bytes :
         {legacy_bytes(tensors), zip_bytes(tensors, {.key = "net", .prefix = "module."})}) {
        const Checkpoint checkpoint = handmade::parse(bytes);
        ASSERT_EQ(checkpoint.entries().size(), 2U);
        EXPECT_EQ(checkpoint.entries()[0].name, "conv.weight");
        EXPECT_EQ(checkpoint.values(0), tensors[0].values);
        EXPECT_EQ(checkpoint.values(1), tensors[1].values);
    }
}

} // namespace
} // namespace facemirror
