// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/video_writer.hpp>

#include <facemirror/media/detail/audio_format.hpp>
#include <facemirror/media/detail/file_sink.hpp>
#include <facemirror/media/detail/frame_encoder.hpp>

extern "C" {
#include <libavutil/dict.h>
}

#include <algorithm>
#include <optional>
#include <vector>

namespace facemirror {

namespace {

using namespace detail;

// MP4 counts the step between two frames in 31 bits: ticks of a microsecond leave room for half an hour.
constexpr int finest_ticks_per_s = 1'000'000;

AVRational stream_time_base(AVRational encoder_time_base) {
    const AVRational finest{1, finest_ticks_per_s};
    return av_cmp_q(encoder_time_base, finest) < 0 ? finest : encoder_time_base;
}

struct FreeOutput {
    void operator()(AVFormatContext* format) const noexcept { avformat_free_context(format); }
};

} // namespace

class VideoWriter::Impl {
public:
    Impl(const std::filesystem::path& file, const VideoInfo& source, const WriterOptions& options);

    void write(const Frame* frame);
    void add_audio(const AudioPacket& packet);
    void close();
    [[nodiscard]] const AVCodecContext& encoder() const noexcept { return m_encoder.context(); }
    [[nodiscard]] const PixelLayout& layout() const noexcept { return m_layout; }

private:
    struct Track {
        AVStream* stream = nullptr; // Null: left out.
        std::shared_ptr<const AudioFormat> format;
        std::int64_t rescale_state = AV_NOPTS_VALUE;
        std::optional<std::int64_t> last_dts; // In the stream's time base.
    };

    void add_video_stream();
    void add_audio_stream(const AudioTrack& track);
    void set_audio_time(Track& track, AVPacket& packet) const;
    void mux(AVPacket& packet);

