// SPDX-License-Identifier: Apache-2.0
// Succeeds when a pack that is not there is refused with the library's own exception.
#include <facemirror/core/error.hpp>
#include <facemirror/nn/pack.hpp>

int main() {
    try {
        facemirror::find_pack("no such pack");
    } catch (const facemirror::Error& error) {
        return error.code() == facemirror::ErrorCode::mismatch ? 0 : 1;
    }
    return 1;
}
