// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

#include <filesystem>
#include <string>

namespace facemirror {

/// The commands below `model`; each works as those of command.hpp do.
void add_model_import(CLI::App& model, Action& action);
void add_model_inputs(CLI::App& model, Action& action);
void add_model_inspect(CLI::App& model, Action& action);
void add_model_install(CLI::App& model, Action& action);

/// Where a pack goes for which the user names no place: the first of the packs folders.
/// Throws   Error{output} if no folder for packs is known.
[[nodiscard]] std::filesystem::path place_of_pack(const std::string& name);

} // namespace facemirror
