// SPDX-License-Identifier: Apache-2.0
// Every cut and every flipped bit of small good files.
#include "handmade.hpp"
#include "support/checkpoint_writer.hpp"

#include <optional>
#include <utility>

namespace facemirror {
namespace {

using Container = Checkpoint::Container;
using Content = std::vector<std::pair<std::string, std::vector<float>>>;

std::vector<std::byte> small_file(Container container) {
    const std::vector<TestTensor> tensors{
        {.name = "module.w", .shape = {2, 2}, .type = ElementType::f32, .values = {1, 2, 3, 4}},
        {.name = "module.n", .shape = {}, .type = ElementType::i64, .values = {1}}};
    return container == Container::zip ? zip_bytes(tensors, {.key = "net"})
                                       : legacy_bytes(tensors, {.key = "net"});
}

/// The names and numbers of a file; nullopt if it is refused as broken or unsupported. Anything else escapes.
std::optional<Content> read(const std::vector<std::byte>& bytes) {
    try {
        const Checkpoint checkpoint = handmade::parse(bytes);
        Content content;
        for (std::size_t i = 0; i < checkpoint.entries().size(); ++i) {
            content.emplace_back(checkpoint.entries()[i].name, checkpoint.values(i));
        }
        return content;
    } catch (const Error& error) {
        EXPECT_TRUE(error.code() == ErrorCode::corrupted || error.code() == ErrorCode::unsupported)
            << error.what();
        return std::nullopt;
    }
}

class DamagedCheckpoint : public testing::TestWithParam<Container> {};

INSTANTIATE_TEST_SUITE_P(Containers, DamagedCheckpoint, testing::Values(Container::legacy, Container::zip),
                         [](const auto& tested) {
                             return tested.param == Container::zip ? "Zip" : "Legacy";
                         });

TEST_P(DamagedCheckpoint, IsRefusedWhereverItIsCut) {
    const auto good = small_file(GetParam());
    ASSERT_TRUE(read(good));
    for (std::size_t size = 0; size < good.size(); ++size) {
        const std::vector<std::byte> cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(read(cut)) << "cut to " << size << " of " << good.size() << " bytes";
    }
}

/// A zip has checksums, so it is refused or the same; in the other container names and numbers have none.
TEST_P(DamagedCheckpoint, IsRefusedOrReadWhateverBitIsFlipped) {
    const auto good = small_file(GetParam());
    const auto expected = read(good);
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        auto damaged = good;
        damaged[bit / 8] ^= std::byte{1} << (bit % 8);
        const auto content = read(damaged);
        refused += content ? 0 : 1;
        if (content && GetParam() == Container::zip) {
            EXPECT_EQ(content, expected) << "bit " << bit % 8 << " of byte " << bit / 8;
        }
    }
    EXPECT_GT(refused, 2 * good.size()); // more than a quarter of the flips are seen
}

TEST(DamagedCheckpoint, OfTheOldKindDiffersOnlyInTheNumberWhoseBitWasFlipped) {
    const auto good = small_file(Container::legacy);
    auto damaged = good;
    // From the end: 2 floats of the optimizer, their count, the counter, its count; then 4 floats.
    damaged[good.size() - 8 - 8 - 8 - 8 - 1] ^= std::byte{0x80}; // the sign of the last
    const auto content = read(damaged);
    ASSERT_TRUE(content);
    EXPECT_EQ(content->at(0).second, (std::vector<float>{1, 2, 3, -4}));
    EXPECT_EQ(content->at(1).second, (std::vector<float>{1}));
}

} // namespace
} // namespace facemirror
