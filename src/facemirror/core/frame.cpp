// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/core/frame.hpp>

#include <cstring>
#include <new>

namespace facemirror {

namespace {

constexpr std::size_t row_alignment = 64; // One cache line, and the widest vector register.
constexpr int max_side_px = 16384;        // H.264's own limit (ITU-T H.264, level 6.2).

struct AlignedDelete {
    void operator()(void* bytes) const noexcept { ::operator delete(bytes, std::align_val_t{row_alignment}); }
};

std::size_t row_bytes(const PixelLayout& layout, int plane) {
    return static_cast<std::size_t>(layout.plane_width(plane)) *
           static_cast<std::size_t>(layout.bytes_per_sample());
}

} // namespace

std::size_t Frame::size_bytes() const noexcept {
    std::size_t sum = 0;
    for (int plane = 0; plane < layout.plane_count; ++plane) {
        sum += row_bytes(layout, plane) * static_cast<std::size_t>(layout.plane_height(plane));
    }
    return sum;
}

Frame make_frame(const PixelLayout& layout) {
    expects(layout.width >= 1 && layout.width <= max_side_px, "frame width is 1..16384 px");
    expects(layout.height >= 1 && layout.height <= max_side_px, "frame height is 1..16384 px");
    expects(layout.bit_depth >= 8 && layout.bit_depth <= 16, "bit depth is 8..16");
    expects(layout.plane_count >= 1 && layout.plane_count <= 4, "a frame has 1..4 planes");
    Frame frame;
    frame.layout = layout;
    std::array<std::size_t, 4> offset{};
    std::size_t total = 0;
    for (int plane = 0; plane < layout.plane_count; ++plane) {
        const auto p = static_cast<std::size_t>(plane);
        const std::size_t stride =
            (row_bytes(layout, plane) + row_alignment - 1) / row_alignment * row_alignment;
        frame.planes[p].stride = static_cast<std::ptrdiff_t>(stride);
        offset[p] = total;
        total += stride * static_cast<std::size_t>(layout.plane_height(plane));
    }
    // One row more than needed, so that a kernel may load a whole vector at the last sample.
    auto* bytes =
        static_cast<std::uint8_t*>(::operator new(total + row_alignment, std::align_val_t{row_alignment}));
    frame.owner = std::shared_ptr<void>{bytes, AlignedDelete{}};
    for (int plane = 0; plane < layout.plane_count; ++plane) {
        const auto p = static_cast<std::size_t>(plane);
        frame.planes[p].data = bytes + offset[p];
    }
    return frame;
}

void copy_samples(const Frame& from, Frame& to) {
    expects(from.layout == to.layout, "frames have the same layout");
    for (int plane = 0; plane < from.layout.plane_count; ++plane) {
        const auto p = static_cast<std::size_t>(plane);
        const std::size_t bytes = row_bytes(from.layout, plane);
        for (int y = 0; y < from.layout.plane_height(plane); ++y) {
            std::memcpy(to.planes[p].data + y * to.planes[p].stride,
                        from.planes[p].data + y * from.planes[p].stride, bytes);
        }
    }
}

} // namespace facemirror
