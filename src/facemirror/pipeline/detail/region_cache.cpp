// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/region_cache.hpp>

#include <algorithm>

namespace facemirror {

namespace {

/// The region is wider than the crop, so that the symmetric crops of both halves lie in it too.
constexpr double region_margin = 1.3;
/// Region px per crop px for which a loaded region is used again. A fresh one has 1 to 2; a little more room
/// keeps the crops of one frame in one region.
constexpr double min_region_px = 0.9;
constexpr double max_region_px = 2.2;

Box grown(const Box& box, double factor) {
    const Point c = box.center();
    const double half_width = factor * box.width() / 2;
    const double half_height = factor * box.height() / 2;
    return {c.x - half_width, c.y - half_height, c.x + half_width, c.y + half_height};
}

Box clipped(const Box& box, const PixelLayout& layout) {
    const double right = layout.width - 1.0;
    const double bottom = layout.height - 1.0;
    return {std::clamp(box.x1, 0.0, right), std::clamp(box.y1, 0.0, bottom), std::clamp(box.x2, 0.0, right),
            std::clamp(box.y2, 0.0, bottom)};
}

bool holds(const Box& outer, const Box& inner) {
    return outer.x1 <= inner.x1 && outer.y1 <= inner.y1 && outer.x2 >= inner.x2 && outer.y2 >= inner.y2;
}

} // namespace

const RgbRegion& RegionCache::region_for(const Frame& frame, const CropView& view) {
    const Box needed = clipped(bounds_of(view), frame.layout);
    const double region_px_per_crop_px = view.roi.side / view.size_px / m_reduction;
    const bool is_fine = region_px_per_crop_px < max_region_px &&
                         (region_px_per_crop_px > min_region_px || m_reduction == 1); // no finer one exists
    if (!m_is_loaded || !is_fine || !holds(m_box, needed)) {
        m_box = clipped(grown(bounds_of(view), region_margin), frame.layout);
        m_reduction = RgbRegion::reduction_for(view.roi.side, view.size_px);
        m_region.load(frame, m_box, m_reduction);
        m_is_loaded = true;
    }
    return m_region;
}

} // namespace facemirror
