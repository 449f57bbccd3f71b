// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"

#include <facemirror/nn/pack_description.hpp>

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <string>

namespace facemirror {
namespace {

using Json = nlohmann::json;

Json good() {
    const std::string hash(64, 'a');
    return {{"format", 1},
            {"name", "p"},
            {"version", "1"},
            {"engine", "e"},
            {"limits", "l"},
            {"networks",
             {{"n",
               {{"file", "n.xml"},
                {"sha256", hash},
                {"weights_file", "n.bin"},
                {"weights_sha256", hash},
                {"input",
                 {{"name", "i"},
                  {"shape", {1, 2, 3}},
                  {"color_order", "bgr"},
                  {"mean", {104, 117, 123}},
                  {"scale", {1, 1, 1}}}},
                {"outputs", {{{"name", "o"}, {"shape", {1}}}}},
                {"licence", "MIT"},
                {"source", "s"},
                {"threads", {{"f32", 1}, {"bf16", 2}}}}}}},
            {"extras", {{"x", {{"file", "a/b.json"}, {"sha256", hash}}}}},
            {"licences", {{{"file", "l.txt"}, {"sha256", hash}}}}};
}

PackDescription parse(const Json& json) {
    return parse_pack_description(json.dump(), "pack.json");
}

/// Puts `value` in the place of one key and expects to be told about it.
void expect_refused(const std::string& pointer, const Json& value, const std::string& named) {
    Json json = good();
    json[Json::json_pointer{pointer}] = value;
    expect_error(ErrorCode::mismatch, {"pack.json", named, "expected", "found"}, [&] { return parse(json); });
}

TEST(PackDescription, ReadsEveryKey) {
    const PackDescription pack = parse(good());
    EXPECT_EQ(pack.name, "p");
    const PackedNetwork& network = pack.networks.at("n");
    EXPECT_EQ(network.weights_file, "n.bin");
    EXPECT_EQ(network.input.color_order, "bgr");
    EXPECT_EQ(network.input.mean, (std::array<double, 3>{104, 117, 123}));
    EXPECT_EQ(network.input.tensor.shape, (std::vector<std::size_t>{1, 2, 3}));
    EXPECT_EQ(network.outputs.front().name, "o");
    EXPECT_EQ(network.threads.at("bf16"), 2);
    EXPECT_EQ(pack.extras.at("x").file, "a/b.json");
    EXPECT_EQ(pack.licences.front().file, "l.txt");
}

TEST(PackDescription, WritesWhatItReads) {
    const Json json = good();
    EXPECT_EQ(Json::parse(to_json_text(parse(json))), json);
}

TEST(PackDescription, ReadsAndWritesFreeAxesAsNull) {
    Json json = good();
    json["networks"]["n"]["input"]["shape"] = {nullptr, 3, nullptr, 256};
    json["networks"]["n"]["outputs"][0]["shape"] = {nullptr, nullptr};
    const PackDescription pack = parse(json);
    EXPECT_EQ(pack.networks.at("n").input.tensor.shape, (std::vector<std::size_t>{0, 3, 0, 256}));
    EXPECT_EQ(pack.networks.at("n").outputs[0].shape, (std::vector<std::size_t>{0, 0}));
    EXPECT_EQ(Json::parse(to_json_text(pack)), json);
}

TEST(PackDescription, ReadsAndWritesTheNodesThatKeepF32) {
    Json json = good();
    json["networks"]["n"]["f32_nodes"] = {"au_regressor/", "other"};
    const PackDescription pack = parse(json);
    EXPECT_EQ(pack.networks.at("n").f32_nodes, (std::vector<std::string>{"au_regressor/", "other"}));
    EXPECT_EQ(Json::parse(to_json_text(pack)), json);
    EXPECT_TRUE(parse(good()).networks.at("n").f32_nodes.empty());
}

/// good() with an int8 file and a stored comparison.
Json with_int8() {
    const std::string hash(64, 'b');
    Json json = good();
    json["networks"]["n"]["threads"]["int8"] = 1;
    json["networks"]["n"]["variants"]["int8"] = {{"file", "n.int8.xml"},
                                                 {"sha256", hash},
                                                 {"weights_file", "n.int8.bin"},
                                                 {"weights_sha256", hash},
                                                 {"rest", "bf16"}};
    json["fidelity"] = {{{"precision", "int8"},
                         {"baseline", "f32"},
                         {"frames", 210},
                         {"clips", {hash}},
                         {"engine", "e"},
                         {"sha256", hash},
                         {"baseline_sha256", std::string(64, 'c')},
                         {"measures", {{"landmark_drift_mean", 0.25}}},
                         {"passed", {"drift"}}}};
    return json;
}

TEST(PackDescription, ReadsAndWritesVariantsAndFidelity) {
    const PackDescription pack = parse(with_int8());
    const PackedVariant& variant = pack.networks.at("n").variants.at("int8");
    EXPECT_EQ(variant.file, "n.int8.xml");
    EXPECT_EQ(variant.weights_file, "n.int8.bin");
    EXPECT_EQ(variant.rest, Precision::bf16);
    const PackedFidelity& fidelity = pack.fidelity.at(0);
    EXPECT_EQ(fidelity.precision, Precision::int8);
    EXPECT_EQ(fidelity.baseline, Precision::f32);
    EXPECT_EQ(fidelity.frames, 210);
    EXPECT_EQ(fidelity.clips, std::vector<std::string>{std::string(64, 'b')});
    EXPECT_EQ(fidelity.measures.at("landmark_drift_mean"), 0.25);
    EXPECT_EQ(fidelity.passed, std::vector<std::string>{"drift"});
    EXPECT_EQ(fidelity.sha256, std::string(64, 'b'));
    EXPECT_EQ(fidelity.baseline_sha256, std::string(64, 'c'));
    EXPECT_EQ(Json::parse(to_json_text(pack)), with_int8());
}

TEST(PackDescription, TheHashOfTheNetworksIsOfWhatRuns) {
    const PackDescription before = parse(with_int8());
    const auto changes = [&before](Precision precision, const auto& change) {
        PackDescription pack = before;
        change(pack, pack.networks.at("n"));
        return networks_sha256(pack, precision) != networks_sha256(before, precision);
    };
    const auto int8_weights = [](PackDescription&, PackedNetwork& network) {
        network.variants.at("int8").weights_sha256 = "other";
    };
    const auto own_file = [](PackDescription&, PackedNetwork& network) { network.sha256 = "other"; };
    const auto scale = [](PackDescription&, PackedNetwork& network) { network.input.scale[0] = 2; };
    const auto words = [](PackDescription& pack, PackedNetwork& network) {
        pack.version += "1";
        pack.fidelity.clear();
        network.source = "elsewhere";
        network.threads["int8"] = 7;
    };
    EXPECT_TRUE(changes(Precision::int8, int8_weights));
    EXPECT_FALSE(changes(Precision::bf16, int8_weights));
    EXPECT_FALSE(changes(Precision::int8, own_file)) << "the int8 file runs instead";
    EXPECT_TRUE(changes(Precision::bf16, own_file));
    for (const Precision precision : {Precision::f32, Precision::bf16, Precision::int8}) {
        EXPECT_TRUE(changes(precision, scale));
        EXPECT_FALSE(changes(precision, words));
    }
    EXPECT_NE(networks_sha256(before, Precision::f32), networks_sha256(before, Precision::bf16));
}

TEST(PackDescription, TakesAVariantThatHoldsItsWeightsItself) {
    Json json = with_int8();
    json["networks"]["n"]["variants"]["int8"].erase("weights_file");
    json["networks"]["n"]["variants"]["int8"].erase("weights_sha256");
    EXPECT_EQ(Json::parse(to_json_text(parse(json))), json);
}

TEST(PackDescription, RefusesOddVariantsAndFidelity) {
    const auto refused = [](const std::string& pointer, const Json& value, const std::string& named) {
        Json json = with_int8();
        json[Json::json_pointer{pointer}] = value;
        expect_error(ErrorCode::mismatch, {"pack.json", named, "expected", "found"},
                     [&] { return parse(json); });
    };
    const std::string variant = "/networks/n/variants/int8";
    refused("/networks/n/variants", Json::array(), "networks.n.variants");
    refused("/networks/n/variants/bf16", with_int8()["networks"]["n"]["variants"]["int8"], "variants");
    refused("/networks/n/threads", {{"f32", 1}}, "networks.n.variants");
    refused(variant + "/file", "../n.xml", "variants.int8.file");
    refused(variant + "/weights_file", "/n.bin", "variants.int8.weights_file");
    refused(variant + "/sha256", "b", "variants.int8.sha256");
    refused(variant + "/weights_sha256", 7, "variants.int8.weights_sha256");
    refused(variant + "/rest", "int8", "variants.int8.rest");
    refused("/fidelity", Json::object(), "fidelity");
    refused("/fidelity/1", with_int8()["fidelity"][0], "fidelity");
    refused("/fidelity/0/precision", "f32", "fidelity.0.precision");
    refused("/fidelity/0/baseline", "bf16", "fidelity.0.baseline");
    refused("/fidelity/0/frames", -1, "fidelity.0.frames");
    refused("/fidelity/0/clips", {"clip.mp4"}, "fidelity.0.clips.0");
    refused("/fidelity/0/clips", Json(std::vector<std::string>(65, std::string(64, 'b'))), "clips");
    refused("/fidelity/0/measures", {{"m", nullptr}}, "fidelity.0.measures.m");
    refused("/fidelity/0/sha256", "b", "fidelity.0.sha256");
    refused("/fidelity/0/baseline_sha256", 7, "fidelity.0.baseline_sha256");
    refused("/fidelity/0/passed", {7}, "fidelity.0.passed.0");
    for (const char* key : {"file", "sha256", "weights_sha256", "rest"}) {
        Json json = with_int8();
        json["networks"]["n"]["variants"]["int8"].erase(key);
        expect_error(ErrorCode::mismatch, {"variants.int8", key}, [&] { return parse(json); });
    }
    for (const char* key : {"precision", "baseline", "frames", "clips", "engine", "sha256", "baseline_sha256",
                            "measures", "passed"}) {
        Json json = with_int8();
        json["fidelity"][0].erase(key);
        expect_error(ErrorCode::mismatch, {"fidelity.0", key}, [&] { return parse(json); });
    }
}

TEST(PackDescription, TakesANetworkThatHoldsItsWeightsItself) {
    Json json = good();
    json["networks"]["n"].erase("weights_file");
    json["networks"]["n"].erase("weights_sha256");
    EXPECT_EQ(parse(json).networks.at("n").weights_file, "");
}

TEST(PackDescription, RefusesPathsThatLeaveThePack) {
    for (const char* path : {"", "/etc/passwd", "../n.xml", "a/../../n.xml", "./n.xml", "a/", "a\\..\\n.xml",
                             "a b", "n\n.xml", "n\xC3\xA4.xml"}) {
        expect_refused("/networks/n/file", path, "networks.n.file");
        expect_refused("/networks/n/weights_file", path, "networks.n.weights_file");
        expect_refused("/extras/x/file", path, "extras.x.file");
        expect_refused("/licences/0/file", path, "licences.0.file");
    }
    expect_refused("/extras/x/file", std::string("a\0b", 3), "extras.x.file");
}

TEST(PackDescription, RefusesWrongTypesAndSizes) {
    expect_refused("/format", 2, "format");
    expect_refused("/format", "1", "format");
    expect_refused("/format", 1.0, "format");
    expect_refused("/format", std::uint64_t{18446744073709551615U}, "format");
    expect_refused("/name", 7, "name");
    expect_refused("/name", std::string(5000, 'n'), "name");
    expect_refused("/networks", Json::array(), "networks");
    expect_refused("/networks/n", "n.xml", "networks.n");
    expect_refused("/networks/n/sha256", std::string(64, 'A'), "networks.n.sha256");
    expect_refused("/networks/n/sha256", std::string(63, 'a'), "networks.n.sha256");
    expect_refused("/networks/n/input/shape", {0}, "shape.0");
    expect_refused("/networks/n/input/shape", {-1}, "shape.0");
    expect_refused("/networks/n/input/shape", {1 << 20}, "shape.0");
    expect_refused("/networks/n/input/shape", Json::array(), "shape");
    expect_refused("/networks/n/input/shape", Json(std::vector<int>(9, 1)), "shape");
    expect_refused("/networks/n/input/shape", nullptr, "shape");
    expect_refused("/networks/n/input/shape", Json(std::vector<Json>(9)), "shape");
    expect_refused("/networks/n/input/shape", Json::array({nullptr, "3"}), "shape.1");
    expect_refused("/networks/n/outputs/0/shape", nullptr, "shape");
    expect_refused("/networks/n/f32_nodes", nullptr, "f32_nodes");
    expect_refused("/networks/n/f32_nodes", Json::array(), "f32_nodes");
    expect_refused("/networks/n/f32_nodes", Json::array({""}), "f32_nodes.0");
    expect_refused("/networks/n/f32_nodes", Json::array({7}), "f32_nodes.0");
    expect_refused("/networks/n/f32_nodes", Json(std::vector<std::string>(65, "a")), "f32_nodes");
    expect_refused("/networks/n/input/scale", {1, 0, 1}, "scale");
    expect_refused("/networks/n/input/scale", {1, 1}, "scale");
    expect_refused("/networks/n/input/mean", {1, "1", 1}, "mean.1");
    expect_refused("/networks/n/input/color_order", "rbg", "color_order");
    expect_refused("/networks/n/outputs", Json::array(), "outputs");
    expect_refused("/networks/n/threads", Json::object(), "threads");
    expect_refused("/networks/n/threads", {{"f16", 1}}, "threads");
    expect_refused("/networks/n/threads/f32", 0, "threads.f32");
    expect_refused("/networks/n/threads/f32", 1e300, "threads.f32");
    expect_refused("/licences", "l.txt", "licences");
    Json many = Json::object();
    for (int i = 0; i < 1000; ++i) {
        many["n" + std::to_string(i)] = good()["networks"]["n"];
    }
    expect_refused("/networks", many, "networks");
}

TEST(PackDescription, NamesAnyMissingKey) {
    for (const char* key :
         {"format", "name", "version", "engine", "limits", "networks", "extras", "licences"}) {
        Json json = good();
        json.erase(key);
        expect_error(ErrorCode::mismatch, {"pack.json", key}, [&] { return parse(json); });
    }
    for (const char* key :
         {"file", "sha256", "weights_sha256", "input", "outputs", "licence", "source", "threads"}) {
        Json json = good();
        json["networks"]["n"].erase(key);
        expect_error(ErrorCode::mismatch, {"pack.json", "networks.n", key}, [&] { return parse(json); });
    }
}

TEST(PackDescription, RefusesTextThatIsNoJson) {
    const std::string whole = good().dump();
    for (const std::string& text : {std::string{}, std::string{"{"}, whole.substr(0, whole.size() / 2),
                                    std::string(100'000, '['), std::string{"\xFF\xFE"}, whole + "}"}) {
        expect_error(ErrorCode::mismatch, {"pack.json", "JSON"},
                     [&] { return parse_pack_description(text, "pack.json"); });
    }
    expect_error(ErrorCode::mismatch, {"pack.json", "bytes"},
                 [] { return parse_pack_description(std::string(2 << 20, ' '), "pack.json"); });
}

TEST(PackDescription, ShowsOnlyTheBeginningOfALongFinding) {
    Json json = good();
    json["networks"]["n"]["outputs"] = std::string(4000, 'x');
    try {
        parse(json);
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_LT(std::string{error.what()}.size(), 300U);
    }
}

} // namespace
} // namespace facemirror
