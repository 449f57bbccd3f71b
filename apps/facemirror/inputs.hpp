// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace facemirror {

/// True for "-" and for a URL that is not also the name of a file.
[[nodiscard]] bool is_stream_name(const std::string& input);

/// Replaces each folder by the videos in it (by suffix, sorted by name, folders inside it not entered),
/// without the outputs of earlier runs. Names of files, missing ones too, and streams stay as they are.
/// Throws   Error{not_found} if a folder cannot be listed, or nothing is left.
[[nodiscard]] std::vector<std::string> expand_inputs(const std::vector<std::string>& inputs);

} // namespace facemirror
