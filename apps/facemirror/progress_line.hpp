// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/pipeline/run_video.hpp>

#include <chrono>
#include <string>

namespace facemirror {

/// Tells on stderr how far one input is: on a terminal a line that is written over, else a plain line every
/// few seconds. Threads  One at a time.
class ProgressLine {
public:
    ProgressLine(std::string input, std::size_t number, std::size_t count, bool quiet);
    ~ProgressLine() { finish(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const RunProgress& progress);

    /// Leaves the terminal's line, so that other text can follow.
    void finish();

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] std::string text(const RunProgress& progress, double elapsed_s) const;

    std::string m_input;
    std::size_t m_number;
    std::size_t m_count;
    bool m_quiet;
    bool m_terminal;
    bool m_line_open = false;
    Clock::time_point m_start = Clock::now();
    Clock::time_point m_last = m_start;
};

} // namespace facemirror
