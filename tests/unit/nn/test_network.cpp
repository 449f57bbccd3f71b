// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"
#include "tiny_networks.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/nn/detail/blob_cache.hpp>
#include <facemirror/nn/network.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

namespace facemirror {
namespace {

using Sizes = std::vector<std::size_t>;

void fill(Network& network, unsigned seed) {
    std::mt19937 random{seed};
    std::uniform_real_distribution<float> value{-1, 1};
    std::ranges::generate(network.input(0), [&] { return value(random); });
}

std::vector<float> all_outputs(const Network& network) {
    std::vector<float> values;
    for (std::size_t i = 0; i < network.outputs().size(); ++i) {
        values.insert(values.end(), network.output(i).begin(), network.output(i).end());
    }
    return values;
}

std::vector<float> run(Network& network, unsigned seed) {
    fill(network, seed);
    network.run();
    return all_outputs(network);
}

class OpenNetwork : public testing::Test {
protected:
    void SetUp() override { save(tiny_model(), xml); }

    TemporaryFolder folder;
    std::filesystem::path xml = folder / "tiny.xml";
};

TEST_F(OpenNetwork, TellsNamesAndShapesAsTheFileHasThem) {
    const auto network = open_network(xml, {});
    ASSERT_EQ(network->inputs().size(), 1U);
    EXPECT_EQ(network->inputs()[0].name, "picture");
    EXPECT_EQ(network->inputs()[0].shape, (Sizes{1, 4, 16, 16}));
    ASSERT_EQ(network->outputs().size(), 2U);
    EXPECT_EQ(network->outputs()[0].name, "map");
    EXPECT_EQ(network->outputs()[0].shape, (Sizes{1, 8, 14, 14}));
    EXPECT_EQ(network->outputs()[1].name, "sum");
}

/// The user's cache folder for the time of a test.
class CacheFolder {
public:
    explicit CacheFolder(const std::filesystem::path& folder) {
        ::setenv("FACEMIRROR_CACHE", folder.c_str(), 1); // NOLINT(concurrency-mt-unsafe): one thread
    }
    ~CacheFolder() { ::setenv("FACEMIRROR_CACHE", "", 1); } // NOLINT(concurrency-mt-unsafe)
    CacheFolder(const CacheFolder&) = delete;
    CacheFolder& operator=(const CacheFolder&) = delete;
};

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        files.push_back(entry.path());
    }
    return files;
}

TEST_F(OpenNetwork, AKeptCompilationGivesTheSameBitsWithoutTheFile) {
    const CacheFolder cache{folder / "cache"};
    const NetworkOptions options{.content = "0123"};
    const auto first = open_network(xml, options);
    ASSERT_EQ(files_in(folder / "cache").size(), 1U);
    std::filesystem::remove(xml);
    const auto second = open_network(xml, options);
    ASSERT_EQ(second->outputs().size(), 2U);
    EXPECT_EQ(second->outputs()[0].name, "map");
    EXPECT_EQ(second->inputs()[0].shape, (Sizes{1, 4, 16, 16}));
    EXPECT_EQ(run(*first, 1), run(*second, 1));
}

TEST_F(OpenNetwork, OtherOptionsAndOtherContentAreKeptApart) {
    const CacheFolder cache{folder / "cache"};
    static_cast<void>(open_network(xml, {.content = "0123"}));
    static_cast<void>(open_network(xml, {.content = "4567"}));
    static_cast<void>(open_network(xml, {.threads = 2, .content = "0123"}));
    static_cast<void>(open_network(xml, {.streams = 2, .content = "0123"}));
    EXPECT_EQ(files_in(folder / "cache").size(), 4U);
    static_cast<void>(open_network(xml, {}));
    EXPECT_EQ(files_in(folder / "cache").size(), 4U);
}

TEST_F(OpenNetwork, ANetworkOfTwoPartsIsKeptWhole) {
    const std::filesystem::path two = folder / "two.xml";
    save(BodyAndHead{}.whole(), two);
    const CacheFolder cache{folder / "cache"};
    const NetworkOptions options{.precision = Precision::bf16, .f32_nodes = {"head/"}, .content = "0123"};
    std::unique_ptr<Network> first;
    try {
        first = open_network(two, options);
    } catch (const Error& error) {
        GTEST_SKIP() << error.what();
    }
    ASSERT_EQ(files_in(folder / "cache").size(), 2U);
    std::filesystem::remove(two);
    EXPECT_EQ(run(*first, 3), run(*open_network(two, options), 3));
}

TEST_F(OpenNetwork, WhatTheEngineDoesNotTakeFromTheCacheIsCompiledAnew) {
    const CacheFolder cache{folder / "cache"};
    const NetworkOptions options{.content = "0123"};
    const auto expected = run(*open_network(xml, options), 1);
    const std::filesystem::path kept = files_in(folder / "cache").front();
    const std::string key = kept.filename().string().substr(0, 64);
    std::string header;
    std::getline(std::ifstream{kept}, header);
    for (const std::string& text :
         {std::string{}, std::string{"{"}, std::string{"{}\n"}, std::string{"no network\n with lines\n"},
          header, header + "\n", header + "\n" + std::string(5000, 'x')}) {
        std::filesystem::remove_all(folder / "cache");
        detail::BlobCache{folder / "cache"}.keep(key, [&text](std::ostream& out) { out << text; });
        EXPECT_EQ(run(*open_network(xml, options), 1), expected) << text;
    }
}

