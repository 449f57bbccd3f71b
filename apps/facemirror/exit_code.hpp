// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/error.hpp>

namespace facemirror {

inline constexpr int exit_done = 0;
inline constexpr int exit_bug = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_gate_missed = 6;

/// The exit code of a failure. Source: house style 4.3, design 3.9.
[[nodiscard]] constexpr int exit_code_of(ErrorCode code) noexcept {
    switch (code) {
    case ErrorCode::not_found:
    case ErrorCode::unsupported:
    case ErrorCode::corrupted:
        return 3;
    case ErrorCode::mismatch:
        return 4;
    case ErrorCode::backend:
        return 5;
    case ErrorCode::output:
        return 7;
    case ErrorCode::cancelled:
        return 130;
    }
    return exit_bug;
}

} // namespace facemirror
