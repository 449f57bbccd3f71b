// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/pixel_format.hpp>

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace facemirror::detail {

namespace {

constexpr int max_side_px = 16384; // Of make_frame and of H.264 (ITU-T H.264, level 6.2).

struct ChromaPosition {
    AVChromaLocation tag;
    double x;
    double y;
};
// Source: ITU-T H.273, figure 1 and table of chroma sample location types.
constexpr std::array<ChromaPosition, 6> chroma_positions{{{AVCHROMA_LOC_LEFT, 0, 0.5},
                                                          {AVCHROMA_LOC_CENTER, 0.5, 0.5},
                                                          {AVCHROMA_LOC_TOPLEFT, 0, 0},
                                                          {AVCHROMA_LOC_TOP, 0.5, 0},
                                                          {AVCHROMA_LOC_BOTTOMLEFT, 0, 1},
                                                          {AVCHROMA_LOC_BOTTOM, 0.5, 1}}};

bool is_full_range_name(const AVPixFmtDescriptor& format) noexcept {
    return std::string_view{format.name}.starts_with("yuvj");
}

bool has_plain_samples(const AVPixFmtDescriptor& format) noexcept {
    constexpr std::uint64_t others = AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                                     AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER;
    if ((format.flags & others) != 0 || format.nb_components == 0 || format.nb_components == 2) {
        return false;
    }
    const int depth = format.comp[0].depth;
    for (int i = 0; i < format.nb_components; ++i) {
        const AVComponentDescriptor& part = format.comp[i];
        if (part.depth != depth || part.shift != 0 || part.offset != 0 || part.step != (depth > 8 ? 2 : 1)) {
            return false;
        }
    }
    return depth >= 8 && depth <= 16;
}

bool is_plain(const AVPixFmtDescriptor& format) noexcept {
    const bool is_known_chroma =
        format.log2_chroma_h <= format.log2_chroma_w && format.log2_chroma_w <= 1; // 4:2:0, 4:2:2, 4:4:4.
    return has_plain_samples(format) && is_known_chroma;
}

bool is_rgb(const AVPixFmtDescriptor& format) noexcept {
    return (format.flags & AV_PIX_FMT_FLAG_RGB) != 0;
}

/// Plain formats that a stored one can be converted to without losing depth.
std::vector<AVPixelFormat> conversion_targets(const AVPixFmtDescriptor& stored, bool transposed) {
    constexpr std::array depths{8, 9, 10, 12, 14, 16};
    const auto enough =
        std::ranges::find_if(depths, [&](int depth) { return depth >= stored.comp[0].depth; });
    const int depth = enough != depths.end() ? *enough : depths.back();
    std::vector<AVPixelFormat> targets;
    for (const AVPixFmtDescriptor* d = av_pix_fmt_desc_next(nullptr); d != nullptr;
         d = av_pix_fmt_desc_next(d)) {
        const bool keeps_form = !transposed || d->log2_chroma_w == d->log2_chroma_h;
        const bool is_new_form = d->nb_components != 4 && !is_rgb(*d) && !is_full_range_name(*d);
        if (is_plain(*d) && is_new_form && keeps_form && d->comp[0].depth == depth) {
            targets.push_back(av_pix_fmt_desc_get_id(d));
        }
    }
    targets.push_back(AV_PIX_FMT_NONE);
    return targets;
}

bool is_full_range(const AVPixFmtDescriptor& format, const AVFrame& frame, AVCodecID codec) {
    const AVPixFmtDescriptor& stored = *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    if (is_rgb(format)) {
        return true;
    }
    if (is_rgb(stored) || frame.color_range == AVCOL_RANGE_MPEG) {
        return false; // RGB that becomes YCbCr takes video's usual range.
    }
    if (frame.color_range == AVCOL_RANGE_JPEG) {
        return true;
    }
    // Gray without a tag is full range to FFmpeg, but a gray H.264 or H.265 stream without one is limited.
    const bool is_video_gray = codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC;
    return is_full_range_name(stored) || (stored.nb_components == 1 && !is_video_gray);
}

} // namespace

void check_sides(int width, int height) {
    if (width < 1 || height < 1 || width > max_side_px || height > max_side_px) {
        throw Error{ErrorCode::unsupported,
                    fmt::format("expected sides of 1..{} px, found {}x{}", max_side_px, width, height)};
    }
}

bool is_plain_planar(AVPixelFormat format) noexcept {
    const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(format);
    return descriptor != nullptr && is_plain(*descriptor);
}

AVPixelFormat delivered_format(AVPixelFormat stored, bool transposed) {
    const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(stored);
    if (descriptor == nullptr) {
        return AV_PIX_FMT_NONE;
    }
    const bool keeps_form = !transposed || descriptor->log2_chroma_w == descriptor->log2_chroma_h;
    if (is_plain(*descriptor) && keeps_form) {
        return stored;
    }
    const auto targets = conversion_targets(*descriptor, transposed);
    return avcodec_find_best_pix_fmt_of_list(targets.data(), stored, 0, nullptr);
}

AVPixelFormat pixel_format_of(const PixelLayout& layout) noexcept {
    for (const AVPixFmtDescriptor* d = av_pix_fmt_desc_next(nullptr); d != nullptr;
         d = av_pix_fmt_desc_next(d)) {
        const int parts = layout.model == ColorModel::gray ? 1 : 3;
        const bool same_chroma =
            layout.model != ColorModel::yuv ||
            (d->log2_chroma_w == layout.chroma_shift_x && d->log2_chroma_h == layout.chroma_shift_y);
        if (has_plain_samples(*d) && !is_full_range_name(*d) && d->nb_components == parts &&
            d->comp[0].depth == layout.bit_depth && is_rgb(*d) == (layout.model == ColorModel::rgb) &&
            same_chroma) {
            return av_pix_fmt_desc_get_id(d);
        }
    }
    return AV_PIX_FMT_NONE;
}

ColorMatrix matrix_of(AVColorSpace tag, int stored_width, int stored_height) noexcept {
    switch (tag) {
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_SMPTE240M: // Its coefficients differ from BT.709's by less than 0.002.
        return ColorMatrix::bt709;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
    case AVCOL_SPC_FCC: // Its coefficients differ from BT.601's by less than 0.01.
        return ColorMatrix::bt601;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return ColorMatrix::bt2020;
    default:
        return stored_height >= 720 || stored_width >= 1280 ? ColorMatrix::bt709 : ColorMatrix::bt601;
    }
}

PixelLayout layout_of(AVPixelFormat format, const AVFrame& frame, AVCodecID codec) {
    const AVPixFmtDescriptor& descriptor = *av_pix_fmt_desc_get(format);
    PixelLayout layout;
    layout.width = frame.width;
    layout.height = frame.height;
    layout.bit_depth = descriptor.comp[0].depth;
    layout.model = is_rgb(descriptor)              ? ColorModel::rgb
                   : descriptor.nb_components == 1 ? ColorModel::gray
                                                   : ColorModel::yuv;
    layout.plane_count = layout.model == ColorModel::gray ? 1 : 3;
    layout.chroma_shift_x = descriptor.log2_chroma_w;
    layout.chroma_shift_y = descriptor.log2_chroma_h;
    layout.matrix = matrix_of(frame.colorspace, frame.width, frame.height);
    layout.full_range = is_full_range(descriptor, frame, codec);
    ChromaPosition position = chroma_positions.front();
    for (const ChromaPosition& known : chroma_positions) {
        if (known.tag == frame.chroma_location) {
            position = known;
        }
    }
    layout.chroma_x = layout.chroma_shift_x > 0 ? position.x : 0;
    layout.chroma_y = layout.chroma_shift_y > 0 ? position.y : 0;
    return layout;
}

ColorTags color_tags_of(const AVFrame& frame) {
    return {frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range,
            frame.chroma_location};
}

AVChromaLocation chroma_location_of(const PixelLayout& layout) noexcept {
    if (layout.model == ColorModel::yuv && layout.chroma_shift_x == 1 && layout.chroma_shift_y == 1) {
        for (const ChromaPosition& known : chroma_positions) {
            if (known.x == layout.chroma_x && known.y == layout.chroma_y) {
                return known.tag;
            }
        }
    }
    return AVCHROMA_LOC_UNSPECIFIED;
}

} // namespace facemirror::detail
