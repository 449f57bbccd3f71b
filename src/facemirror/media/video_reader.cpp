// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/video_reader.hpp>

#include <facemirror/media/detail/audio_tap.hpp>
#include <facemirror/media/detail/frame_clock.hpp>
#include <facemirror/media/detail/picture_maker.hpp>
#include <facemirror/media/detail/pixel_format.hpp>
#include <facemirror/media/detail/source.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace facemirror {

namespace {

using namespace detail;

// Frames shown before a key frame may be stored after it, at most 16 of them (H.264's reorder limit): a seek
// aims this much earlier so that none of them is lost.
constexpr double seek_margin_s = 1;
// A header's duration is often rounded; a file counts as cut off when more than this is missing.
constexpr double truncation_s = 0.5;
// How far apart FFmpeg's muxers let sound and picture of one moment lie (max_interleave_delta).
constexpr double interleave_s = 10;
// Frames that lie on the start or end by decimal rounding count as being there.
constexpr double time_slack_s = 1e-9;

Rational to_rational(AVRational value) {
    return {value.num, value.den};
}

} // namespace

class VideoReader::Impl {
public:
    Impl(const std::string& file_or_url, ReaderOptions options);

    [[nodiscard]] std::optional<Frame> read();
    [[nodiscard]] std::vector<AudioPacket> take_audio() {
        return m_options.sound == Sound::deliver ? m_audio.take(m_first_pts, m_stream.time_base)
                                                 : std::vector<AudioPacket>{};
    }
    [[nodiscard]] const VideoInfo& info() const noexcept { return m_info; }
    [[nodiscard]] const ReaderLoss& loss() const noexcept { return m_loss; }

private:
    struct Timed {
        AvFrame frame; // Null: the end.
        FrameClock::Stamp stamp;
    };

    [[nodiscard]] std::string reason_of_none();
    [[nodiscard]] Timed next_decoded();
    void feed_decoder();
    void take_packet(const AVPacket& packet);
    void end_input(int reason);
    [[nodiscard]] std::optional<std::int64_t> time_of(const AVFrame& frame);
    [[nodiscard]] double seconds(std::int64_t ticks) const;
    [[nodiscard]] bool is_before_start() const;
    [[nodiscard]] bool is_past_end() const;
    bool seek(double target_s);
    void go_to_start();
    void describe(const AVFrame& first);
    [[nodiscard]] std::int64_t estimated_frames() const;
    [[nodiscard]] Frame deliver(const Timed& timed);
    void finish_sound();

    ReaderOptions m_options;
    Source m_source;
    AVStream& m_stream;
    CodecContext m_decoder;
    AudioTap m_audio;
    PictureMaker m_pictures{AV_CODEC_ID_NONE, {}}; // Set when the first frame is known.
    std::int64_t m_usual_duration = 0;             // Ticks; 0 unknown.
    FrameClock m_clock{0};
    VideoInfo m_info;
    ReaderLoss m_loss;
    AvPacket m_packet = new_packet();
    Timed m_next;                  // Decoded, not delivered yet.
    std::int64_t m_origin = 0;     // Time of the video's first frame.
    std::int64_t m_first_pts = 0;  // Time of the first delivered frame.
    std::int64_t m_read_until = 0; // End of the latest packet, microseconds.
    std::int64_t m_delivered = 0;
    bool m_has_pts = false; // The stream has presentation times, not only decoding times.
    bool m_at_end = false;
};

VideoReader::Impl::Impl(const std::string& file_or_url, ReaderOptions options)
    : m_options{std::move(options)}, m_source{file_or_url, m_options.cancelled},
      m_stream{m_source.best_video()}, m_decoder{open_decoder(m_stream, m_options.threads, file_or_url)},
      m_audio{m_source} {
    expects(m_options.threads >= 1, "a decoder has at least one thread");
    const AVRational rate = av_guess_frame_rate(&m_source.format(), &m_stream, nullptr);
    if (rate.num > 0 && rate.den > 0) {
        m_usual_duration = std::max<std::int64_t>(1, av_rescale_q(1, av_inv_q(rate), m_stream.time_base));
        m_clock = FrameClock{m_usual_duration};
    }
    m_next = next_decoded();
    if (!m_next.frame) {
        throw Error{m_source.is_cancelled() ? ErrorCode::cancelled : ErrorCode::corrupted,
                    file_or_url + ": expected frames, found none that decodes" + reason_of_none()};
    }
    m_origin = m_next.stamp.pts;
    describe(*m_next.frame);
    go_to_start();
    m_info.audio = m_audio.tracks();
}

std::string VideoReader::Impl::reason_of_none() {
    const bool is_mp4 = std::string_view{m_source.format().iformat->name}.starts_with("mov");
    return m_source.is_stream() && is_mp4 ? " (an MP4 with its index at the end cannot be read from a stream)"
                                          : "";
}

double VideoReader::Impl::seconds(std::int64_t ticks) const {
    return static_cast<double>(ticks) * av_q2d(m_stream.time_base);
}

