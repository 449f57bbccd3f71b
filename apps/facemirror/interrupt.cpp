// SPDX-License-Identifier: Apache-2.0
#include "interrupt.hpp"

#include <csignal>

namespace facemirror {

namespace {

std::atomic<bool> was_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set it");

extern "C" void on_interrupt(int signal) {
    was_interrupted = true;
    std::signal(signal, SIG_DFL);
}

} // namespace

const std::atomic<bool>& interrupted() noexcept {
    return was_interrupted;
}

void catch_interrupts() {
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
}

} // namespace facemirror
