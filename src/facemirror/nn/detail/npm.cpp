// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/detail/npm.hpp>

#include <facemirror/core/error.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>

namespace facemirror::detail {

namespace {

class SpawnActions {
public:
    SpawnActions() { posix_spawn_file_actions_init(&m_actions); }
    ~SpawnActions() { posix_spawn_file_actions_destroy(&m_actions); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    [[nodiscard]] posix_spawn_file_actions_t* get() noexcept { return &m_actions; }

private:
    posix_spawn_file_actions_t m_actions{};
};

struct Outcome {
    int start_error = 0; ///< errno if the program could not be started.
    int status = 0;      ///< Of waitpid().
};

/// Runs a program in a folder and waits for it; its messages go to `log`.
Outcome run(std::vector<std::string> arguments, const std::filesystem::path& folder,
            const std::filesystem::path& log) {
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    SpawnActions actions;
    posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(actions.get(), STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(actions.get(), STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_addchdir_np(actions.get(), folder.c_str());
    pid_t child = 0;
    if (const int failure = posix_spawnp(&child, argv[0], actions.get(), nullptr, argv.data(), environ)) {
        return {failure, 0};
    }
    Outcome outcome;
    while (waitpid(child, &outcome.status, 0) < 0) {
        if (errno != EINTR) {
            return {errno, 0};
        }
    }
    return outcome;
}

/// The first words of a log, as one line.
std::string beginning_of(const std::filesystem::path& log) {
    constexpr std::size_t max_shown = 300;
    std::ifstream stream{log};
    std::string shown;
    for (std::string line; shown.size() < max_shown && std::getline(stream, line);) {
        shown += (shown.empty() ? "" : "; ") + line;
    }
    return shown.substr(0, max_shown);
}

} // namespace

void npm_pack(const std::vector<std::string>& specifications, const std::filesystem::path& into) {
    const char* chosen =
        std::getenv("FACEMIRROR_NPM"); // NOLINT(concurrency-mt-unsafe): nothing sets variables
    const std::string npm = chosen == nullptr || *chosen == '\0' ? "npm" : chosen;
    std::vector<std::string> arguments{npm, "pack", "--ignore-scripts", "--loglevel=error",
                                       "--fetch-retries=1"};
    arguments.insert(arguments.end(), specifications.begin(), specifications.end());
    const std::filesystem::path log = into / "npm.log";
    const Outcome outcome = run(std::move(arguments), into, log);
    if (outcome.start_error != 0) {
        throw Error{ErrorCode::backend,
                    npm + ": expected the program npm, found: " + std::strerror(outcome.start_error)};
    }
    if (!WIFEXITED(outcome.status) || WEXITSTATUS(outcome.status) != 0) {
        throw Error{ErrorCode::backend, npm + " could not fetch the packages: " + beginning_of(log)};
    }
}

} // namespace facemirror::detail
