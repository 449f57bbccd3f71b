// SPDX-License-Identifier: Apache-2.0
#include "progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace facemirror {

namespace {

using namespace std::chrono_literals;

constexpr auto terminal_interval = 200ms;
constexpr auto plain_interval = 5s;

} // namespace

ProgressLine::ProgressLine(std::string input, std::size_t number, std::size_t count, bool quiet)
    : m_input{std::move(input)}, m_number{number}, m_count{count}, m_quiet{quiet},
      m_terminal{isatty(STDERR_FILENO) == 1} {}

void ProgressLine::show(const RunProgress& progress) {
    const Clock::time_point now = Clock::now();
    if (m_quiet ||
        now - m_last < (m_terminal ? Clock::duration{terminal_interval} : Clock::duration{plain_interval})) {
        return;
    }
    m_last = now;
    const std::string line = text(progress, std::chrono::duration<double>{now - m_start}.count());
    std::fprintf(stderr, m_terminal ? "\r\033[K%s" : "%s\n", line.c_str());
    std::fflush(stderr);
    m_line_open = m_terminal;
}

std::string ProgressLine::text(const RunProgress& progress, double elapsed_s) const {
    const double fps = static_cast<double>(progress.frames) / elapsed_s;
    std::string line = fmt::format("[{}/{}] {}: ", m_number, m_count, m_input);
    if (progress.estimate > 0) {
        const double share =
            std::min(1.0, static_cast<double>(progress.frames) / static_cast<double>(progress.estimate));
        line += fmt::format("{:.0f} %, ", 100 * share);
    }
    line += fmt::format("{} frames, {:.1f} fps", progress.frames, fps);
    if (progress.estimate > progress.frames && fps > 0) {
        const auto left =
            static_cast<std::int64_t>(static_cast<double>(progress.estimate - progress.frames) / fps);
        line += fmt::format(", {}:{:02} left", left / 60, left % 60);
    }
    return line;
}

void ProgressLine::finish() {
    if (m_line_open) {
        std::fputs("\r\033[K", stderr);
        m_line_open = false;
    }
}

} // namespace facemirror
