// SPDX-License-Identifier: Apache-2.0
#include "handmade.hpp"
#include "support/checkpoint_writer.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <functional>

namespace facemirror {
namespace {

using namespace handmade;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t huge = 1LL << 62;

struct HostileValue {
    const char* name;
    std::string value; ///< In the place of the state dict.
    ErrorCode code;
    const char* finding; ///< A part of the message.
};

std::string with(const Tensor& tensor) {
    return dict({text("w"), tensor.pickle()});
}

std::string call(const std::string& function, const std::string& arguments) {
    return "c" + function + "\n(" + arguments + "tR";
}

void PrintTo(const HostileValue& hostile, std::ostream* out) {
    *out << hostile.name;
}

const ErrorCode corrupted = ErrorCode::corrupted;
const ErrorCode unsupported = ErrorCode::unsupported;

const std::vector<HostileValue> hostile_values{
    // Code of the file: refused by its name, never run.
    {"GlobalFunction", "cos\nsystem\n(" + text("true") + "tR", unsupported, "found the global os.system"},
    {"GlobalOfTheStack", text("builtins") + text("eval") + "\x93", unsupported,
     "found the global builtins.eval"},
    {"GlobalThatIsNeverCalled", dict({text("w"), Tensor{}.pickle(), text("x"), "cos\nsystem\n"}), unsupported,
     "found the global os.system"},
    {"GlobalWithUnprintableName", "cos\nsy\x01\xffstem\n", unsupported, "found the global os.sy??stem"},
    {"GlobalWithLongName", "cos\n" + std::string(5000, 'x') + "\n", unsupported, "xxx..."},
    {"GlobalOfAnotherModule", "cevil\nOrderedDict\n", unsupported, "found the global evil.OrderedDict"},
    {"WholeNetwork", "ctorch.nn.modules.container\nSequential\n)\x81", unsupported,
     "found the global torch.nn.modules.container.Sequential"},
    {"ComplexNumbers", with({.storage_class = "ComplexFloatStorage"}), unsupported,
     "found the global torch.ComplexFloatStorage"},
    {"NewObject", "ccollections\nOrderedDict\n)\x81", unsupported, "found the pickle instruction NEWOBJ"},
    {"Instance", "(icollections\nOrderedDict\n", unsupported, "found the pickle instruction INST"},
    {"Duplicate", "]2", unsupported, "found the pickle instruction DUP"},
    {"UnknownInstruction", "\xff", corrupted, "found the byte 255"},
    {"Protocol1", std::string{"\x80\x01"} + "]", unsupported, "found protocol 1"},
    {"Protocol6", std::string{"\x80\x06"} + "]", unsupported, "found protocol 6"},
    {"PersistentModule", "(" + text("module") + "NNNNtQ", unsupported,
     "expected a storage as persistent object, found module"},
    {"PersistentObjectOfAnotherKind",
     "(" + text("module") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + "K\x06tQ", unsupported,
     "expected a storage as persistent object, found module"},
    // Values that are no state dict.
    {"List", "]", unsupported, "found a list"},
    {"OneTensor", Tensor{}.pickle(), unsupported, "found a tensor"},
    {"EmptyDict", "}", unsupported, "found a dict without tensors"},
    {"TensorUnderANumber", dict({"K\x01", Tensor{}.pickle()}), unsupported, "found one under an integer"},
    {"NameTwice", dict({text("w"), Tensor{}.pickle(), text("w"), Tensor{}.pickle()}), corrupted,
     "found w again"},
    // The stack machine.
    {"EmptyStack", "", corrupted, "found none"},
    {"TwoValues", "]]", corrupted, "found more"},
    {"OpenMark", "](", corrupted, "found none"},
    {"NoMark", "]t", corrupted, "found none"},
    {"TooFewValues", "N\x87", corrupted, "found 1"},
    {"ValuesUnderTheMark", "]NN(a", corrupted, "found 0"},
    {"AppendToADict", "}Na", corrupted, "expected a list to fill, found a dict"},
    {"SetInAList", "]NNs", corrupted, "expected a dict to fill, found a list"},
    {"OddDict", "}(Nu", corrupted, "found an odd number of values"},
    {"UnknownMemo", "h\x09", corrupted, "kept as number 9"},
    {"HugeMemo", "]r\xff\xff\xff\xffj\xfe\xff\xff\xff", corrupted, "kept as number 4294967294"},
    {"HugeText",
     "\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
     "a",
     corrupted, "expected 18446744073709551615 more bytes"},
    {"HugeFrame", "\x95\xff\xff\xff\xff\xff\xff\xff\x7f", corrupted, "expected a whole frame"},
    {"TooManyInstructions", std::string((1U << 19) + 1, '}'), unsupported, "pickle instructions, found more"},
    {"NumberAsName", "NN\x93", corrupted, "expected the name of a class or function, found None"},
    {"CallOfAText", text("w") + ")R", corrupted, "found a text and a tuple"},
    {"CallOfAStorageType", "ctorch\nFloatStorage\n)R", corrupted, "found a storage type"},
    {"AttributesOfAList", "]}b", corrupted, "found a dict for a list"},
    {"OddPairs", call("collections\nOrderedDict", "](](NNNee"), corrupted, "expected pairs"},
    {"PairsThatAreTheirOwnList",
     "ccollections\nOrderedDict\n(]q\x01h\x01"
     "atR",
     corrupted, "expected pairs"},
    {"SizeOfANumber", call("torch\nSize", "K\x01"), corrupted, "expected a tuple"},
    // Storages.
    {"PersistentText", text("storage") + "Q", corrupted, "expected a tuple as persistent id"},
    {"ShortPersistentId", "(" + text("storage") + "tQ", corrupted, "found 1"},
    {"StorageOfADict",
     "(" + text("storage") + "ccollections\nOrderedDict\n" + text("0") + text("cpu") + "K\x06tQ", corrupted,
     "found another class"},
    {"NegativeStorage", with({.numel = -1}), corrupted, "found -1"},
    {"StorageBeyond64Bits", with({.numel = huge}), corrupted, "expected a storage that fits into the file"},
    {"StorageLargerThanTheFile", with({.numel = 1LL << 40}), corrupted, "of 1099511627776 elements"},
    {"StorageOfTwoTypes",
     dict({text("a"), Tensor{}.pickle(), text("b"), Tensor{.storage_class = "IntStorage"}.pickle()}),
     corrupted, "found another type or size"},
    {"StorageOfTwoSizes", dict({text("a"), Tensor{}.pickle(), text("b"), Tensor{.numel = 7}.pickle()}),
     corrupted, "found another type or size"},
    {"StorageWithoutNumbers", dict({text("a"), Tensor{}.pickle(), text("b"), Tensor{.key = "1"}.pickle()}),
     corrupted, "expected the numbers of storage 1"},
    {"LongKey", with({.key = std::string(101, 'k')}), corrupted, "found a longer key"},
    {"ViewOutsideOfItsStorage", with({.view = "(" + text("v") + integer(3) + integer(4) + "t"}), corrupted,
     "expected a view inside"},
    {"HugeView", with({.view = "(" + text("v") + integer(1) + integer(INT64_MAX) + "t"}), corrupted,
     "expected a view inside"},
    // Tensors.
    {"NegativeOffset", with({.offset = -1}), corrupted, "found -1"},
    {"OffsetOutside", with({.offset = 1}), corrupted, "found one that reaches outside"},
    {"HugeOffset", with({.offset = INT64_MAX}), corrupted, "found one that reaches outside"},
    {"NegativeShape", with({.shape = {-2, -3}}), corrupted, "found -2"},
    {"NegativeStride", with({.offset = 5, .shape = {6}, .strides = {-1}}), corrupted, "found -1"},
    {"ShapeTooLarge", with({.shape = {3, 3}}), corrupted, "found one that reaches outside"},
    {"StrideTooLarge", with({.strides = {4, 1}}), corrupted, "found one that reaches outside"},
    {"HugeStride", with({.strides = {INT64_MAX, INT64_MAX}}), corrupted, "found one that reaches outside"},
    {"ShapeThatWrapsRound", with({.shape = {huge, 8}, .strides = {0, 0}}), corrupted, "reaches outside"},
    {"ExpandedWithoutBound", with({.shape = {1LL << 40}, .strides = {0}}), corrupted, "found 1099511627776"},
    {"MoreStridesThanAxes", with({.strides = {3, 1, 1}}), corrupted, "found 3"},
    {"TooManyAxes",
     with({.shape = std::vector<std::int64_t>(9, 1), .strides = std::vector<std::int64_t>(9, 1)}),
     unsupported, "found 9"},
    {"TensorOfATuple", call("torch._utils\n_rebuild_tensor_v2", ")K\x01))"), corrupted, "expected a storage"},
    {"TensorWithFewParts", call("torch._utils\n_rebuild_tensor_v2", Tensor{}.storage()), corrupted,
     "found 1"},
    {"ParameterOfAList", call("torch._utils\n_rebuild_parameter", "]\x88}"), corrupted, "expected a tensor"},
};

class CheckpointWithHostileValue : public testing::TestWithParam<HostileValue> {};

INSTANTIATE_TEST_SUITE_P(Values, CheckpointWithHostileValue, testing::ValuesIn(hostile_values),
                         [](const auto& tested) { return std::string{tested.param.name}; });

TEST_P(CheckpointWithHostileValue, IsRefusedWithItsFinding) {
    const bool has_storage = GetParam().value.find("Storage") != std::string::npos;
    const auto storages = has_storage ? std::vector{six()} : std::vector<Storage>{};
    const Error error = refusal_of(legacy(GetParam().value, storages));
    EXPECT_EQ(error.code(), GetParam().code) << error.what();
    EXPECT_THAT(error.what(), StartsWith("x.pth: expected "));
    EXPECT_THAT(error.what(), HasSubstr(GetParam().finding));
    EXPECT_LT(std::string{error.what()}.size(), 400U);
}

TEST_P(CheckpointWithHostileValue, IsRefusedInAZipToo) {
    const Error error =
        refusal_of(stored_zip({{"a/data.pkl", in_pickle(GetParam().value)}, {"a/data/0", six().raw}}));
    EXPECT_TRUE(error.code() == corrupted || error.code() == unsupported);
}

TEST(CheckpointRefusals, APlainPickleIsNamed) {
    const Error error = refusal_of(to_bytes(in_pickle("}" + text("a") + "K\x01s")));
    EXPECT_EQ(error.code(), unsupported);
    EXPECT_STREQ(error.what(), "x.pth: expected a PyTorch state dict, found a plain Python pickle of a dict");
}

TEST(CheckpointRefusals, MoreTensorsThanAnyNetworkHasAreNotListed) {
    std::string entries = "}" + text("w") + Tensor{}.pickle() + "q\x01s(";
    for (int i = 0; i < 1 << 16; ++i) {
        entries += text(std::to_string(i)) + "h\x01";
    }
    const Error error = refusal_of(legacy(entries + "u"));
    EXPECT_EQ(error.code(), unsupported);
    EXPECT_STREQ(error.what(), "x.pth: expected at most 65536 tensors, found more");
}

TEST(CheckpointRefusals, OtherFilesAreNamed) {
    EXPECT_THAT(refusal_of(to_bytes("<html>")).what(), EndsWith("found a file of another kind"));
    EXPECT_THAT(refusal_of({}).what(), EndsWith("found an empty file"));
    EXPECT_THAT(refusal_of(stored_zip({{"word/document.xml", "<a/>"}})).what(),
                EndsWith("found a zip archive without a data.pkl"));
}

TEST(CheckpointRefusals, ALegacyFileOfAnotherKindIsNamed) {
    const std::string object = in_pickle(with({})) + in_pickle("](" + text("0") + "e");
    const std::string magic = in_pickle("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
    const std::string numbers = little_endian(6, 8) + six().raw;
    const std::string protocol = in_pickle("M\xea\x03") + in_pickle("}") + object + numbers;
    EXPECT_THAT(refusal_of(to_bytes(magic + protocol)).what(), EndsWith("found 1002"));
    const std::string big = in_pickle("M\xe9\x03") + in_pickle("}" + text("little_endian") + "\x89s");
    EXPECT_THAT(refusal_of(to_bytes(magic + big + object + numbers)).what(),
                EndsWith("found big-endian numbers"));
}

TEST(CheckpointRefusals, StoragesThatDoNotFitTheirKeysAreNamed) {
    EXPECT_THAT(refusal_of(legacy(Tensor{}, {six(), six()})).what(), EndsWith("found it again"));
    EXPECT_THAT(refusal_of(legacy(Tensor{}, {six(), {"1", 0, ""}})).what(), EndsWith("found 1"));
    EXPECT_THAT(refusal_of(legacy(Tensor{}, {{"0", 5, six().raw}})).what(), EndsWith("found 5"));
    EXPECT_THAT(refusal_of(legacy(Tensor{}, {{"0", 6, six().raw + "more"}})).what(),
                EndsWith("found 4 more bytes"));
    EXPECT_THAT(refusal_of(legacy(Tensor{}, {{"0", 6, "short"}})).what(),
                HasSubstr("expected 24 more bytes"));
    const std::string keys = in_pickle("}");
    EXPECT_THAT(refusal_of(to_bytes(legacy_head() + in_pickle(with({})) + keys)).what(),
                EndsWith("found a dict"));
}

class HostileZip : public testing::Test {
protected:
    using Members = std::vector<std::pair<std::string, std::string>>;
    const std::string object = in_pickle(with({.view = ""}));
    const Members good{{"a/data.pkl", object}, {"a/byteorder", "little"}, {"a/data/0", six().raw}};

    [[nodiscard]] std::string refusal(const std::function<void(Members&)>& change) const {
        Members members = good;
        change(members);
        return refusal_of(stored_zip(members)).what();
    }

    /// Sets a byte of each header before the data, and one of each entry of the directory.
    [[nodiscard]] std::vector<std::byte> patched(std::size_t in_header, std::size_t in_directory,
                                                 char value) const {
        auto bytes = stored_zip(good);
        for (std::size_t i = 0; i + 4 < bytes.size(); ++i) {
            if (std::memcmp(&bytes[i], "PK\x03\x04", 4) == 0) {
                bytes[i + in_header] = static_cast<std::byte>(value);
            } else if (std::memcmp(&bytes[i], "PK\x01\x02", 4) == 0) {
                bytes[i + in_directory] = static_cast<std::byte>(value);
            }
        }
        return bytes;
    }
};

TEST_F(HostileZip, IsReadWhenItIsGood) {
    EXPECT_EQ(parse(stored_zip(good)).values(0), (std::vector<float>{0, 1, 2, 3, 4, 5}));
}

TEST_F(HostileZip, IsRefusedWithoutAStorageOrWithAnotherSize) {
    EXPECT_THAT(refusal([](Members& members) { members.pop_back(); }),
                EndsWith("data/0 of 24 bytes, found none"));
    EXPECT_THAT(refusal([](Members& members) { members.back().second += "x"; }), EndsWith("found 25"));
    EXPECT_THAT(refusal([](Members& members) { members.back().second.pop_back(); }), EndsWith("found 23"));
}

TEST_F(HostileZip, IsRefusedWithAMemberTwiceOrTwoPickles) {
    EXPECT_THAT(refusal([](Members& members) { members.push_back(members.back()); }),
                HasSubstr("a/data/0 again"));
    EXPECT_THAT(refusal([](Members& members) { members.emplace_back("b/data.pkl", "x"); }),
                EndsWith("found several"));
}

TEST_F(HostileZip, IsRefusedWithBytesAfterThePickle) {
    EXPECT_THAT(refusal([](Members& members) { members[0].second += "N"; }), EndsWith("found 1 more bytes"));
}

TEST_F(HostileZip, IsRefusedWithBigEndianNumbers) {
    EXPECT_THAT(refusal([](Members& members) { members[1].second = "big"; }),
                EndsWith("found big-endian numbers"));
}

TEST_F(HostileZip, IsRefusedWhenPackedOrEncrypted) {
    // Deflate is method 8, encryption flag 0 (APPNOTE 4.4.4 and 4.4.5).
    const Error packed = refusal_of(patched(8, 10, 8));
    EXPECT_EQ(packed.code(), unsupported);
    EXPECT_THAT(packed.what(),
                HasSubstr("expected zip members that are neither packed nor encrypted, found a/data.pkl"));
    EXPECT_EQ(refusal_of(patched(6, 8, 1)).code(), unsupported);
}

TEST_F(HostileZip, IsRefusedWhenAMemberClaimsMoreThanTheFile) {
    // The highest bytes of both sizes.
    auto bytes = patched(21, 23, 0x40);
    for (std::size_t i = 0; i + 4 < bytes.size(); ++i) {
        if (std::memcmp(&bytes[i], "PK\x03\x04", 4) == 0) {
            bytes[i + 25] = std::byte{0x40};
        } else if (std::memcmp(&bytes[i], "PK\x01\x02", 4) == 0) {
            bytes[i + 27] = std::byte{0x40};
        }
    }
    EXPECT_EQ(refusal_of(bytes).code(), corrupted);
}

TEST_F(HostileZip, IsRefusedWhenItsNumbersDoNotFitTheirChecksum) {
    auto bytes = stored_zip(good);
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    bytes[text.find(six().raw) + 5] ^= std::byte{1};
    EXPECT_THAT(refusal_of(bytes).what(), HasSubstr("expected members that agree with their checksums"));
}

TEST(CheckpointFile, IsNotFoundWhenItIsMissingOrAFolder) {
    const TemporaryFolder folder;
    for (const auto& path : {folder / "none.pth", folder.path()}) {
        try {
            static_cast<void>(Checkpoint::read(path));
            ADD_FAILURE() << "was read";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::not_found);
            EXPECT_THAT(error.what(), StartsWith(path.string() + ": expected "));
        }
    }
}

TEST(CheckpointFile, IsRefusedAbove4GiBBeforeItIsRead) {
    const TemporaryFolder folder;
    write_legacy(folder / "x.pth", {});
    std::filesystem::resize_file(folder / "x.pth", (4ULL << 30) + 1); // takes no room on the disk
    try {
        static_cast<void>(Checkpoint::read(folder / "x.pth"));
        ADD_FAILURE() << "was read";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), unsupported);
        EXPECT_THAT(error.what(), EndsWith("expected a file of at most 4 GiB, found 4294967297 bytes"));
    }
}

} // namespace
} // namespace facemirror
