// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/audio_transcoder.hpp>

#include <facemirror/media/detail/source.hpp>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
}

#include <algorithm>

namespace facemirror::detail {

namespace {

constexpr int other_rate_hz = 48000; // For rates that AAC lacks: the usual one of video.

int encodable_rate(const AVCodec& codec, int rate_hz) {
    for (const int* rate = codec.supported_samplerates; rate != nullptr && *rate != 0; ++rate) {
        if (*rate == rate_hz) {
            return rate_hz;
        }
    }
    return other_rate_hz;
}

CodecContext open_aac(const AVCodecContext& decoder, const std::string& name) {
    const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
    if (codec == nullptr) {
        throw Error{ErrorCode::unsupported, name + ": FFmpeg has no AAC encoder"};
    }
    CodecContext context{allocated(avcodec_alloc_context3(codec))};
    context->sample_rate = encodable_rate(*codec, decoder.sample_rate);
    context->sample_fmt = codec->sample_fmts[0];
    // Mono stays mono; AAC takes a default layout of up to 8 channels, other layouts become stereo.
    const int channels = decoder.ch_layout.nb_channels;
    av_channel_layout_default(&context->ch_layout,
                              channels <= 2 || channels == 6 || channels == 8 ? channels : 2);
    context->time_base = {1, context->sample_rate};
    context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    check(avcodec_open2(context.get(), codec, nullptr), ErrorCode::unsupported, name + ": cannot encode AAC");
    return context;
}

} // namespace

AudioTranscoder::AudioTranscoder(const AVStream& stream, const std::string& name)
    : m_decoder{open_decoder(stream, 1, name)} {
    if (m_decoder->ch_layout.nb_channels < 1 || m_decoder->sample_rate < 1) {
        throw Error{ErrorCode::unsupported, name + ": a sound track without channels or rate"};
    }
    if (m_decoder->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
        av_channel_layout_default(&m_decoder->ch_layout, m_decoder->ch_layout.nb_channels);
    }
    m_encoder = open_aac(*m_decoder, name);
    SwrContext* resampler = nullptr;
    check(swr_alloc_set_opts2(&resampler, &m_encoder->ch_layout, m_encoder->sample_fmt,
                              m_encoder->sample_rate, &m_decoder->ch_layout, m_decoder->sample_fmt,
                              m_decoder->sample_rate, 0, nullptr),
          ErrorCode::unsupported, name);
    m_resampler.reset(resampler);
    // Gaps in the time stamps become silence and overlaps are cut, so that sound stays with the picture.
    av_opt_set_double(resampler, "async", 1, 0);
    check(swr_init(resampler), ErrorCode::unsupported, name);
    m_waiting.reset(
        allocated(av_audio_fifo_alloc(m_encoder->sample_fmt, m_encoder->ch_layout.nb_channels, 1)));
}

void AudioTranscoder::push(const AVPacket* packet, std::vector<AvPacket>& ready) {
    avcodec_send_packet(m_decoder.get(), packet);
    const AvFrame frame = new_frame();
    while (avcodec_receive_frame(m_decoder.get(), frame.get()) >= 0) {
        resample(frame.get());
    }
    if (packet == nullptr) {
        resample(nullptr);
    }
    while (av_audio_fifo_size(m_waiting.get()) >= m_encoder->frame_size) {
        encode(m_encoder->frame_size, ready);
    }
    if (packet == nullptr) {
        encode(av_audio_fifo_size(m_waiting.get()), ready);
        avcodec_send_frame(m_encoder.get(), nullptr);
        drain_encoder(ready);
    }
}

void AudioTranscoder::resample(const AVFrame* decoded) {
    if (decoded != nullptr && decoded->best_effort_timestamp != AV_NOPTS_VALUE) {
        // swresample counts time in 1 / (input rate * output rate).
        const std::int64_t rates = std::int64_t{m_decoder->sample_rate} * m_encoder->sample_rate;
        const std::int64_t time = av_rescale(
            decoded->best_effort_timestamp, m_decoder->pkt_timebase.num * rates, m_decoder->pkt_timebase.den);
        const std::int64_t next = swr_next_pts(m_resampler.get(), time) / m_decoder->sample_rate;
        m_next_pts = m_next_pts.value_or(next);
    }
    if (!m_next_pts) {
        m_next_pts = 0;
    }
    const int room =
        std::max(1, swr_get_out_samples(m_resampler.get(), decoded != nullptr ? decoded->nb_samples : 0));
    const AvFrame out = new_frame();
    out->format = m_encoder->sample_fmt;
    out->nb_samples = room;
    av_channel_layout_copy(&out->ch_layout, &m_encoder->ch_layout);
    check(av_frame_get_buffer(out.get(), 0), ErrorCode::unsupported, "sound track");
    const int made =
        swr_convert(m_resampler.get(), out->extended_data, room,
                    decoded != nullptr ? const_cast<const std::uint8_t**>(decoded->extended_data) : nullptr,
                    decoded != nullptr ? decoded->nb_samples : 0);
    check(made, ErrorCode::unsupported, "sound track");
    check(av_audio_fifo_write(m_waiting.get(), reinterpret_cast<void**>(out->extended_data), made),
          ErrorCode::unsupported, "sound track");
}

void AudioTranscoder::encode(int samples, std::vector<AvPacket>& ready) {
    if (samples == 0) {
        return;
    }
    const AvFrame frame = new_frame();
    frame->format = m_encoder->sample_fmt;
    frame->nb_samples = samples;
    frame->sample_rate = m_encoder->sample_rate;
    av_channel_layout_copy(&frame->ch_layout, &m_encoder->ch_layout);
    check(av_frame_get_buffer(frame.get(), 0), ErrorCode::unsupported, "sound track");
    av_audio_fifo_read(m_waiting.get(), reinterpret_cast<void**>(frame->extended_data), samples);
    frame->pts = m_next_pts.value_or(0);
    m_next_pts = frame->pts + samples;
    check(avcodec_send_frame(m_encoder.get(), frame.get()), ErrorCode::unsupported, "sound track");
    drain_encoder(ready);
}

void AudioTranscoder::drain_encoder(std::vector<AvPacket>& ready) {
    AvPacket packet = new_packet();
    while (avcodec_receive_packet(m_encoder.get(), packet.get()) >= 0) {
        ready.push_back(std::move(packet));
        packet = new_packet();
    }
}

} // namespace facemirror::detail
