// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/mirror/detail/plane_mirror.hpp>
#include <facemirror/mirror/mirror.hpp>

namespace facemirror {

namespace detail {

PlaneGrid grid_of(const PixelLayout& layout, int plane) noexcept {
    PlaneGrid grid;
    grid.width = layout.plane_width(plane);
    grid.height = layout.plane_height(plane);
    if (layout.is_chroma(plane)) {
        grid.step_x = 1 << layout.chroma_shift_x;
        grid.step_y = 1 << layout.chroma_shift_y;
        grid.first_x = layout.chroma_shift_x > 0 ? layout.chroma_x : 0;
        grid.first_y = layout.chroma_shift_y > 0 ? layout.chroma_y : 0;
    }
    return grid;
}

} // namespace detail

namespace {

detail::Seam seam_of(const Midline& midline, Side kept, const MirrorOptions& options) {
    expects(std::isfinite(midline.origin.x) && std::isfinite(midline.origin.y), "the midline is finite");
    expects(std::abs(length(midline.direction) - 1) < 1e-6, "the midline's direction has length 1");
    expects(options.seam_px >= 0 && std::isfinite(options.seam_px), "the seam is 0 px or wider");
    return {midline, kept == Side::patient_right ? 1.0 : -1.0, options.seam_px};
}

void take_time(const Frame& source, Frame& out) {
    expects(source.layout == out.layout, "source and mirrored frame have the same layout");
    expects(source.planes[0].data != out.planes[0].data, "a frame is not mirrored onto itself");
    out.index = source.index;
    out.pts = source.pts;
    out.duration = source.duration;
}

template <typename Sample>
void mirror_plane_plain(const Plane& source, const detail::PlaneGrid& grid, const detail::Seam& seam,
                        Plane& out) {
    for (int y = 0; y < grid.height; ++y) {
        for (int x = 0; x < grid.width; ++x) {
            detail::row_of<Sample>(out, y)[x] = detail::mirrored_sample<Sample>(source, grid, seam, x, y);
        }
    }
}

} // namespace

void mirror_frame(const Frame& source, const Midline& midline, Side kept, const MirrorOptions& options,
                  Frame& out) {
    const detail::Seam seam = seam_of(midline, kept, options);
    take_time(source, out);
    for (int plane = 0; plane < source.layout.plane_count; ++plane) {
        const auto p = static_cast<std::size_t>(plane);
        detail::mirror_plane(source.planes[p], detail::grid_of(source.layout, plane), source.layout.bit_depth,
                             seam, out.planes[p]);
    }
}

void mirror_frame_plain(const Frame& source, const Midline& midline, Side kept, const MirrorOptions& options,
                        Frame& out) {
    const detail::Seam seam = seam_of(midline, kept, options);
    take_time(source, out);
    for (int plane = 0; plane < source.layout.plane_count; ++plane) {
        const auto p = static_cast<std::size_t>(plane);
        const detail::PlaneGrid grid = detail::grid_of(source.layout, plane);
        if (source.layout.bytes_per_sample() == 1) {
            mirror_plane_plain<std::uint8_t>(source.planes[p], grid, seam, out.planes[p]);
        } else {
            mirror_plane_plain<std::uint16_t>(source.planes[p], grid, seam, out.planes[p]);
        }
    }
}

} // namespace facemirror
