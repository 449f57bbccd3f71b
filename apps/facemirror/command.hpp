// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace facemirror {

/// What main() runs after the command line was read; returns the exit code. Empty until a subcommand was
/// chosen.
using Action = std::function<int()>;

/// Each command adds itself to the program and, when the user chose it, stores what is to be done in
/// `action`. An Error that an action throws becomes a message on stderr and the exit code of house-style 4.3.
void add_bench(CLI::App& app, Action& action);
void add_detect(CLI::App& app, Action& action);
void add_landmarks(CLI::App& app, Action& action);
void add_model(CLI::App& app, Action& action);
void add_run(CLI::App& app, Action& action);
void add_validate(CLI::App& app, Action& action);
void add_synth(CLI::App& app, Action& action);

} // namespace facemirror
