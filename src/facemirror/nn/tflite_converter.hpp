// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace facemirror {

/// Turns a TensorFlow Lite file, MediaPipe's attention mesh included, into an OpenVINO IR (.xml and the .bin
/// beside it). The same file gives the same bytes with the same engine version.
/// Throws   Error{mismatch} if it is no network that the engine can convert, Error{output} if the IR cannot
///          be written.
void convert_tflite(const std::filesystem::path& tflite, const std::filesystem::path& xml);

} // namespace facemirror
