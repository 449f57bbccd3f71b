// SPDX-License-Identifier: Apache-2.0
// The generator of test weights is a format: the Python twin makes the same bits (docs/test-weights.md).
#include "support/test_weights.hpp"

#include "handmade.hpp"

#include <gmock/gmock.h>

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
