// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

namespace facemirror {

/// The frame in another layout: size, planes, depth, matrix and range; time and index are kept.
/// Throws   Error{unsupported} if a layout has no FFmpeg pixel format or cannot be converted.
/// Threads  Pure; call from anywhere.
/// Cost     Builds its tables on every call.
[[nodiscard]] Frame convert(const Frame& frame, const PixelLayout& to);

} // namespace facemirror
