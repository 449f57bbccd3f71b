// SPDX-License-Identifier: Apache-2.0
#include "small_networks.hpp"
#include "support/temporary_folder.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/graph/import.hpp>
#include <facemirror/graph/inspect.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace facemirror {
namespace {

TEST(InspectOnnx, CountsParametersMacsAndOperators) {
    const ImportedNetwork network =
        build_network(NetworkKind::retinaface, checkpoint_of(retinaface_tensors()));
    const NetworkReport report = inspect_onnx(parse_onnx(network.onnx, "retinaface.onnx", {1, 3, 640, 640}));
    EXPECT_EQ(report.ops.at("Conv"), 56);
    EXPECT_EQ(report.unused_parameters, 0);
    EXPECT_EQ(report.layers_of_unknown_size, 0);
    const auto stem = std::ranges::find(report.layers, "body.stage1.0.0", &LayerReport::name);
    ASSERT_NE(stem, report.layers.end());
    EXPECT_EQ(stem->output_shape, (std::vector<std::int64_t>{1, 8, 320, 320}));
    EXPECT_EQ(stem->kernel, (std::vector<std::int64_t>{3, 3}));
    EXPECT_EQ(stem->parameters, 8 * 27 + 8);
    EXPECT_EQ(stem->macs, 8LL * 320 * 320 * 27);
    EXPECT_EQ(stem->memory_bytes, 4LL * 8 * 320 * 320);
}

// The totals of issue "The three networks of the optimisation plan" and behaviour.md 24.
TEST(InspectCheckpoint, ReproducesRetinaFacesTotals) {
    const NetworkReport report = inspect_checkpoint(checkpoint_of(retinaface_tensors()));
    EXPECT_EQ(report.parameters, 426608);
    EXPECT_EQ(report.unused_parameters, 0);
    EXPECT_EQ(report.ops.at("BatchNormalization"), 47);
    EXPECT_NEAR(static_cast<double>(report.macs) / 1e9, 0.98, 0.005); // GMAC at 640x640
    EXPECT_EQ(report.tensors.size(), 300U);
    EXPECT_EQ(norms_in(report).size(), 1U);
    EXPECT_EQ(activations_in(report).at("LeakyRelu"), 38);
}

TEST(InspectCheckpoint, ReproducesStarsTotals) {
    const NetworkReport report = inspect_checkpoint(checkpoint_of(make_test_weights(star_weights())));
    EXPECT_EQ(report.parameters, 17177332);
    EXPECT_EQ(report.unused_parameters, 17177332 - 13476468);
    EXPECT_EQ(report.ops.at("Conv"), 269);
    EXPECT_EQ(std::ranges::count(report.layers, true, &LayerReport::is_unused), 57);
    EXPECT_EQ(report.ops.at("BatchNormalization"), 182);
    EXPECT_EQ(report.ops.at("InstanceNormalization"), 4);
    EXPECT_NEAR(static_cast<double>(report.macs) / 1e9, 17.3, 0.05); // GMAC at 256x256
    EXPECT_EQ(report.layers_of_unknown_size, 0);
}

TEST(InspectCheckpoint, ReproducesMtlsTotals) {
    const NetworkReport report = inspect_checkpoint(checkpoint_of(make_test_weights(mtl_weights())));
    EXPECT_EQ(report.parameters, 25346454);
    EXPECT_EQ(report.unused_parameters, 0);
    EXPECT_NEAR(static_cast<double>(report.macs) / 1e9, 0.43, 0.005); // GMAC at 224x224
    EXPECT_EQ(report.layers_of_unknown_size, 0);
}

/// A published graph and its MACs for one picture: RetinaFace at 640x640, STAR at 256x256, MTL at 224x224.
struct Published {
    const char* name;
    double gmac;
};

class PublishedGraph : public testing::TestWithParam<Published> {};

TEST_P(PublishedGraph, IsReadAndCounted) {
    const std::filesystem::path packed = std::filesystem::path{FACEMIRROR_SHARED_DATA} / "graphs" /
                                         (std::string{GetParam().name} + ".onnx.xz");
    if (!std::filesystem::exists(packed)) {
        GTEST_SKIP() << packed << " is not here";
    }
    const TemporaryFolder folder;
    const auto file = folder / "graph.onnx";
    ASSERT_EQ(std::system(("xz -dkc '" + packed.string() + "' > '" + file.string() + "'").c_str()), 0);
    const NetworkReport report = inspect_onnx(read_onnx(file));
    EXPECT_GT(report.parameters, 400'000);
    EXPECT_NEAR(static_cast<double>(report.macs) / 1e9, GetParam().gmac, 0.005 * GetParam().gmac);
    EXPECT_GE(report.ops.at("Conv"), 56);
    EXPECT_EQ(report.layers_of_unknown_size, 0);
    for (const LayerReport& layer : report.layers) {
        EXPECT_GE(layer.macs, 0);
        EXPECT_GE(layer.parameters, 0);
    }
}

INSTANTIATE_TEST_SUITE_P(All, PublishedGraph,
                         testing::Values(Published{"retina_static", 0.98}, Published{"retina_up", 0.98},
                                         Published{"star_static", 17.35}, Published{"star_up", 17.35},
                                         Published{"mtl_static", 0.43}, Published{"mtl_up", 0.43}),
                         [](const auto& instance) { return std::string{instance.param.name}; });

} // namespace
} // namespace facemirror
