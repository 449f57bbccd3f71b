// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/media/audio_packet.hpp>
#include <facemirror/media/detail/audio_transcoder.hpp>
#include <facemirror/media/detail/source.hpp>
#include <facemirror/media/video_info.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace facemirror::detail {

/// The sound on its way past the picture: collects packets, transcodes what MP4 cannot hold, and moves time
/// so that the first delivered frame is 0.
class AudioTap {
public:
    /// Throws   Nothing for a track that cannot be used: its note says why it is left out.
    explicit AudioTap(Source& source);

    [[nodiscard]] const std::vector<AudioTrack>& tracks() const noexcept { return m_tracks; }

    /// Takes a demuxed packet if it belongs to one of the tracks.
    void push(const AVPacket& packet);
    /// No packet will follow.
    void finish();
    /// Discards what ends before this time; in ticks of `time_base`.
    void drop_before(std::int64_t time, AVRational time_base);
    /// Discards what begins at or after this time, now and later.
    void drop_from(std::int64_t time, AVRational time_base);

    /// After drop_from(): whether every track has passed that time.
    [[nodiscard]] bool has_reached_end() const noexcept;

    /// Everything collected since the last call; `origin` (in ticks of `time_base`) becomes 0.
    [[nodiscard]] std::vector<AudioPacket> take(std::int64_t origin, AVRational time_base);

private:
    struct Track {
        int stream = 0;
        AVRational time_base{1, 1};
        std::unique_ptr<AudioTranscoder> transcoder; // Null: copied.
        bool is_used = false;
        bool has_reached_end = false;
    };
    struct Waiting {
        std::size_t track = 0;
        AvPacket packet;
    };

    void add_track(const AVStream& stream, const std::string& name);
    void keep(std::size_t track, AvPacket packet);

    std::vector<AudioTrack> m_tracks;
    std::vector<Track> m_inner; // Beside m_tracks.
    std::deque<Waiting> m_waiting;
    struct Limit {
        std::int64_t time;
        AVRational time_base;
    };
    std::optional<Limit> m_end;
};

/// Whether an MP4 file can hold the codec as it is and players know it there.
[[nodiscard]] bool mp4_holds(const AVCodecParameters& parameters);

} // namespace facemirror::detail