std::optional<std::int64_t> VideoReader::Impl::time_of(const AVFrame& frame) {
    if (frame.pts != AV_NOPTS_VALUE) {
        m_has_pts = true;
        return frame.pts;
    }
    // Containers like AVI know decoding times only; FFmpeg's best guess follows from them.
    if (!m_has_pts && frame.best_effort_timestamp != AV_NOPTS_VALUE) {
        return frame.best_effort_timestamp;
    }
    return std::nullopt;
}

VideoReader::Impl::Timed VideoReader::Impl::next_decoded() {
    AvFrame frame = new_frame();
    while (true) {
        const int result = avcodec_receive_frame(m_decoder.get(), frame.get());
        if (result >= 0) {
            const auto stamp = m_clock.next(time_of(*frame), frame->pkt_duration);
            return Timed{std::move(frame), stamp};
        }
        if (result == AVERROR_EOF) {
            return {};
        }
        if (result == AVERROR(EAGAIN)) {
            feed_decoder();
        } else {
            ++m_loss.decode_errors;
        }
    }
}

void VideoReader::Impl::feed_decoder() {
    const int result =
        m_source.is_cancelled() ? AVERROR_EXIT : av_read_frame(&m_source.format(), m_packet.get());
    if (result == AVERROR(EAGAIN)) {
        return;
    }
    if (result < 0) {
        end_input(result);
        return;
    }
    take_packet(*m_packet);
    av_packet_unref(m_packet.get());
}

void VideoReader::Impl::take_packet(const AVPacket& packet) {
    const AVStream& stream = *m_source.format().streams[packet.stream_index];
    if (packet.pts != AV_NOPTS_VALUE) {
        const std::int64_t end =
            av_rescale_q(packet.pts + packet.duration, stream.time_base, {1, AV_TIME_BASE});
        m_read_until = std::max(m_read_until, end);
    }
    if (m_options.sound == Sound::deliver) {
        m_audio.push(packet);
    }
    if (packet.stream_index != m_stream.index) {
        return;
    }
    if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) {
        ++m_loss.corrupt_packets;
    }
    if (avcodec_send_packet(m_decoder.get(), &packet) < 0) {
        ++m_loss.decode_errors;
    }
}

void VideoReader::Impl::end_input(int reason) {
    const AVFormatContext& format = m_source.format();
    const bool was_cancelled = m_source.is_cancelled();
    const bool is_duration_from_header = format.duration_estimation_method == AVFMT_DURATION_FROM_STREAM;
    if (format.duration > 0 && is_duration_from_header && !m_at_end) {
        const std::int64_t start = format.start_time != AV_NOPTS_VALUE ? format.start_time : 0;
        const std::int64_t missing = start + format.duration - m_read_until;
        m_loss.truncated = static_cast<double>(missing) > truncation_s * AV_TIME_BASE;
    }
    m_loss.truncated = !was_cancelled && (m_loss.truncated || reason != AVERROR_EOF);
    m_at_end = true;
    avcodec_send_packet(m_decoder.get(), nullptr);
    if (m_options.sound == Sound::deliver) {
        m_audio.finish();
    }
}

bool VideoReader::Impl::is_before_start() const {
    return m_next.frame &&
           seconds(m_next.stamp.pts - m_origin) < m_options.start_s.value_or(0) - time_slack_s;
}

bool VideoReader::Impl::is_past_end() const {
    return m_next.frame && m_options.end_s &&
           seconds(m_next.stamp.pts - m_origin) >= *m_options.end_s - time_slack_s;
}

bool VideoReader::Impl::seek(double target_s) {
    const auto time = m_origin + std::llround(target_s / av_q2d(m_stream.time_base));
    if (av_seek_frame(&m_source.format(), m_stream.index, time, AVSEEK_FLAG_BACKWARD) < 0) {
        return false;
    }
    avcodec_flush_buffers(m_decoder.get());
    m_at_end = false;
    m_loss.truncated = false;
    m_clock = FrameClock{m_usual_duration};
    m_audio = AudioTap{m_source};
    m_next = next_decoded();
    return true;
}

void VideoReader::Impl::go_to_start() {
    const double start = m_options.start_s.value_or(0);
    if (start > 2 * seek_margin_s && !m_source.is_stream() && is_before_start()) {
        const bool has_moved = seek(start - seek_margin_s);
        if (has_moved && !is_before_start()) {
            seek(0); // The index led past the start: read from the beginning instead.
        }
    }
    while (is_before_start()) {
        m_audio.drop_before(m_next.stamp.pts, m_stream.time_base);
        m_next = next_decoded();
    }
    if (!m_next.frame || is_past_end()) {
        throw Error{
            m_source.is_cancelled() ? ErrorCode::cancelled : ErrorCode::unsupported,
            fmt::format("{}: expected frames from {} s on, found none there", m_source.name(), start)};
    }
    m_first_pts = m_next.stamp.pts;
    if (m_options.start_s) {
        m_audio.drop_before(m_first_pts, m_stream.time_base);
    }
}

