// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace facemirror {

/// Becomes true when the user stops the program (SIGINT, SIGTERM).
[[nodiscard]] const std::atomic<bool>& interrupted() noexcept;

/// From here on the first SIGINT or SIGTERM sets interrupted(); a second one ends the program at once.
void catch_interrupts();

} // namespace facemirror