TEST_F(OpenNetwork, ComputesWhatTheOperatorsSay) {
    const auto network = open_network(xml, {});
    run(*network, 1);
    for (std::size_t channel = 0; channel < 8; ++channel) {
        double sum = 0;
        for (std::size_t i = 0; i < 14 * 14; ++i) {
            sum += static_cast<double>(network->output(0)[channel * 14 * 14 + i]);
        }
        EXPECT_NEAR(static_cast<double>(network->output(1)[channel]), sum,
                    1e-3); // no unit: 196 values of about 5
    }
    std::ranges::fill(network->input(0), 0.0F);
    network->run();
    EXPECT_TRUE(std::ranges::all_of(network->output(0), [](float value) { return value == 0; }));
}

TEST_F(OpenNetwork, KeepsItsMemoryInPlaceFromRunToRun) {
    const auto network = open_network(xml, {});
    const float* input = network->input(0).data();
    const float* output = network->output(0).data();
    run(*network, 1);
    run(*network, 2);
    EXPECT_EQ(network->input(0).data(), input);
    EXPECT_EQ(network->output(0).data(), output);
}

TEST_F(OpenNetwork, GivesTheSameBitsOnEveryRun) {
    const auto first = open_network(xml, {});
    const auto expected = run(*first, 1);
    run(*first, 2);
    EXPECT_EQ(run(*first, 1), expected);
    EXPECT_EQ(run(*open_network(xml, {}), 1), expected);
}

TEST_F(OpenNetwork, GivesTheSameBitsForAnyNumberOfStreams) {
    const auto expected = run(*open_network(xml, {}), 7);
    for (const int streams : {1, 2, 4}) {
        const auto compiled = compile_network(xml, {Precision::f32, 1, streams});
        std::vector<std::vector<float>> found(static_cast<std::size_t>(streams));
        std::vector<std::jthread> workers;
        for (auto& values : found) {
            workers.emplace_back([&] {
                const auto network = compiled->new_stream();
                for (unsigned seed = 0; seed < 8; ++seed) {
                    values = run(*network, seed);
                }
            });
        }
        workers.clear(); // joins
        for (const auto& values : found) {
            EXPECT_EQ(values, expected) << streams << " streams";
        }
    }
}

TEST_F(OpenNetwork, StreamsOutliveWhatOpenedThem) {
    auto compiled = compile_network(xml, {});
    const auto network = compiled->new_stream();
    const auto expected = run(*network, 1);
    compiled.reset();
    EXPECT_EQ(run(*network, 1), expected);
}

TEST_F(OpenNetwork, RefusesFilesThatAreNoNetworks) {
    expect_error(ErrorCode::not_found, {"gone.xml"}, [&] { return open_network(folder / "gone.xml", {}); });
    expect_error(ErrorCode::not_found, {folder.path().string()},
                 [&] { return open_network(folder.path(), {}); });
    write_text(folder / "text.xml", "hello");
    expect_error(ErrorCode::mismatch, {"text.xml"}, [&] { return open_network(folder / "text.xml", {}); });
    write_text(folder / "text.onnx", "hello");
    expect_error(ErrorCode::mismatch, {"text.onnx"}, [&] { return open_network(folder / "text.onnx", {}); });
    std::filesystem::copy_file(xml, folder / "tiny.txt");
    expect_error(ErrorCode::mismatch, {"tiny.txt", ".onnx"},
                 [&] { return open_network(folder / "tiny.txt", {}); });
}

TEST_F(OpenNetwork, RefusesANetworkWhoseWeightsAreCutOff) {
    std::filesystem::resize_file(folder / "tiny.bin", 16);
    expect_error(ErrorCode::mismatch, {"tiny.xml"}, [&] { return open_network(xml, {}); });
    std::filesystem::remove(folder / "tiny.bin");
    expect_error(ErrorCode::mismatch, {"tiny.xml"}, [&] { return open_network(xml, {}); });
}

TEST_F(OpenNetwork, RefusesDynamicShapes) {
    save(tiny_model({-1, 4, 16, 16}), xml);
    expect_error(ErrorCode::mismatch, {"tiny.xml", "fixed shape", "picture"},
                 [&] { return open_network(xml, {}); });
}

TEST_F(OpenNetwork, GivesFreeAxesTheSizesThatAreAskedFor) {
    const auto expected = run(*open_network(xml, {}), 1);
    save(tiny_model({-1, 4, -1, -1}), xml);
    NetworkOptions options;
    options.input_shape = {1, 4, 16, 16};
    EXPECT_EQ(run(*open_network(xml, options), 1), expected);
    options.input_shape = {2, 4, 9, 33};
    const auto network = open_network(xml, options);
    EXPECT_EQ(network->inputs()[0].shape, (Sizes{2, 4, 9, 33}));
    EXPECT_EQ(network->outputs()[0].shape, (Sizes{2, 8, 7, 31}));
    EXPECT_EQ(network->input(0).size(), 2U * 4 * 9 * 33);
    EXPECT_EQ(run(*network, 1).size(), 2U * 8 * 7 * 31 + 2 * 8);
}

