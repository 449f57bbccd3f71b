// SPDX-License-Identifier: Apache-2.0
#include "handmade.hpp"
#include "support/checkpoint_writer.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace facemirror {
namespace {

using namespace handmade;
using testing::ElementsAre;
using testing::IsEmpty;

using Container = Checkpoint::Container;

std::vector<std::byte> written(Container container, const std::vector<TestTensor>& tensors,
                               const TestNesting& nesting = {}) {
    return container == Container::zip ? zip_bytes(tensors, nesting) : legacy_bytes(tensors, nesting);
}

std::vector<std::string> names_of(const Checkpoint& checkpoint) {
    std::vector<std::string> names;
    for (const CheckpointEntry& entry : checkpoint.entries()) {
        names.push_back(entry.name);
    }
    return names;
}

const std::vector<TestTensor> two_tensors{
    {.name = "b.weight", .shape = {2, 3}, .type = ElementType::f32, .values = {1, 2, 3, 4, 5, 6}},
    {.name = "a.count", .shape = {}, .type = ElementType::i64, .values = {7}}};

class CheckpointInBothContainers : public testing::TestWithParam<Container> {};

INSTANTIATE_TEST_SUITE_P(Containers, CheckpointInBothContainers,
                         testing::Values(Container::legacy, Container::zip), [](const auto& tested) {
                             return tested.param == Container::zip ? "Zip" : "Legacy";
                         });

TEST_P(CheckpointInBothContainers, KeepsOrderShapesTypesAndNumbers) {
    const Checkpoint checkpoint = parse(written(GetParam(), two_tensors));
    EXPECT_EQ(checkpoint.container(), GetParam());
    EXPECT_EQ(checkpoint.origin(), "x.pth");
    EXPECT_EQ(checkpoint.nested_under(), "");
    ASSERT_THAT(names_of(checkpoint), ElementsAre("b.weight", "a.count"));
    EXPECT_THAT(checkpoint.entries()[0].shape, ElementsAre(2, 3));
    EXPECT_THAT(checkpoint.entries()[1].shape, IsEmpty());
    EXPECT_EQ(checkpoint.entries()[0].type, ElementType::f32);
    EXPECT_EQ(checkpoint.entries()[1].type, ElementType::i64);
    EXPECT_THAT(checkpoint.values(0), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(checkpoint.values(1), ElementsAre(7));
}

TEST_P(CheckpointInBothContainers, FindsEntriesByName) {
    const Checkpoint checkpoint = parse(written(GetParam(), two_tensors));
    EXPECT_EQ(checkpoint.find("b.weight"), 0U);
    EXPECT_EQ(checkpoint.find("a.count"), 1U);
    EXPECT_EQ(checkpoint.find("a"), std::nullopt);
}

TEST_P(CheckpointInBothContainers, RefusesAnEntryThatDoesNotExistAsABug) {
    EXPECT_THROW(static_cast<void>(parse(written(GetParam(), two_tensors)).values(2)), std::logic_error);
}

TEST_P(CheckpointInBothContainers, ReadsEveryElementType) {
    const std::vector<std::pair<ElementType, std::vector<float>>> cases{
        {ElementType::f32, {1.5F, -0x1p-149F}},
        {ElementType::f16, {-1.5F, 0x1p-24F, 65504}},
        {ElementType::bf16, {1.5F, -0x1p-133F}},
        {ElementType::f64, {0.25F, -3}},
        {ElementType::i64, {-1, 1 << 24}},
        {ElementType::i32, {-2, 70000}},
        {ElementType::i16, {-300, 5}},
        {ElementType::i8, {-128, 127}},
        {ElementType::u8, {0, 255}},
        {ElementType::boolean, {0, 1}}};
    std::vector<TestTensor> tensors;
    for (const auto& [type, values] : cases) {
        tensors.push_back({name_of(type), {static_cast<std::int64_t>(values.size())}, type, values});
    }
    const Checkpoint checkpoint = parse(written(GetParam(), tensors));
    ASSERT_EQ(checkpoint.entries().size(), cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) {
        EXPECT_EQ(checkpoint.entries()[i].type, cases[i].first);
        EXPECT_EQ(checkpoint.values(i), cases[i].second) << tensors[i].name;
    }
}

TEST_P(CheckpointInBothContainers, ReadsTensorsWithoutElements) {
    const Checkpoint checkpoint =
        parse(written(GetParam(), {{.name = "e", .shape = {0, 3}, .type = ElementType::f32, .values = {}}}));
    EXPECT_THAT(checkpoint.entries()[0].shape, ElementsAre(0, 3));
    EXPECT_THAT(checkpoint.values(0), IsEmpty());
}

TEST_P(CheckpointInBothContainers, EntersATrainersDictAndPassesOverItsOptimizer) {
    for (const std::string key : {"state_dict", "net", "net_ema", "model"}) {
        const Checkpoint checkpoint = parse(written(GetParam(), two_tensors, {.key = key}));
        EXPECT_EQ(checkpoint.nested_under(), key);
        EXPECT_THAT(names_of(checkpoint), ElementsAre("b.weight", "a.count"));
        EXPECT_THAT(checkpoint.values(0), ElementsAre(1, 2, 3, 4, 5, 6));
    }
}

TEST_P(CheckpointInBothContainers, RefusesATrainersDictWithAnUnknownKey) {
    const Error error = refusal_of(written(GetParam(), two_tensors, {.key = "weights"}));
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_STREQ(error.what(), "x.pth: expected a PyTorch state dict, found a dict without tensors");
}

TEST_P(CheckpointInBothContainers, TakesOffThePrefixOfParallelTraining) {
    const Checkpoint checkpoint =
        parse(written(GetParam(), two_tensors, {.key = "net", .prefix = "module."}));
    EXPECT_THAT(names_of(checkpoint), ElementsAre("b.weight", "a.count"));
    EXPECT_EQ(checkpoint.find("a.count"), 1U);
}

TEST(Checkpoint, KeepsAPrefixThatOnlySomeNamesHave) {
    const Checkpoint checkpoint =
        parse(legacy(dict({text("module.w"), Tensor{}.pickle(), text("w"), Tensor{}.pickle()})));
    EXPECT_THAT(names_of(checkpoint), ElementsAre("module.w", "w"));
}

TEST(Checkpoint, EntersTheFirstOfSeveralDicts) {
    const std::string named = dict({text("x"), Tensor{}.pickle()});
    const auto entered = [&](const std::vector<std::string>& keys) {
        std::vector<std::string> items;
        for (const std::string& key : keys) {
            items.insert(items.end(), {text(key), named});
        }
        return parse(legacy(dict(items))).nested_under();
    };
    EXPECT_EQ(entered({"model", "net_ema", "net", "state_dict"}), "state_dict");
    EXPECT_EQ(entered({"model", "net_ema", "net"}), "net");
    EXPECT_EQ(entered({"model", "net_ema"}), "net_ema");
}

TEST(Checkpoint, DoesNotEnterANameThatIsATensor) {
    const Checkpoint checkpoint = parse(legacy(dict({text("model"), Tensor{}.pickle()})));
    EXPECT_EQ(checkpoint.nested_under(), "");
    EXPECT_THAT(names_of(checkpoint), ElementsAre("model"));
}

TEST(Checkpoint, PassesOverWhatIsNoTensor) {
    const Checkpoint checkpoint =
        parse(legacy(dict({text("w"), Tensor{}.pickle(), text("epoch"), "K\x03", text("list"),
                           "](NK\x01"
                           "e",
                           "K\x05", "N"})));
    EXPECT_THAT(names_of(checkpoint), ElementsAre("w"));
}

TEST(Checkpoint, FollowsStridesAndOffsets) {
    const auto values = [](const Tensor& tensor) { return parse(legacy(tensor)).values(0); };
    EXPECT_THAT(values({.shape = {3, 2}, .strides = {1, 3}}), ElementsAre(0, 3, 1, 4, 2, 5)); // transposed
    EXPECT_THAT(values({.offset = 1, .shape = {2}, .strides = {2}}), ElementsAre(1, 3));
    EXPECT_THAT(values({.offset = 5, .shape = {}, .strides = {}}), ElementsAre(5));
    EXPECT_THAT(values({.offset = 2, .shape = {3}, .strides = {0}}), ElementsAre(2, 2, 2)); // expanded
    EXPECT_THAT(values({.shape = {2, 1, 2}, .strides = {2, 1LL << 62, 1}}), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(values({.shape = {0, 1LL << 62, 1LL << 62}, .strides = {1, 1, 1}}), IsEmpty());
}

TEST(Checkpoint, LetsTensorsShareAStorage) {
    const Checkpoint checkpoint =
        parse(legacy(dict({text("a"), Tensor{.shape = {6}, .strides = {1}}.pickle(), text("b"),
                           Tensor{.offset = 3, .shape = {3}, .strides = {1}}.pickle()})));
    EXPECT_THAT(checkpoint.values(0), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(checkpoint.values(1), ElementsAre(3, 4, 5));
}

TEST(Checkpoint, ReadsAStorageThatIsAPartOfAnother) {
    const Tensor tensor{
        .offset = 1, .shape = {2}, .strides = {1}, .view = "(" + text("v") + integer(2) + integer(3) + "t"};
    EXPECT_THAT(parse(legacy(tensor)).values(0), ElementsAre(3, 4));
}

TEST(Checkpoint, ReadsTensorsOfTheFirstVersionAndParameters) {
    const std::string old = "ctorch._utils\n_rebuild_tensor\n(" + Tensor{}.parts() + "tR";
    const std::string parameter = "ctorch._utils\n_rebuild_parameter\n(" + Tensor{}.pickle() + "\x88}tR";
    const Checkpoint checkpoint = parse(legacy(dict({text("old"), old, text("p"), parameter})));
    EXPECT_THAT(checkpoint.values(0), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(checkpoint.values(1), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Checkpoint, ReadsOrderedDictsOfPython2AndAttributesOfDicts) {
    const std::string pairs = "ccollections\nOrderedDict\n(](](U\x01"
                              "b" +
                              Tensor{}.pickle() +
                              "e](U\x01"
                              "a" +
                              Tensor{}.pickle() + "eetR";
    EXPECT_THAT(names_of(parse(legacy(pairs))), ElementsAre("b", "a"));
    const std::string with_versions =
        "ccollections\nOrderedDict\n)R" + text("w") + Tensor{}.pickle() + "s}" + text("_metadata") + "}sb";
    EXPECT_THAT(names_of(parse(legacy(with_versions))), ElementsAre("w"));
}

TEST(Checkpoint, ReadsTheStateOfAScheduleWithMilestones) {
    const std::string counter = "ccollections\nCounter\n(" + dict({"K\x03", "K\x02"}) + "tR";
    const std::string size = "ctorch\nSize\n(K\x01K\x02\x86tR";
    const auto file = legacy(dict({text("scheduler"), dict({text("milestones"), counter}), text("shape"),
                                   size, text("net"), dict({text("w"), Tensor{}.pickle()})}));
    EXPECT_EQ(parse(file).nested_under(), "net");
}

TEST(Checkpoint, ReadsInstructionsOfProtocol4) {
    const auto short_text = [](const std::string& value) {
        return "\x8c" + little_endian(static_cast<std::int64_t>(value.size()), 1) + value;
    };
    const std::string name8 = "\x8d" + little_endian(1, 8) + "w";
    const std::string dict_class =
        short_text("collections") + "\x94" + short_text("OrderedDict") + "\x94\x93";
    const std::string value =
        "\x95" + little_endian(10, 8) + dict_class + ")R(" + name8 + Tensor{}.pickle() + "u";
    EXPECT_THAT(names_of(parse(legacy(value))), ElementsAre("w"));
}

TEST(Checkpoint, SurvivesADictThatHoldsItselfAndDeepNesting) {
    const std::string cyclic = "}q\x07" + text("self") + "h\x07s" + text("w") + Tensor{}.pickle() + "s";
    EXPECT_THAT(names_of(parse(legacy(cyclic))), ElementsAre("w"));
    constexpr std::size_t depth = 200'000; // far more than a stack of 8 MiB holds frames
    const std::string deep = std::string(depth, ']') + std::string(depth - 1, 'a');
    EXPECT_THAT(names_of(parse(legacy(dict({text("deep"), deep, text("w"), Tensor{}.pickle()})))),
                ElementsAre("w"));
}

TEST(Checkpoint, ReadsFilesOfBothKinds) {
    const TemporaryFolder folder;
    write_legacy(folder / "old.pth", two_tensors);
    write_zip(folder / "new.pkl", two_tensors, {.key = "net"});
    EXPECT_THAT(Checkpoint::read(folder / "old.pth").values(1), ElementsAre(7));
    const Checkpoint zip = Checkpoint::read(folder / "new.pkl");
    EXPECT_EQ(zip.origin(), (folder / "new.pkl").string());
    EXPECT_EQ(zip.container(), Container::zip);
    EXPECT_EQ(zip.nested_under(), "net");
}

TEST(Checkpoint, ReadsAZipWhoseFolderIsNotNamedInAscii) {
    const std::string object = in_pickle(dict({text("w"), Tensor{.view = ""}.pickle()}));
    auto bytes = stored_zip({{"mod\xc3\xa8le/data.pkl", object}, {"mod\xc3\xa8le/data/0", six().raw}});
    // Names are UTF-8 by flag 11 of a header (APPNOTE 4.4.4), 6 bytes into a member's and 8 into the
    // directory's.
    for (std::size_t i = 0; i + 10 < bytes.size(); ++i) {
        if (std::memcmp(&bytes[i], "PK\x03\x04", 4) == 0) {
            bytes[i + 7] = std::byte{8};
        } else if (std::memcmp(&bytes[i], "PK\x01\x02", 4) == 0) {
            bytes[i + 9] = std::byte{8};
        }
    }
    EXPECT_THAT(parse(bytes).values(0), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Checkpoint, ReadsTheRealRetinafaceFile) {
    const std::filesystem::path file =
        std::filesystem::path{FACEMIRROR_SHARED_DATA} / "retinaface/mobilenet0.25_Final.pth";
    if (!std::filesystem::exists(file)) {
        GTEST_SKIP() << "no " << file << ": RetinaFace's weights are not part of this repository";
    }
    const Checkpoint checkpoint = Checkpoint::read(file);
    EXPECT_EQ(checkpoint.container(), Container::legacy);
    ASSERT_EQ(checkpoint.entries().size(), 300U);
    EXPECT_EQ(checkpoint.entries()[0].name, "body.stage1.0.0.weight");
    EXPECT_THAT(checkpoint.entries()[0].shape, ElementsAre(8, 3, 3, 3));
    std::size_t elements = 0;
    std::size_t learnable = 0;
    for (std::size_t i = 0; i < 300; ++i) {
        const std::string& name = checkpoint.entries()[i].name;
        const auto values = checkpoint.values(i);
        EXPECT_TRUE(std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) << name;
        elements += values.size();
        learnable += name.ends_with(".weight") || name.ends_with(".bias") ? values.size() : 0;
    }
    EXPECT_EQ(elements, 433'343U);
    EXPECT_EQ(learnable, 426'608U);
}

} // namespace
} // namespace facemirror
