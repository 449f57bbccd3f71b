// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/pack_description.hpp>

#include <filesystem>
#include <functional>

namespace facemirror {

/// Changes what the pack.json of a pack says. The files that the changed one names must be there already; the
/// new pack.json takes the old one's place in one step, or the pack stays as it was.
/// Throws   Error{mismatch} if the pack is not whole, before or after the change; Error{output} if it cannot
///          be written.
void edit_pack(const std::filesystem::path& folder, const std::function<void(PackDescription&)>& change);

} // namespace facemirror
