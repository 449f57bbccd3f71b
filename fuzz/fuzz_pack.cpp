// SPDX-License-Identifier: Apache-2.0
// Any bytes as a pack.json: read, or refused with Error{mismatch}; what was read is read back the same.
#include <facemirror/core/error.hpp>
#include <facemirror/nn/pack_description.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace facemirror;
    try {
        const std::string text =
            to_json_text(parse_pack_description({reinterpret_cast<const char*>(data), size}, "pack.json"));
        if (to_json_text(parse_pack_description(text, "pack.json")) != text) {
            std::abort();
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::mismatch) {
            throw;
        }
    }
    return 0;
}
