// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/weight_table.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace facemirror {
namespace {

using Use = WeightSpec::Use;

std::int64_t count(const std::vector<WeightSpec>& weights, Use use, std::string_view ending) {
    return std::ranges::count_if(weights, [&](const WeightSpec& weight) {
        return weight.use == use && std::string_view{weight.name}.ends_with(ending);
    });
}

std::size_t place_of(const std::vector<WeightSpec>& weights, std::string_view name) {
    const auto found = std::ranges::find(weights, name, &WeightSpec::name);
    EXPECT_NE(found, weights.end()) << name;
    return static_cast<std::size_t>(found - weights.begin());
}

// The totals of behaviour.md 24.
TEST(WeightTable, RetinaFaceHas426608Parameters) {
    const auto& weights = retinaface_weights();
    EXPECT_EQ(weights.size(), 300U);
    EXPECT_EQ(parameter_count(weights), 426608);
    EXPECT_EQ(count(weights, Use::counter, ""), 47);
    std::int64_t elements = 0;
    for (const WeightSpec& weight : weights) {
        elements += element_count(weight);
    }
    EXPECT_EQ(elements, 433343);
}

TEST(WeightTable, StarHas17177332ParametersAnd57UnusedConvolutions) {
    const auto& weights = star_weights();
    EXPECT_EQ(weights.size(), 1450U);
    EXPECT_EQ(parameter_count(weights), 17177332);
    EXPECT_EQ(count(weights, Use::counter, ""), 182);
    EXPECT_EQ(std::ranges::count_if(weights,
                                    [](const WeightSpec& weight) {
                                        return weight.shape.size() == 4 && weight.use != Use::buffer;
                                    }),
              269);
    EXPECT_EQ(count(weights, Use::unused, ".weight"), 57);
    std::int64_t unused = 0;
    for (const WeightSpec& weight : weights) {
        unused += weight.use == Use::unused ? element_count(weight) : 0;
    }
    EXPECT_EQ(unused, 17177332 - 13476468); // what the published ONNX file lacks, behaviour.md 21
}

TEST(WeightTable, MtlHas25346454Parameters) {
    const auto& weights = mtl_weights();
    EXPECT_EQ(parameter_count(weights), 25346454);
    std::int64_t backbone = 0;
    for (const WeightSpec& weight : weights) {
        backbone += weight.use == Use::parameter && weight.name.starts_with("base_model.")
                        ? element_count(weight)
                        : 0;
    }
    EXPECT_EQ(backbone, 4007548);
    EXPECT_EQ(count(weights, Use::unused, ""), 0);
}

TEST(WeightTable, NoNameStandsTwice) {
    for (const NetworkKind kind : {NetworkKind::retinaface, NetworkKind::star, NetworkKind::mtl}) {
        std::set<std::string> names;
        for (const WeightSpec& weight : weights_of(kind)) {
            EXPECT_TRUE(names.insert(weight.name).second) << weight.name;
        }
    }
}

TEST(WeightTable, ListsTheTensorsInTheOrderOfTheStateDict) {
    const auto& star = star_weights();
    EXPECT_EQ(star.front().name, "pre.0.conv.weight");
    EXPECT_EQ(star.back().name, "e2h_transform.bias");
    EXPECT_LT(place_of(star, "hgs.0.low1.bn1.weight"),
              place_of(star, "hgs.0.low2.low2.low2.low2.bn1.weight"));
    EXPECT_LT(place_of(star, "merge_edgemaps.0.conv.weight"),
              place_of(star, "merge_pointmaps.0.conv.weight"));
    const auto& mtl = mtl_weights();
    EXPECT_EQ(mtl.back().name, "au_regressor.gnn.bnv.num_batches_tracked");
    EXPECT_EQ(place_of(mtl, "au_regressor.sc") + 1, place_of(mtl, "au_regressor.class_linears.0.weight"));
    EXPECT_EQ(retinaface_weights().back().name, "LandmarkHead.2.conv1x1.bias");
}

} // namespace
} // namespace facemirror
