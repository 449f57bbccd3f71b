// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/color.hpp>
#include <facemirror/media/still.hpp>

#include <facemirror/media/detail/file_sink.hpp>
#include <facemirror/media/detail/pixel_format.hpp>
#include <facemirror/media/detail/scaler.hpp>
#include <facemirror/media/detail/source.hpp>

namespace facemirror {

namespace {

using namespace detail;

AvFrame first_frame(Source& source, const AVStream& stream) {
    const CodecContext decoder = open_decoder(stream, 1, source.name());
    const AvPacket packet = new_packet();
    AvFrame frame = new_frame();
    bool is_end = false;
    while (!is_end) {
        is_end = av_read_frame(&source.format(), packet.get()) < 0;
        if (is_end || packet->stream_index == stream.index) {
            avcodec_send_packet(decoder.get(), is_end ? nullptr : packet.get());
        }
        av_packet_unref(packet.get());
        if (avcodec_receive_frame(decoder.get(), frame.get()) >= 0) {
            return frame;
        }
    }
    throw Error{ErrorCode::corrupted, source.name() + ": expected a picture, found none that decodes"};
}

/// The frame as packed RGB in memory of its own.
AvFrame as_rgb24(const Frame& frame) {
    AvFrame rgb = new_frame();
    rgb->format = AV_PIX_FMT_RGB24;
    rgb->width = frame.layout.width;
    rgb->height = frame.layout.height;
    check(av_frame_get_buffer(rgb.get(), 0), ErrorCode::backend, "picture to write");
    PictureScaler{}.scale(picture_of(frame), picture_of(*rgb, ColorMatrix::bt709, true));
    return rgb;
}

AvPacket encode_png(const AVFrame& rgb) {
    const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
    if (codec == nullptr) {
        throw Error{ErrorCode::backend, "FFmpeg has no PNG encoder"};
    }
    const CodecContext context{allocated(avcodec_alloc_context3(codec))};
    context->width = rgb.width;
    context->height = rgb.height;
    context->pix_fmt = AV_PIX_FMT_RGB24;
    context->time_base = {1, 1};
    AvPacket packet = new_packet();
    check(avcodec_open2(context.get(), codec, nullptr), ErrorCode::backend, "PNG encoder");
    check(avcodec_send_frame(context.get(), &rgb), ErrorCode::backend, "PNG encoder");
    check(avcodec_send_frame(context.get(), nullptr), ErrorCode::backend, "PNG encoder");
    check(avcodec_receive_packet(context.get(), packet.get()), ErrorCode::backend, "PNG encoder");
    return packet;
}

} // namespace

bool is_still(const std::filesystem::path& file) {
    return holds_still(file.string());
}

Frame read_still(const std::filesystem::path& file) {
    Source source{file.string(), {}};
    const AVStream& stream = source.best_video();
    const AvFrame decoded = first_frame(source, stream);
    const AVCodecID codec = stream.codecpar->codec_id;
    const auto stored = static_cast<AVPixelFormat>(decoded->format);
    const PixelLayout coded = layout_of(delivered_format(stored, false), *decoded, codec);
    try {
        check_sides(decoded->width, decoded->height);
        const Frame frame = make_frame(rgb_layout(decoded->width, decoded->height));
        PictureScaler{}.scale(picture_of(*decoded, coded.matrix, coded.full_range), picture_of(frame));
        const Orientation orientation = orientation_of(stream, *decoded);
        Frame upright = make_frame(turned(frame.layout, orientation));
        turn_samples(frame, orientation, upright);
        return upright;
    } catch (const Error& error) {
        throw Error{error.code(), source.name() + ": " + error.what()};
    }
}

void write_png(const std::filesystem::path& file, const Frame& frame) {
    quiet_log();
    clear_log_line();
    const AvPacket packet = encode_png(*as_rgb24(frame));
    FileSink sink{file};
    avio_write(sink.io(), packet->data, packet->size);
    sink.close();
}

} // namespace facemirror
