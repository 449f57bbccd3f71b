// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/audio_tap.hpp>

#include <facemirror/media/detail/audio_format.hpp>

extern "C" {
#include <libavutil/dict.h>
}

#include <algorithm>

namespace facemirror::detail {

namespace {

std::string language_of(const AVStream& stream) {
    const AVDictionaryEntry* entry = av_dict_get(stream.metadata, "language", nullptr, 0);
    return entry != nullptr ? entry->value : "";
}

CodecParameters copy_of(const AVCodecParameters& parameters) {
    CodecParameters copy{allocated(avcodec_parameters_alloc())};
    check(avcodec_parameters_copy(copy.get(), &parameters), ErrorCode::unsupported, "sound track");
    return copy;
}

std::int64_t time_of(const AVPacket& packet) {
    return packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
}

} // namespace

bool mp4_holds(const AVCodecParameters& parameters) {
    if (parameters.codec_id == AV_CODEC_ID_VORBIS) {
        return false; // FFmpeg writes it under a private number that few players know.
    }
    AVFormatContext* mp4 = nullptr;
    if (avformat_alloc_output_context2(&mp4, nullptr, "mp4", nullptr) < 0) {
        return false;
    }
    // The muxer itself is asked: its tables alone do not tell what its header refuses.
    bool holds = false;
    if (AVStream* stream = avformat_new_stream(mp4, nullptr);
        stream != nullptr && avcodec_parameters_copy(stream->codecpar, &parameters) >= 0 &&
        avio_open_dyn_buf(&mp4->pb) >= 0) {
        stream->codecpar->codec_tag = 0;
        stream->time_base = {1, parameters.sample_rate};
        holds = avformat_write_header(mp4, nullptr) >= 0;
        std::uint8_t* bytes = nullptr;
        avio_close_dyn_buf(mp4->pb, &bytes);
        av_free(bytes);
    }
    avformat_free_context(mp4);
    return holds;
}

AudioTap::AudioTap(Source& source) {
    for (const AVStream* stream : source.audio()) {
        add_track(*stream, source.name());
    }
}

void AudioTap::add_track(const AVStream& stream, const std::string& name) {
    AudioTrack track;
    Track inner;
    inner.stream = stream.index;
    inner.time_base = stream.time_base;
    track.codec = avcodec_get_name(stream.codecpar->codec_id);
    track.language = language_of(stream);
    auto format = std::make_shared<AudioFormat>();
    format->disposition = stream.disposition;
    try {
        if (mp4_holds(*stream.codecpar)) {
            format->parameters = copy_of(*stream.codecpar);
        } else {
            inner.transcoder = std::make_unique<AudioTranscoder>(stream, name);
            inner.time_base = inner.transcoder->time_base();
            format->parameters = CodecParameters{allocated(avcodec_parameters_alloc())};
            check(avcodec_parameters_from_context(format->parameters.get(), &inner.transcoder->encoder()),
                  ErrorCode::unsupported, name);
            track.copied = false;
            track.note = "MP4 does not hold " + track.codec + ": transcoded to AAC";
        }
        format->time_base = inner.time_base;
        track.format = std::move(format);
        inner.is_used = true;
    } catch (const Error& error) {
        track.copied = false;
        track.note = std::string{"left out: "} + error.what();
    }
    m_tracks.push_back(std::move(track));
    m_inner.push_back(std::move(inner));
}

void AudioTap::push(const AVPacket& packet) {
    for (std::size_t i = 0; i < m_inner.size(); ++i) {
        if (m_inner[i].stream != packet.stream_index || !m_inner[i].is_used) {
            continue;
        }
        if (m_inner[i].transcoder) {
            std::vector<AvPacket> ready;
            m_inner[i].transcoder->push(&packet, ready);
            for (AvPacket& encoded : ready) {
                keep(i, std::move(encoded));
            }
        } else {
            keep(i, share(packet));
        }
    }
}

void AudioTap::finish() {
    for (std::size_t i = 0; i < m_inner.size(); ++i) {
        if (m_inner[i].transcoder) {
            std::vector<AvPacket> ready;
            m_inner[i].transcoder->push(nullptr, ready);
            for (AvPacket& encoded : ready) {
                keep(i, std::move(encoded));
            }
        }
    }
}

void AudioTap::keep(std::size_t track, AvPacket packet) {
    const std::int64_t time = time_of(*packet);
    const bool is_past_end =
        m_end && time != AV_NOPTS_VALUE &&
        av_compare_ts(time, m_inner[track].time_base, m_end->time, m_end->time_base) >= 0;
    if (is_past_end) {
        m_inner[track].has_reached_end = true;
    } else {
        m_waiting.push_back({track, std::move(packet)});
    }
}

void AudioTap::drop_before(std::int64_t time, AVRational time_base) {
    std::erase_if(m_waiting, [&](const Waiting& waiting) {
        const std::int64_t begin = time_of(*waiting.packet);
        return begin != AV_NOPTS_VALUE &&
               av_compare_ts(begin + waiting.packet->duration, m_inner[waiting.track].time_base, time,
                             time_base) <= 0;
    });
}

void AudioTap::drop_from(std::int64_t time, AVRational time_base) {
    m_end = Limit{time, time_base};
    std::deque<Waiting> all;
    all.swap(m_waiting);
    for (Waiting& waiting : all) {
        keep(waiting.track, std::move(waiting.packet));
    }
}

bool AudioTap::has_reached_end() const noexcept {
    return std::ranges::all_of(m_inner,
                               [](const Track& track) { return !track.is_used || track.has_reached_end; });
}

std::vector<AudioPacket> AudioTap::take(std::int64_t origin, AVRational time_base) {
    std::vector<AudioPacket> taken;
    taken.reserve(m_waiting.size());
    for (Waiting& waiting : m_waiting) {
        AVPacket& packet = *waiting.packet;
        const std::int64_t shift = av_rescale_q(origin, time_base, m_inner[waiting.track].time_base);
        packet.pts -= packet.pts != AV_NOPTS_VALUE ? shift : 0;
        packet.dts -= packet.dts != AV_NOPTS_VALUE ? shift : 0;
        const auto size = static_cast<std::size_t>(packet.size);
        taken.push_back({waiting.track, size, std::shared_ptr<const AVPacket>{std::move(waiting.packet)}});
    }
    m_waiting.clear();
    return taken;
}

} // namespace facemirror::detail
