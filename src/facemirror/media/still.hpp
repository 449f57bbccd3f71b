// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

#include <filesystem>

namespace facemirror {

/// True if the file's content is a single picture (PNG, JPEG, ...), false for a video and for anything that
/// cannot be opened.
[[nodiscard]] bool is_still(const std::filesystem::path& file);

/// Reads a photograph, upright by its EXIF orientation.
/// Shapes   8-bit G, B, R planes (ColorModel::rgb), full range.
/// Throws   Error{not_found, unsupported, corrupted} as VideoReader does.
[[nodiscard]] Frame read_still(const std::filesystem::path& file);

/// Writes a frame as 8-bit RGB PNG, converted by the frame's own matrix and range.
/// Throws   Error{output} if the file cannot be written.
void write_png(const std::filesystem::path& file, const Frame& frame);

} // namespace facemirror
