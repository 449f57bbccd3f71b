// SPDX-License-Identifier: Apache-2.0
#include "small_networks.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/graph/import.hpp>
#include <facemirror/graph/onnx_reader.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace facemirror {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// What build_network() says about tensors that it refuses.
std::string refusal(NetworkKind kind, const std::vector<TestTensor>& tensors,
                    const ImportOptions& options = {}) {
    try {
        static_cast<void>(build_network(kind, checkpoint_of(tensors), options));
    } catch (const Error& error) {
        return std::string{name_of(error.code())} + ": " + error.what();
    }
    return "nothing was refused";
}

TEST(BuildNetwork, WritesRetinaFaceWithItsInterface) {
    const ImportedNetwork network =
        build_network(NetworkKind::retinaface, checkpoint_of(retinaface_tensors()));
    EXPECT_EQ(network.parameters, 426608);
    EXPECT_TRUE(network.dropped.empty());
    const OnnxGraph graph = parse_onnx(network.onnx, "retinaface.onnx", {2, 3, 100, 200});
    EXPECT_EQ(graph.ir_version, 8);
    EXPECT_EQ(graph.operator_set, 17);
    ASSERT_EQ(graph.inputs.size(), 1U);
    EXPECT_EQ(graph.inputs[0].name, "image");
    EXPECT_EQ(graph.inputs[0].shape, (std::vector<std::size_t>{0, 3, 0, 0}));
    ASSERT_EQ(graph.outputs.size(), 3U);
    EXPECT_EQ(graph.outputs[0].name, "loc");
    EXPECT_EQ(graph.outputs[1].name, "conf");
    EXPECT_EQ(graph.outputs[2].name, "landms");
    const std::int64_t priors = 2 * (13 * 25 + 7 * 13 + 4 * 7); // behaviour.md 5.2, sizes rounded up
    EXPECT_EQ(graph.shapes.at("loc"), (std::vector<std::int64_t>{2, priors, 4}));
    EXPECT_EQ(graph.shapes.at("conf"), (std::vector<std::int64_t>{2, priors, 2}));
    EXPECT_EQ(graph.shapes.at("landms"), (std::vector<std::int64_t>{2, priors, 10}));
}

TEST(BuildNetwork, FoldsNormsOnlyWhenAsked) {
    const Checkpoint checkpoint = checkpoint_of(retinaface_tensors());
    const auto norms = [&](GraphForm form) {
        const ImportedNetwork network = build_network(NetworkKind::retinaface, checkpoint, {256, form});
        const OnnxGraph graph = parse_onnx(network.onnx, "retinaface.onnx");
        return std::ranges::count(graph.nodes, "BatchNormalization", &OnnxNode::op);
    };
    EXPECT_EQ(norms(GraphForm::folded), 0);
    EXPECT_EQ(norms(GraphForm::named), 47);
}

TEST(BuildNetwork, ListsMissingUnexpectedAndMisshapenKeysTogether) {
    auto tensors = retinaface_tensors();
    tensor_of(tensors, "fpn.merge1.0.weight").name = "fpn.merge9.0.weight";
    TestTensor& short_bias = tensor_of(tensors, "BboxHead.1.conv1x1.bias");
    short_bias.shape = {7};
    short_bias.values.resize(7);
    EXPECT_THAT(refusal(NetworkKind::retinaface, tensors),
                AllOf(HasSubstr("mismatch: test.pth"), HasSubstr("300 tensors of retinaface"),
                      HasSubstr("1 missing: fpn.merge1.0.weight"),
                      HasSubstr("1 unexpected: fpn.merge9.0.weight"),
                      HasSubstr("1 of another shape: BboxHead.1.conv1x1.bias [7] instead of [8]")));
}

TEST(BuildNetwork, NamesTheFirstTenKeysAndTheirNumber) {
    auto tensors = retinaface_tensors();
    std::erase_if(tensors, [](const TestTensor& tensor) { return tensor.name.starts_with("ssh"); });
    EXPECT_THAT(refusal(NetworkKind::retinaface, tensors),
                AllOf(HasSubstr("75 missing: ssh1.conv3X3.0.weight, "),
                      HasSubstr("ssh1.conv5X5_1.1.running_var, ..."), Not(HasSubstr("ssh1.conv5X5_2"))));
}

TEST(BuildNetwork, DoesWithoutTheCountersOfBatchNorms) {
    auto tensors = retinaface_tensors();
    std::erase_if(tensors,
                  [](const TestTensor& tensor) { return tensor.name.ends_with("num_batches_tracked"); });
    EXPECT_EQ(build_network(NetworkKind::retinaface, checkpoint_of(tensors)).parameters, 426608);
}

TEST(BuildNetwork, RefusesWeightsThatAreNotFiniteByTheirKey) {
    for (const float bad : {std::numeric_limits<float>::infinity(), std::nanf("")}) {
        auto tensors = retinaface_tensors();
        tensor_of(tensors, "body.stage2.3.3.weight").values[5] = bad;
        EXPECT_THAT(refusal(NetworkKind::retinaface, tensors),
                    AllOf(HasSubstr("mismatch"), HasSubstr("body.stage2.3.3.weight"), HasSubstr("finite")));
    }
}

TEST(BuildNetwork, RefusesNegativeVariances) {
    auto tensors = retinaface_tensors();
    tensor_of(tensors, "ssh2.conv5X5_1.1.running_var").values[3] = -0.5F;
    EXPECT_THAT(refusal(NetworkKind::retinaface, tensors),
                AllOf(HasSubstr("mismatch"), HasSubstr("ssh2.conv5X5_1.1.running_var")));
}

TEST(BuildNetwork, RefusesFoldedWeightsThatExceedFloat32) {
    auto tensors = retinaface_tensors();
    tensor_of(tensors, "body.stage1.0.0.weight").values[0] = 3e38F;
    tensor_of(tensors, "body.stage1.0.1.weight").values[0] = 1e6F;
    EXPECT_THAT(refusal(NetworkKind::retinaface, tensors),
                AllOf(HasSubstr("mismatch"), HasSubstr("body.stage1.0.0.weight")));
}

TEST(BuildNetwork, RefusesAnotherNetworksCheckpoint) {
    EXPECT_THAT(refusal(NetworkKind::mtl, retinaface_tensors()),
                AllOf(HasSubstr("tensors of mtl"), HasSubstr("300 unexpected")));
}

TEST(InterfaceOf, SaysWhyStarCannotTake224) {
    try {
        static_cast<void>(interface_of(NetworkKind::star, 224));
        FAIL() << "224 was taken";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::unsupported);
        EXPECT_THAT(error.what(), AllOf(HasSubstr("192, 256, 320"), HasSubstr("3.5")));
    }
}

TEST(InterfaceOf, TakesMultiplesOf64) {
    for (const int side_px : {192, 256, 320}) {
        EXPECT_EQ(interface_of(NetworkKind::star, side_px).input.shape.back(),
                  static_cast<std::size_t>(side_px));
    }
    for (const int side_px : {0, -64, 64, 200, 576}) {
        EXPECT_THROW(static_cast<void>(interface_of(NetworkKind::star, side_px)), Error) << side_px;
    }
}

TEST(Recognise, TellsTheNetworkByItsKeys) {
    EXPECT_EQ(recognise(checkpoint_of(retinaface_tensors())), NetworkKind::retinaface);
    const TestTensor stranger{"layer.weight", {1}, ElementType::f32, {1}};
    EXPECT_THROW(static_cast<void>(recognise(checkpoint_of({stranger}))), Error);
}

} // namespace
} // namespace facemirror
