// SPDX-License-Identifier: Apache-2.0
#include "model_command.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/nn/pack.hpp>

namespace facemirror {

std::filesystem::path place_of_pack(const std::string& name) {
    const auto folders = packs_folders();
    if (folders.empty()) {
        throw Error{ErrorCode::output,
                    "no folder for packs is known: give the pack's place or set $FACEMIRROR_PACKS"};
    }
    return folders.front() / name;
}

void add_model(CLI::App& app, Action& action) {
    CLI::App* model = app.add_subcommand("model", "Install, import and inspect models.");
    model->require_subcommand(1);
    add_model_install(*model, action);
    add_model_import(*model, action);
    add_model_inspect(*model, action);
    add_model_inputs(*model, action);
}

} // namespace facemirror
