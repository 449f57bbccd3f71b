// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>

namespace facemirror {

/// The pixels round one face, read once for all crops of a frame that look there.
/// Threads  One at a time.
class RegionCache {
public:
    /// Nothing of the last frame is used again.
    void next_frame() noexcept { m_is_loaded = false; }

    /// A region that holds what `view` can sample, fine enough for it; read anew if the last one does not.
    /// Valid    Until the next call.
    const RgbRegion& region_for(const Frame& frame, const CropView& view);

private:
    RgbRegion m_region;
    Box m_box; // what m_region holds; px in the frame
    int m_reduction = 1;
    bool m_is_loaded = false; // with the current frame
};

} // namespace facemirror