void VideoReader::Impl::describe(const AVFrame& first) {
    const AVFormatContext& format = m_source.format();
    const Orientation orientation = orientation_of(m_stream, first);
    m_pictures = PictureMaker{m_stream.codecpar->codec_id, orientation};
    m_info.file = m_source.name();
    m_info.container = format.iformat->name;
    m_info.codec = avcodec_get_name(m_stream.codecpar->codec_id);
    try {
        m_info.layout = m_pictures.make(first).layout;
    } catch (const Error& error) {
        throw Error{error.code(), m_source.name() + ": " + error.what()};
    }
    m_info.stored_width = first.width;
    m_info.stored_height = first.height;
    m_info.rotation_deg = orientation.rotation_deg();
    m_info.flipped = orientation.is_flipped();
    const AVRational aspect = av_guess_sample_aspect_ratio(&m_source.format(), &m_stream, nullptr);
    if (aspect.num > 0 && aspect.den > 0) {
        m_info.sample_aspect = to_rational(orientation.transposed ? av_inv_q(aspect) : aspect);
    }
    m_info.time_base = to_rational(m_stream.time_base);
    m_info.average_rate = to_rational(av_guess_frame_rate(&m_source.format(), &m_stream, nullptr));
    if (m_stream.avg_frame_rate.num > 0 && m_stream.avg_frame_rate.den > 0) {
        m_info.average_rate = to_rational(m_stream.avg_frame_rate);
    }
    if (m_stream.duration > 0) {
        m_info.duration_s = seconds(m_stream.duration);
    } else if (format.duration > 0) {
        m_info.duration_s = static_cast<double>(format.duration) / AV_TIME_BASE;
    }
    m_info.color = color_tags_of(first);
    m_info.is_stream = m_source.is_stream();
    m_info.frame_estimate = estimated_frames();
}

Frame VideoReader::Impl::deliver(const Timed& timed) {
    Frame frame;
    try {
        frame = m_pictures.make(*timed.frame);
    } catch (const Error& error) {
        throw Error{error.code(), m_source.name() + ": " + error.what()};
    }
    frame.index = m_delivered++;
    frame.pts = timed.stamp.pts - m_first_pts;
    frame.duration = m_next.frame ? m_next.stamp.pts - timed.stamp.pts : timed.stamp.duration;
    const bool is_damaged =
        timed.frame->decode_error_flags != 0 || (timed.frame->flags & AV_FRAME_FLAG_CORRUPT) != 0;
    m_loss.damaged_frames += is_damaged ? 1 : 0;
    m_loss.converted_frames += m_pictures.was_changed() ? 1 : 0;
    m_loss.repaired_timestamps = m_clock.repaired();
    return frame;
}

std::int64_t VideoReader::Impl::estimated_frames() const {
    const bool is_whole = !m_options.start_s && !m_options.end_s;
    if (is_whole && m_stream.nb_frames > 0) {
        return m_stream.nb_frames;
    }
    const double end = std::min(m_info.duration_s, m_options.end_s.value_or(m_info.duration_s));
    const double frames = (end - m_options.start_s.value_or(0)) * m_info.average_rate.value();
    return std::isfinite(frames) && frames > 0 ? std::llround(frames) : 0;
}

std::optional<Frame> VideoReader::Impl::read() {
    if (is_past_end()) {
        finish_sound();
    }
    if (!m_next.frame) {
        return std::nullopt;
    }
    const Timed timed = std::exchange(m_next, Timed{});
    m_next = next_decoded();
    return deliver(timed);
}

void VideoReader::Impl::finish_sound() {
    const std::int64_t end = m_next.stamp.pts;
    m_next = {};
    if (m_options.sound == Sound::ignore) {
        return;
    }
    m_audio.drop_from(end, m_stream.time_base);
    while (!m_at_end && !m_audio.has_reached_end() && !m_source.is_cancelled() &&
           av_read_frame(&m_source.format(), m_packet.get()) >= 0) {
        const bool is_far = m_packet->stream_index == m_stream.index && m_packet->dts != AV_NOPTS_VALUE &&
                            seconds(m_packet->dts - end) > interleave_s;
        m_audio.push(*m_packet);
        av_packet_unref(m_packet.get());
        if (is_far) {
            break;
        }
    }
    m_audio.finish();
}

VideoReader::VideoReader(const std::string& file_or_url, ReaderOptions options)
    : m_impl{std::make_unique<Impl>(file_or_url, std::move(options))} {}
VideoReader::~VideoReader() = default;
VideoReader::VideoReader(VideoReader&&) noexcept = default;
VideoReader& VideoReader::operator=(VideoReader&&) noexcept = default;

const VideoInfo& VideoReader::info() const noexcept {
    return m_impl->info();
}

std::optional<Frame> VideoReader::read() {
    return m_impl->read();
}

std::vector<AudioPacket> VideoReader::take_audio() {
    return m_impl->take_audio();
}

const ReaderLoss& VideoReader::loss() const noexcept {
    return m_impl->loss();
}

} // namespace facemirror
