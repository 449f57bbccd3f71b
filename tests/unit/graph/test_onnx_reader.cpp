// SPDX-License-Identifier: Apache-2.0
#include "small_networks.hpp"
#include "support/temporary_folder.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/graph/detail/onnx_builder.hpp>
#include <facemirror/graph/import.hpp>
#include <facemirror/graph/onnx_reader.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <functional>

namespace facemirror {
namespace {

using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

Bytes tiny_model() {
    detail::OnnxBuilder builder{"tiny"};
    const detail::Value image = builder.input("image", {"batch", std::int64_t{3}, "height", "width"});
    const std::vector<float> weight(5 * 3 * 3 * 3, 0.5F);
    const detail::Value weights =
        builder.constant("conv.weight", {5, 3, 3, 3}, std::span<const float>{weight});
    const detail::Value conv =
        builder.node("Conv", "conv", {image, weights}, {{"kernel_shape", std::vector<std::int64_t>{3, 3}}});
    const detail::Value half = builder.node(
        "MaxPool", "half", {conv},
        {{"kernel_shape", std::vector<std::int64_t>{2, 2}}, {"strides", std::vector<std::int64_t>{2, 2}}});
    const detail::Value sizes = builder.node("Shape", "sizes", {conv});
    const detail::Value back =
        builder.node("Resize", "back", {half, {}, {}, sizes}, {{"mode", std::string{"nearest"}}});
    builder.output(back, "picture", {"batch", std::int64_t{5}, "height", "width"});
    return builder.finish();
}

ErrorCode refusal(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code();
    }
    ADD_FAILURE() << "nothing was refused";
    return ErrorCode::cancelled;
}

void append_varint(Bytes& bytes, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
        bytes.push_back(static_cast<std::byte>((value & 0x7F) | 0x80));
    }
    bytes.push_back(static_cast<std::byte>(value));
}

TEST(ParseOnnx, ReadsNodesConstantsAndInterface) {
    const OnnxGraph graph = parse_onnx(tiny_model(), "tiny.onnx");
    ASSERT_EQ(graph.nodes.size(), 4U);
    EXPECT_EQ(graph.nodes[0].op, "Conv");
    EXPECT_EQ(graph.nodes[0].integers.at("kernel_shape"), (std::vector<std::int64_t>{3, 3}));
    EXPECT_EQ(graph.constants.at("conv.weight").elements, 135);
    EXPECT_EQ(graph.constants.at("conv.weight").type, "float32");
    EXPECT_EQ(graph.inputs.at(0).shape, (std::vector<std::size_t>{0, 3, 0, 0}));
    EXPECT_EQ(graph.outputs.at(0).name, "picture");
}

TEST(ParseOnnx, FollowsSizesThatTheNetworkComputesItself) {
    const OnnxGraph graph = parse_onnx(tiny_model(), "tiny.onnx", {2, 3, 33, 44});
    EXPECT_EQ(graph.shapes.at("half"), (std::vector<std::int64_t>{2, 5, 15, 21}));
    EXPECT_EQ(graph.shapes.at("picture"), (std::vector<std::int64_t>{2, 5, 31, 42}));
}

TEST(ParseOnnx, GivesFreeAxesADefaultSize) {
    EXPECT_EQ(parse_onnx(tiny_model(), "tiny.onnx").input_shape, (std::vector<std::int64_t>{1, 3, 640, 640}));
}

TEST(ParseOnnx, RefusesAnInputThatContradictsTheFile) {
    for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{1, 4, 32, 32},
                                                   {1, 3, 32},
                                                   {1, 3, 0, 32},
                                                   {1, 3, -5, 32},
                                                   {1, 3, 1 << 30, 32}}) {
        EXPECT_EQ(refusal([&] { static_cast<void>(parse_onnx(tiny_model(), "tiny.onnx", shape)); }),
                  ErrorCode::mismatch);
    }
}

TEST(ParseOnnx, RefusesEveryCutOffFile) {
    const Bytes whole = tiny_model();
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        EXPECT_EQ(refusal([&] { static_cast<void>(parse_onnx(std::span{whole}.first(size), "tiny.onnx")); }),
                  ErrorCode::corrupted)
            << size;
    }
}

TEST(ParseOnnx, EndsWellForEveryFlippedByte) {
    const Bytes whole = tiny_model();
    for (std::size_t place = 0; place < whole.size(); ++place) {
        Bytes flipped = whole;
        flipped[place] ^= std::byte{0x55};
        try {
            const OnnxGraph graph = parse_onnx(flipped, "tiny.onnx");
            EXPECT_LE(graph.nodes.size(), 4U);
        } catch (const Error& error) {
            EXPECT_NE(error.code(), ErrorCode::backend) << error.what();
        }
    }
}

TEST(ParseOnnx, RefusesMillionsOfEmptyNodesBeforeTheyTakeMemory) {
    Bytes nodes;
    for (int i = 0; i < 5'000'000; ++i) {
        nodes.push_back(std::byte{0x0A}); // field 1, a node
        nodes.push_back(std::byte{0});    // of no bytes
    }
    Bytes model{std::byte{0x3A}}; // field 7, the graph
    append_varint(model, nodes.size());
    model.insert(model.end(), nodes.begin(), nodes.end());
    EXPECT_EQ(refusal([&] { static_cast<void>(parse_onnx(model, "many.onnx")); }), ErrorCode::unsupported);
}

TEST(ReadOnnx, SaysWhenThereIsNoFile) {
    EXPECT_EQ(refusal([] { static_cast<void>(read_onnx("/nonexistent/net.onnx")); }), ErrorCode::not_found);
}

TEST(ReadOnnx, ReadsWhatTheImportWrites) {
    const TemporaryFolder folder;
    const ImportedNetwork network =
        build_network(NetworkKind::retinaface, checkpoint_of(retinaface_tensors()));
    const auto file = folder / "retinaface.onnx";
    std::ofstream{file, std::ios::binary}.write(reinterpret_cast<const char*>(network.onnx.data()),
                                                static_cast<std::streamsize>(network.onnx.size()));
    EXPECT_EQ(read_onnx(file).shapes.at("loc"), (std::vector<std::int64_t>{1, 16800, 4}));
}

} // namespace
} // namespace facemirror
