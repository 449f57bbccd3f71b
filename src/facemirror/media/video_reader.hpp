// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/media/audio_packet.hpp>
#include <facemirror/media/video_info.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace facemirror {

/// Whether a reader collects sound; what is collected waits in memory until take_audio().
enum class Sound { deliver, ignore };

struct ReaderOptions {
    std::optional<double> start_s; ///< Deliver frames from here on; seconds after the video's first frame.
    std::optional<double> end_s;   ///< Deliver frames before this; seconds after the video's first frame.
    int threads = 1;               ///< Of the decoder.
    Sound sound = Sound::deliver;
    std::function<bool()> cancelled; ///< Asked while waiting for bytes, in the reader's thread; may be empty.
};

/// What could not be read as it was meant.
struct ReaderLoss {
    std::int64_t corrupt_packets = 0;     ///< Marked broken by the container.
    std::int64_t decode_errors = 0;       ///< Packets that the decoder refused.
    std::int64_t damaged_frames = 0;      ///< Delivered, but the decoder had to conceal errors in them.
    std::int64_t repaired_timestamps = 0; ///< Equal, falling or missing PTS: previous + one frame duration.
    std::int64_t converted_frames = 0;    ///< Scaled or converted because size or format changed on the way.
    bool truncated = false;               ///< The file ends before its own end.

    /// One sentence for each kind of loss, for run.json and the user; empty when nothing was lost.
    [[nodiscard]] std::vector<std::string> sentences() const;
};

/// Reads a video frame by frame: upright pictures in the decoder's planes, time to the tick.
///
/// Of several video streams the default one is read, then the largest; a cover picture is not a video.
/// Rotation and flip of the display matrix are applied to the planes (nearest multiple of 90 degrees). A
/// picture that changes its size or format on the way is scaled to the first one's.
/// Valid    Frames and audio packets outlive the reader.
/// Threads  One at a time.
class VideoReader {
public:
    /// Opens a file, a URL (http, https, rtsp, rtp, udp, tcp, tls) or, with "-", the standard input, and
    /// decodes the first frame. Files opened by their content cannot make us open others.
    /// Throws   Error{not_found} without the file; Error{unsupported} for a folder, no video stream, no
    ///          decoder, sides beyond 16384 px, or no frame between start and end; Error{corrupted} for an
    ///          empty or unreadable file or one without a single decodable frame; Error{cancelled}.
    explicit VideoReader(const std::string& file_or_url, ReaderOptions options = {});
    ~VideoReader();
    VideoReader(VideoReader&&) noexcept;
    VideoReader& operator=(VideoReader&&) noexcept;

    [[nodiscard]] const VideoInfo& info() const noexcept;

    /// The next frame in presentation order; `pts` starts at 0 and rises, `duration` reaches to the next
    /// frame. Returns  nullopt at the end, also when `cancelled` says so: the caller knows which. Throws
    /// Error{unsupported} if a later frame cannot be brought into the first one's form.
    [[nodiscard]] std::optional<Frame> read();

    /// The audio that was passed on the way to the frames read so far, once.
    [[nodiscard]] std::vector<AudioPacket> take_audio();

    /// Complete after read() has returned nullopt.
    [[nodiscard]] const ReaderLoss& loss() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace facemirror
