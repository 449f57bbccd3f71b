// SPDX-License-Identifier: Apache-2.0
// Any bytes as an ONNX file: read and counted, or refused with an Error.
#include <facemirror/core/error.hpp>
#include <facemirror/graph/inspect.hpp>
#include <facemirror/graph/onnx_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace facemirror;
    try {
        const OnnxGraph graph = parse_onnx(std::as_bytes(std::span{data, size}), "fuzz.onnx");
        const NetworkReport report = inspect_onnx(graph);
        if (report.macs < 0 || report.layers.size() > graph.nodes.size()) {
            std::abort();
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupted && error.code() != ErrorCode::unsupported &&
            error.code() != ErrorCode::mismatch) {
            throw;
        }
    }
    return 0;
}
