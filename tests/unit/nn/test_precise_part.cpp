// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"
#include "tiny_networks.hpp"

#include <facemirror/nn/detail/precise_part.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace facemirror {
namespace {

using Names = std::set<std::string>;

/// The nodes that compute something.
Names names_in(const ov::Model& model) {
    Names names;
    for (const auto& node : model.get_ordered_ops()) {
        if (node->get_input_size() > 0 && !ov::is_type<ov::opset13::Result>(node)) {
            names.insert(node->get_friendly_name());
        }
    }
    return names;
}

TEST(SplitOff, CutsInFrontOfTheNamedNodes) {
    const auto whole = BodyAndHead{}.whole();
    const auto split = detail::split_off(*whole, {"gone/", "head/"}, "tiny.xml");
    EXPECT_EQ(names_in(*split.front), (Names{"body/product", "body/features"}));
    EXPECT_EQ(names_in(*split.back).size(), 3U);
    EXPECT_EQ(split.first_link, 1U);
    ASSERT_EQ(split.front->outputs().size(), 2U);
    ASSERT_EQ(split.back->inputs().size(), 1U);
    EXPECT_EQ(split.back->input(0).get_shape(), (ov::Shape{2, 64}));
    ASSERT_EQ(split.outputs.size(), 2U);
    EXPECT_TRUE(split.outputs[0].is_in_back) << "scores";
    EXPECT_FALSE(split.outputs[1].is_in_back) << "features";
    EXPECT_EQ(names_in(*whole).size(), 5U) << "the network itself stays whole";
}

TEST(SplitOff, KnowsANodeByTheTensorThatItMakes) {
    const auto split = detail::split_off(*BodyAndHead{}.whole(), {"scores"}, "tiny.xml");
    EXPECT_FALSE(names_in(*split.back).contains("body/features"));
    EXPECT_TRUE(names_in(*split.back).contains("head/out"));
}

TEST(SplitOff, TakesNamelessNodesWithTheNodeThatTheyFeed) {
    const auto split = detail::split_off(*BodyAndHead{}.whole(), {"head/out"}, "tiny.xml");
    EXPECT_TRUE(names_in(*split.back).contains("head/hidden")) << "its tensor has no name";
    EXPECT_EQ(names_in(*split.front), (Names{"body/product", "body/features"}));
}

TEST(SplitOff, TakesAllThatDependsOnTheNamedNodes) {
    const auto split = detail::split_off(*BodyAndHead{}.whole(), {"body/"}, "tiny.xml");
    EXPECT_EQ(names_in(*split.back).size(), 5U);
    EXPECT_EQ(split.first_link, 0U);
    EXPECT_EQ(split.front->outputs().size(), 1U) << "the input itself crosses the cut";
}

TEST(SplitOff, RefusesNamesThatNoNodeHasAndFreeAxes) {
    expect_error(ErrorCode::mismatch, {"tiny.xml", "gone/"},
                 [] { return detail::split_off(*BodyAndHead{}.whole(), {"gone/"}, "tiny.xml"); });
    expect_error(ErrorCode::mismatch, {"tiny.xml", "[?,64]"},
                 [] { return detail::split_off(*BodyAndHead{{-1, 64}}.whole(), {"head/"}, "tiny.xml"); });
}

} // namespace
} // namespace facemirror
