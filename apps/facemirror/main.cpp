// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "exit_code.hpp"

#include <facemirror/core/error.hpp>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
    using namespace facemirror;
    CLI::App app{"Mirrors a video of a face about its midline and measures each half separately.\n"
                 "Not a medical device."};
    app.name("facemirror");
    app.set_version_flag("--version", std::string{"facemirror "} + FACEMIRROR_VERSION);
    app.require_subcommand(1);
    app.fallthrough(false);
    spdlog::set_default_logger(
        spdlog::stderr_color_mt("facemirror")); // stdout carries only what was asked for
    spdlog::set_pattern("facemirror: %^%l%$: %v");
    Action action;
    add_run(app, action);
    add_detect(app, action);
    add_landmarks(app, action);
    add_synth(app, action);
    add_bench(app, action);
    add_validate(app, action);
    add_model(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error, std::cout, std::cerr);
        return code == 0 ? 0 : exit_usage;
    }
    try {
        return action();
    } catch (const Error& error) {
        spdlog::error("{}", error.what());
        return exit_code_of(error.code());
    } catch (const std::exception& error) {
        spdlog::critical("internal error: {}", error.what());
        return exit_bug;
    }
}
