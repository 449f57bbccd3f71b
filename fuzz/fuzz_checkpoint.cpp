// SPDX-License-Identifier: Apache-2.0
// Any bytes as a checkpoint: tensors whose numbers are all there, or a refusal.
#include <facemirror/core/error.hpp>
#include <facemirror/graph/checkpoint.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void check(const facemirror::Checkpoint& checkpoint, std::size_t size) {
    for (std::size_t i = 0; i < checkpoint.entries().size(); ++i) {
        const auto& entry = checkpoint.entries()[i];
        require(checkpoint.find(entry.name) == i);
        const auto values = checkpoint.values(i);
        require(values.size() <= 4 * size);
        std::size_t count = 1;
        for (const std::int64_t length : entry.shape) {
            require(length >= 0);
            count *= static_cast<std::size_t>(length);
        }
        // A product that wraps round is that of an empty tensor; others were measured.
        require(values.size() == count || values.empty());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace facemirror;
    try {
        const auto bytes = std::as_bytes(std::span{data, size});
        check(Checkpoint::parse({bytes.begin(), bytes.end()}, "fuzz.pth"), size);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupted && error.code() != ErrorCode::unsupported) {
            throw;
        }
    }
    return 0;
}