    std::string m_name;
    PixelLayout m_layout;
    FrameEncoder m_encoder;
    std::unique_ptr<FileSink> m_sink;
    std::unique_ptr<AVFormatContext, FreeOutput> m_format;
    AVStream* m_video = nullptr;
    std::vector<Track> m_tracks; // Beside VideoInfo::audio.
    std::vector<AvPacket> m_ready;
    bool m_is_closed = false;
};

VideoWriter::Impl::Impl(const std::filesystem::path& file, const VideoInfo& source,
                        const WriterOptions& options)
    : m_name{file.string()}, m_layout{source.layout}, m_encoder{source, options} {
    probe_hardware(source, options);
    m_sink = std::make_unique<FileSink>(file);
    AVFormatContext* mp4 = nullptr;
    check(avformat_alloc_output_context2(&mp4, nullptr, "mp4", nullptr), ErrorCode::output, m_name);
    m_format.reset(mp4);
    m_format->pb = m_sink->io();
    m_format->flags |= AVFMT_FLAG_BITEXACT;
    // Sound that begins before the picture keeps its negative time; the edit list cuts it when played.
    m_format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    add_video_stream();
    for (const AudioTrack& track : source.audio) {
        add_audio_stream(track);
    }
    const int result = avformat_write_header(m_format.get(), nullptr);
    m_sink->check();
    check(result, ErrorCode::output, m_name + ": the MP4 header cannot be written");
}

void VideoWriter::Impl::add_video_stream() {
    m_video = allocated(avformat_new_stream(m_format.get(), nullptr));
    check(avcodec_parameters_from_context(m_video->codecpar, &encoder()), ErrorCode::output, m_name);
    m_video->time_base = stream_time_base(encoder().time_base);
    m_video->avg_frame_rate = encoder().framerate;
    m_video->sample_aspect_ratio = encoder().sample_aspect_ratio;
}

void VideoWriter::Impl::add_audio_stream(const AudioTrack& track) {
    Track added;
    added.format = std::static_pointer_cast<const AudioFormat>(track.format);
    if (added.format) {
        const AVCodecParameters& parameters = *added.format->parameters;
        added.stream = allocated(avformat_new_stream(m_format.get(), nullptr));
        check(avcodec_parameters_copy(added.stream->codecpar, &parameters), ErrorCode::output, m_name);
        added.stream->codecpar->codec_tag = 0; // The source container's; the muxer knows MP4's.
        added.stream->time_base = {1, parameters.sample_rate};
        added.stream->disposition = added.format->disposition;
        if (!track.language.empty()) {
            av_dict_set(&added.stream->metadata, "language", track.language.c_str(), 0);
        }
    }
    m_tracks.push_back(std::move(added));
}

void VideoWriter::Impl::write(const Frame* frame) {
    m_ready.clear();
    m_encoder.send(frame, m_ready);
    for (const AvPacket& packet : m_ready) {
        av_packet_rescale_ts(packet.get(), encoder().time_base, m_video->time_base);
        packet->stream_index = m_video->index;
        mux(*packet);
    }
}

void VideoWriter::Impl::set_audio_time(Track& track, AVPacket& packet) const {
    const AVRational from = track.format->time_base;
    const AVRational to = track.stream->time_base;
    const AVCodecParameters& parameters = *track.stream->codecpar;
    if (packet.dts == AV_NOPTS_VALUE) {
        packet.dts = packet.pts;
    }
    if (packet.dts != AV_NOPTS_VALUE) {
        // Containers round time to their ticks; counting samples gives back the even steps of the sound.
        int samples = av_get_audio_frame_duration2(track.stream->codecpar, packet.size);
        samples = samples > 0 ? samples : parameters.frame_size;
        packet.dts = av_rescale_delta(from, packet.dts, {1, parameters.sample_rate}, samples,
                                      &track.rescale_state, to);
    } else {
        packet.dts = track.last_dts.value_or(-1) + 1;
    }
    if (track.last_dts && packet.dts <= *track.last_dts) {
        packet.dts = *track.last_dts + 1; // MP4 takes rising times only.
    }
    packet.pts = packet.dts; // No sound codec reorders its packets.
    packet.duration = av_rescale_q(packet.duration, from, to);
    track.last_dts = packet.dts;
}

void VideoWriter::Impl::add_audio(const AudioPacket& packet) {
    expects(packet.track < m_tracks.size(), "the packet belongs to a track of the source");
    Track& track = m_tracks[packet.track];
    if (track.stream == nullptr) {
        return;
    }
    const AvPacket shared = share(*static_cast<const AVPacket*>(packet.data.get()));
    set_audio_time(track, *shared);
    shared->stream_index = track.stream->index;
    shared->pos = -1;
    mux(*shared);
}

void VideoWriter::Impl::mux(AVPacket& packet) {
    const int result = av_interleaved_write_frame(m_format.get(), &packet);
    m_sink->check();
    check(result, ErrorCode::output, m_name + ": cannot be written");
}

void VideoWriter::Impl::close() {
    expects(!m_is_closed, "a writer is closed once");
    m_is_closed = true;
    write(nullptr);
    const int result = av_write_trailer(m_format.get());
    m_sink->check();
    check(result, ErrorCode::output, m_name + ": the MP4 index cannot be written");
    m_sink->close();
}

VideoWriter::VideoWriter(const std::filesystem::path& file, const VideoInfo& source,
                         const WriterOptions& options) {
    expects(options.threads >= 1, "an encoder has at least one thread");
    expects(source.time_base.num > 0 && source.time_base.den > 0, "a time base is positive");
    quiet_log();
    clear_log_line();
    m_impl = std::make_unique<Impl>(file, source, options);
}
VideoWriter::~VideoWriter() = default;
VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;

void VideoWriter::write(const Frame& frame) {
    m_impl->write(&frame);
}

void VideoWriter::add_audio(const AudioPacket& packet) {
    m_impl->add_audio(packet);
}

void VideoWriter::close() {
    m_impl->close();
}

int VideoWriter::written_width() const noexcept {
    return m_impl->encoder().width;
}

int VideoWriter::written_height() const noexcept {
    return m_impl->encoder().height;
}

int VideoWriter::picture_width() const noexcept {
    return m_impl->layout().width;
}

int VideoWriter::picture_height() const noexcept {
    return m_impl->layout().height;
}

} // namespace facemirror
