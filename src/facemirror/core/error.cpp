// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>

namespace facemirror {

const char* name_of(ErrorCode code) noexcept {
    switch (code) {
    case ErrorCode::not_found:
        return "not_found";
    case ErrorCode::unsupported:
        return "unsupported";
    case ErrorCode::corrupted:
        return "corrupted";
    case ErrorCode::mismatch:
        return "mismatch";
    case ErrorCode::backend:
        return "backend";
    case ErrorCode::output:
        return "output";
    case ErrorCode::cancelled:
        return "cancelled";
    }
    return "unknown";
}

} // namespace facemirror
