// SPDX-License-Identifier: Apache-2.0
// Any bytes as a log of powermetrics: read, or refused with Error{corrupted}; powers stay within their
// limits.
#include <facemirror/core/error.hpp>
#include <facemirror/profile/powermetrics.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace facemirror;
    try {
        const PowerLog log = parse_power_log({reinterpret_cast<const char*>(data), size}, "log");
        for (const auto& [name, part] : log.parts) {
            if (part.samples < 1 || !(part.mean_mw >= 0) || !(part.max_mw <= 1e7)) {
                std::abort();
            }
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupted) {
            throw;
        }
    }
    return 0;
}
