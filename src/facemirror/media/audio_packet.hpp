// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

namespace facemirror {

/// A piece of compressed sound on its way from a VideoReader to the VideoWriters. Copies share the bytes.
/// Threads  Never written to, so several writers may take the same packet at once.
struct AudioPacket {
    std::size_t track = 0;            ///< Index into VideoInfo::audio.
    std::size_t size_bytes = 0;       ///< For bounded queues.
    std::shared_ptr<const void> data; ///< Time and bytes; time 0 is that of the first delivered frame.
};

} // namespace facemirror
