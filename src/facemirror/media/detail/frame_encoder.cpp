// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/frame_encoder.hpp>

#include <facemirror/media/detail/pixel_format.hpp>

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace facemirror::detail {

namespace {

// Checked by us, because both encoders print to stderr about an unknown one.
constexpr std::array<std::string_view, 10> x26x_presets{"ultrafast", "superfast", "veryfast", "faster",
                                                        "fast",      "medium",    "slow",     "slower",
                                                        "veryslow",  "placebo"};

const AVCodec& find_encoder(const std::string& name) {
    const AVCodec* codec = avcodec_find_encoder_by_name(name.c_str());
    if (codec == nullptr || codec->type != AVMEDIA_TYPE_VIDEO) {
        throw Error{ErrorCode::backend,
                    name + ": expected a video encoder of FFmpeg, found none of this name"};
    }
    const AVOutputFormat* mp4 = av_guess_format("mp4", nullptr, nullptr);
    if (mp4 == nullptr || avformat_query_codec(mp4, codec->id, FF_COMPLIANCE_NORMAL) != 1) {
        throw Error{ErrorCode::backend,
                    name + ": expected an encoder for MP4, which does not hold this codec"};
    }
    return *codec;
}

bool is_hardware(const AVCodec& codec) {
    return (codec.capabilities & (AV_CODEC_CAP_HARDWARE | AV_CODEC_CAP_HYBRID)) != 0;
}

/// The form in which the encoder gets the frames: theirs if it takes it, else the nearest in memory.
AVPixelFormat encoded_format(const AVCodec& codec, const PixelLayout& layout) {
    const AVPixelFormat wanted =
        layout.model == ColorModel::rgb ? AV_PIX_FMT_YUV420P : pixel_format_of(layout);
    std::vector<AVPixelFormat> usable;
    for (const AVPixelFormat* format = codec.pix_fmts; format != nullptr && *format != AV_PIX_FMT_NONE;
         ++format) {
        const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(*format);
        const bool is_rgb = (descriptor->flags & AV_PIX_FMT_FLAG_RGB) != 0;
        if (*format == wanted) {
            return wanted;
        }
        if ((is_plain_planar(*format) && !is_rgb) || *format == AV_PIX_FMT_NV12 ||
            *format == AV_PIX_FMT_P010) {
            usable.push_back(*format);
        }
    }
    if (codec.pix_fmts == nullptr) {
        return wanted;
    }
    if (usable.empty()) {
        throw Error{ErrorCode::backend,
                    std::string{codec.name} +
                        ": expected an encoder of frames in memory, found one of a device's"};
    }
    usable.push_back(AV_PIX_FMT_NONE);
    return avcodec_find_best_pix_fmt_of_list(usable.data(), wanted, 0, nullptr);
}

int even(int side) {
    return side + side % 2;
}

AVRational to_av(const Rational& value) {
    AVRational result{0, 1};
    av_reduce(&result.num, &result.den, value.num, value.den, INT32_MAX);
    return result;
}

/// A frame of the encoder that holds ours without copying.
AvFrame lent(const Frame& frame) {
    AvFrame out = new_frame();
    auto* owner = new Frame{frame};
    const auto give_back = [](void* held, std::uint8_t*) { delete static_cast<Frame*>(held); };
    out->buf[0] = av_buffer_create(frame.planes[0].data, 1, give_back, owner, AV_BUFFER_FLAG_READONLY);
    if (out->buf[0] == nullptr) {
        delete owner;
        throw std::bad_alloc{};
    }
    for (std::size_t plane = 0; plane < static_cast<std::size_t>(frame.layout.plane_count); ++plane) {
        out->data[plane] = frame.planes[plane].data;
        out->linesize[plane] = static_cast<int>(frame.planes[plane].stride);
    }
    return out;
}

/// Repeats the last column and row of each plane from the picture's size up to the frame's.
void pad_edges(AVFrame& frame, int picture_width, int picture_height) {
    const AVPixFmtDescriptor& format = *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    const int planes = av_pix_fmt_count_planes(static_cast<AVPixelFormat>(frame.format));
    for (int plane = 0; plane < planes; ++plane) {
        const bool is_chroma = plane == 1 || plane == 2;
        const int shift_x = is_chroma ? format.log2_chroma_w : 0;
        const int shift_y = is_chroma ? format.log2_chroma_h : 0;
        const std::ptrdiff_t step = format.comp[plane].step;
        const int from_width = AV_CEIL_RSHIFT(picture_width, shift_x);
        const int to_width = AV_CEIL_RSHIFT(frame.width, shift_x);
        const int from_height = AV_CEIL_RSHIFT(picture_height, shift_y);
        const int to_height = AV_CEIL_RSHIFT(frame.height, shift_y);
        for (int y = 0; y < from_height; ++y) {
            std::uint8_t* row = frame.data[plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[plane];
            for (int x = from_width; x < to_width; ++x) {
                std::memcpy(row + x * step, row + (from_width - 1) * step, static_cast<std::size_t>(step));
            }
        }
        for (int y = from_height; y < to_height; ++y) {
            std::uint8_t* row = frame.data[plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[plane];
            std::memcpy(row, row - frame.linesize[plane],
                        static_cast<std::size_t>(to_width) * static_cast<std::size_t>(step));
        }
    }
}

} // namespace

FrameEncoder::FrameEncoder(const VideoInfo& source, const WriterOptions& options) : m_layout{source.layout} {
    const AVCodec& codec = find_encoder(options.codec);
    m_context.reset(allocated(avcodec_alloc_context3(&codec)));
    AVCodecContext& context = *m_context;
    context.width = even(m_layout.width);
    context.height = even(m_layout.height);
    context.pix_fmt = encoded_format(codec, m_layout);
    context.time_base = to_av(source.time_base);
    context.framerate = to_av(source.average_rate);
    context.sample_aspect_ratio = to_av(source.sample_aspect);
    context.thread_count = options.threads;
    context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    if (codec.id == AV_CODEC_ID_HEVC) {
        context.codec_tag = MKTAG('h', 'v', 'c', '1'); // The only tag that Apple's players take.
    }
    set_colors(source);
    set_options(options);
    check(avcodec_open2(&context, &codec, nullptr), ErrorCode::backend,
          options.codec + ": the encoder cannot be opened with preset " + options.preset);
    m_takes_planes = context.pix_fmt == pixel_format_of(m_layout) && context.width == m_layout.width &&
                     context.height == m_layout.height;
}

void FrameEncoder::set_colors(const VideoInfo& source) {
    AVCodecContext& context = *m_context;
    const bool is_rgb = m_layout.model == ColorModel::rgb;
    const ColorTags tags = is_rgb ? ColorTags{} : source.color;
    const ColorMatrix matrix = is_rgb ? ColorMatrix::bt709 : m_layout.matrix;
    context.colorspace = static_cast<AVColorSpace>(tags.matrix);
    context.color_primaries = static_cast<AVColorPrimaries>(tags.primaries);
    context.color_trc = static_cast<AVColorTransferCharacteristic>(tags.transfer);
    const bool is_assumed = tags.matrix == AVCOL_SPC_UNSPECIFIED || tags.matrix == AVCOL_SPC_RGB;
    if (is_assumed) {
        context.colorspace = matrix == ColorMatrix::bt709 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
        const bool has_primaries = context.color_primaries != AVCOL_PRI_UNSPECIFIED;
        const bool has_transfer = context.color_trc != AVCOL_TRC_UNSPECIFIED;
        if (!has_primaries) {
            context.color_primaries = matrix == ColorMatrix::bt709 ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M;
        }
        if (!has_transfer) {
            context.color_trc = matrix == ColorMatrix::bt709 ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M;
        }
    }
    context.color_range = !is_rgb && m_layout.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    const AVChromaLocation location = chroma_location_of(m_layout);
    const bool is_default = location == AVCHROMA_LOC_LEFT && source.color.chroma_location == 0;
    context.chroma_sample_location = is_default ? AVCHROMA_LOC_UNSPECIFIED : location;
}

void FrameEncoder::set_options(const WriterOptions& options) {
    AVCodecContext& context = *m_context;
    const std::string& codec = options.codec;
    if (codec.starts_with("libx26") &&
        std::ranges::find(x26x_presets, options.preset) == x26x_presets.end()) {
        throw Error{ErrorCode::backend, codec + ": expected one of its presets, found " + options.preset};
    }
    // Other encoders have presets of other names or none; where ours is unknown, theirs is left as it is.
    av_opt_set(context.priv_data, "preset", options.preset.c_str(), 0);
    if (codec == "libx265") {
        av_opt_set(context.priv_data, "x265-params", "log-level=none",
                   0); // It would print to stderr by itself.
    }
    if (av_opt_set_double(context.priv_data, "crf", options.quality, 0) >= 0) {
        context.bit_rate = 0;
    } else if (av_opt_set_double(context.priv_data, "cq", options.quality, 0) < 0) {
        context.flags |= AV_CODEC_FLAG_QSCALE;
        context.global_quality = options.quality * FF_QP2LAMBDA;
    }
}

AvFrame FrameEncoder::copied(const Frame& frame) {
    AvFrame out = new_frame();
    out->format = m_context->pix_fmt;
    out->width = m_context->width;
    out->height = m_context->height;
    check(av_frame_get_buffer(out.get(), 0), ErrorCode::backend, "frame for the encoder");
    const bool is_rgb = m_layout.model == ColorModel::rgb;
    Picture target =
        picture_of(*out, is_rgb ? ColorMatrix::bt709 : m_layout.matrix, !is_rgb && m_layout.full_range);
    target.width = m_layout.width;
    target.height = m_layout.height;
    const Picture from = picture_of(frame);
    if (from.format == target.format) {
        av_image_copy(target.data.data(), target.stride.data(),
                      const_cast<const std::uint8_t**>(from.data.data()), from.stride.data(), from.format,
                      from.width, from.height);
    } else {
        m_scaler.scale(from, target);
    }
    pad_edges(*out, m_layout.width, m_layout.height);
    return out;
}

AvFrame FrameEncoder::as_input(const Frame& frame) {
    expects(frame.layout == m_layout, "a frame has the layout that the writer was opened for");
    AvFrame out = m_takes_planes ? lent(frame) : copied(frame);
    out->format = m_context->pix_fmt;
    out->width = m_context->width;
    out->height = m_context->height;
    out->pts = frame.pts;
    out->color_range = m_context->color_range;
    out->sample_aspect_ratio = m_context->sample_aspect_ratio;
    return out;
}

void FrameEncoder::send(const Frame* frame, std::vector<AvPacket>& ready) {
    const std::string subject = std::string{m_context->codec->name} + ": encoding failed";
    if (frame != nullptr) {
        m_durations[frame->pts] = frame->duration;
        check(avcodec_send_frame(m_context.get(), as_input(*frame).get()), ErrorCode::backend, subject);
    } else {
        check(avcodec_send_frame(m_context.get(), nullptr), ErrorCode::backend, subject);
    }
    while (true) {
        AvPacket packet = new_packet();
        const int result = avcodec_receive_packet(m_context.get(), packet.get());
        if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) {
            return;
        }
        check(result, ErrorCode::backend, subject);
        if (const auto found = m_durations.find(packet->pts); found != m_durations.end()) {
            packet->duration = found->second;
            m_durations.erase(found);
        }
        ready.push_back(std::move(packet));
    }
}

void probe_hardware(const VideoInfo& source, const WriterOptions& options) {
    if (!is_hardware(find_encoder(options.codec))) {
        return;
    }
    FrameEncoder encoder{source, options};
    Frame gray = make_frame(source.layout);
    for (int plane = 0; plane < gray.layout.plane_count; ++plane) {
        const Plane& samples = gray.planes[static_cast<std::size_t>(plane)];
        const auto bytes = static_cast<std::size_t>(samples.stride) *
                           static_cast<std::size_t>(gray.layout.plane_height(plane));
        std::memset(samples.data, 0, bytes); // Black or green: only whether a packet comes out matters.
    }
    gray.duration = 1;
    std::vector<AvPacket> ready;
    encoder.send(&gray, ready);
    encoder.send(nullptr, ready);
    if (ready.empty()) {
        throw Error{ErrorCode::backend, options.codec +
                                            ": expected one encoded frame, found none: the hardware does "
                                            "not work here"};
    }
}

} // namespace facemirror::detail
