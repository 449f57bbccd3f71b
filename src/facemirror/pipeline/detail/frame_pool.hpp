// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

#include <vector>

namespace facemirror {

/// Frames of one layout whose memory is used again as soon as nobody else holds it.
/// Threads  One at a time.
class FramePool {
public:
    explicit FramePool(const PixelLayout& layout) : m_layout{layout} {}

    /// A frame that the caller alone may write to; index and times are 0, samples are old.
    [[nodiscard]] Frame take() {
        for (const Frame& frame : m_frames) {
            if (frame.owner.use_count() == 1) {
                return frame;
            }
        }
        m_frames.push_back(make_frame(m_layout));
        return m_frames.back();
    }

    [[nodiscard]] std::size_t size() const noexcept { return m_frames.size(); }

private:
    PixelLayout m_layout;
    std::vector<Frame> m_frames;
};

} // namespace facemirror
