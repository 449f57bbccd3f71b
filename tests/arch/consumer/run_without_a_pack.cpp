// SPDX-License-Identifier: Apache-2.0
// Links the whole of facemirror; succeeds when a pack that is not there is refused with the library's own
// exception.
#include <facemirror/core/error.hpp>
#include <facemirror/pipeline/run_video.hpp>

int main() {
    try {
        const facemirror::Models models{"no such pack"};
        const std::atomic<bool> cancelled{false};
        const auto ignore = [](const facemirror::RunProgress&) {};
        return facemirror::run_video({}, models, ignore, cancelled).was_cut ? 2 : 1;
    } catch (const facemirror::Error& error) {
        return error.code() == facemirror::ErrorCode::mismatch ? 0 : 1;
    }
}