TEST_F(OpenNetwork, RefusesSizesThatTheFileContradicts) {
    NetworkOptions options;
    options.input_shape = {2, 4, 16, 16};
    expect_error(ErrorCode::mismatch, {"tiny.xml", "[2,4,16,16]", "[1,4,16,16]"},
                 [&] { return open_network(xml, options); });
    save(tiny_model({-1, 4, -1, -1}), xml);
    options.input_shape = {1, 3, 16, 16};
    expect_error(ErrorCode::mismatch, {"tiny.xml", "[1,3,16,16]", "[?,4,?,?]"},
                 [&] { return open_network(xml, options); });
    options.input_shape = {1, 4, 16};
    expect_error(ErrorCode::mismatch, {"tiny.xml", "[1,4,16]"}, [&] { return open_network(xml, options); });
    options.input_shape = {1, 4, 2, 2}; // smaller than the kernel
    expect_error(ErrorCode::mismatch, {"tiny.xml", "[1,4,2,2]"}, [&] { return open_network(xml, options); });
    options.input_shape = {1, 4, 0, 16};
    EXPECT_THROW(static_cast<void>(open_network(xml, options)), std::logic_error);
}

/// bf16, or nothing where the processor has none.
std::unique_ptr<Network> open_bf16(const std::filesystem::path& file, NetworkOptions options) {
    options.precision = Precision::bf16;
    try {
        return open_network(file, options);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::backend) << error.what();
        return nullptr;
    }
}

TEST_F(OpenNetwork, KeepsNamedNodesInF32WhileTheRestRunsInBf16) {
    save(BodyAndHead{}.whole(), xml);
    save(BodyAndHead::head(), folder / "head.xml");
    NetworkOptions options;
    options.f32_nodes = {"head/"};
    const auto mixed = open_bf16(xml, options);
    if (!mixed) {
        GTEST_SKIP() << "this processor has no bf16";
    }
    run(*mixed, 3);
    const auto exact = open_network(xml, options);
    run(*exact, 3);
    const auto values = [](const Network& network, std::size_t i) {
        return std::vector<float>(network.output(i).begin(), network.output(i).end());
    };
    EXPECT_NE(values(*mixed, 1), values(*exact, 1)) << "the body runs in bf16";
    const auto head = open_network(folder / "head.xml", {});
    std::ranges::copy(mixed->output(1), head->input(0).begin());
    head->run();
    EXPECT_EQ(values(*mixed, 0), values(*head, 0)) << "the head computes in f32 what the body hands it";
    const auto coarse = open_bf16(xml, {});
    run(*coarse, 3);
    EXPECT_EQ(values(*coarse, 1), values(*mixed, 1)) << "the body is the same";
    EXPECT_NE(values(*coarse, 0), values(*mixed, 0)) << "without the list the head runs in bf16 too";
}

TEST_F(OpenNetwork, KeepsNamedNodesInF32InANetworkWithFreeAxes) {
    save(BodyAndHead{{-1, 64}}.whole(), xml);
    NetworkOptions options;
    options.f32_nodes = {"head/"};
    options.input_shape = {3, 64};
    options.streams = 2;
    const auto mixed = open_bf16(xml, options);
    if (!mixed) {
        GTEST_SKIP() << "this processor has no bf16";
    }
    EXPECT_EQ(mixed->outputs()[0].shape, (Sizes{3, 8}));
    const auto first = run(*mixed, 1);
    EXPECT_NE(run(*mixed, 2), first);
    EXPECT_EQ(run(*mixed, 1), first);
}

TEST_F(OpenNetwork, RefusesTensorsThatAreNotFloat32) {
    save(tiny_model({1, 4, 16, 16}, ov::element::u8), xml);
    expect_error(ErrorCode::mismatch, {"tiny.xml", "float32", "u8"}, [&] { return open_network(xml, {}); });
}

TEST_F(OpenNetwork, IsStrictAboutItsCaller) {
    EXPECT_THROW(static_cast<void>(open_network(xml, {Precision::f32, 0, 1})), std::logic_error);
    const auto network = open_network(xml, {});
    EXPECT_THROW(network->input(1), std::logic_error);
    EXPECT_THROW(static_cast<void>(network->output(2)), std::logic_error);
}

TEST(Engine, TellsItsVersionWithoutTheBuild) {
    EXPECT_TRUE(engine_version().starts_with("OpenVINO 20")) << engine_version();
    EXPECT_EQ(engine_version().find('-'), std::string::npos);
    EXPECT_FALSE(device_name().empty());
}

TEST(Precision, HasANameEach) {
    EXPECT_STREQ(name_of(Precision::f32), "f32");
    EXPECT_STREQ(name_of(Precision::bf16), "bf16");
    EXPECT_STREQ(name_of(Precision::int8), "int8");
}

} // namespace
} // namespace facemirror
