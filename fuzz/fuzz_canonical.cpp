// SPDX-License-Identifier: Apache-2.0
// Any bytes as MediaPipe's geometry metadata: a whole face, or refused with Error{mismatch}.
#include <facemirror/core/error.hpp>
#include <facemirror/nn/geometry_metadata.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace facemirror;
    try {
        const auto face = parse_geometry_metadata(std::as_bytes(std::span{data, size}), "geometry");
        if (face.vertices.size() != 468 || to_json_text(face).empty()) {
            std::abort();
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::mismatch) {
            throw;
        }
    }
    return 0;
}
