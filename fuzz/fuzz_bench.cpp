// SPDX-License-Identifier: Apache-2.0
// Any bytes as an earlier result of bench --json: compared, or refused with Error{corrupted}.
#include <facemirror/core/error.hpp>
#include <facemirror/profile/bench_comparison.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace facemirror;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    try {
        static_cast<void>(compare_benches(text, text, "old.json"));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupted) {
            throw;
        }
    }
    return 0;
}
