// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/media/detail/ffmpeg.hpp>

extern "C" {
#include <libavutil/audio_fifo.h>
#include <libswresample/swresample.h>
}

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace facemirror::detail {

/// Turns one track's packets into AAC, for codecs that MP4 cannot hold.
class AudioTranscoder {
public:
    /// Throws   Error{unsupported} if the track cannot be decoded or has no form that AAC takes.
    AudioTranscoder(const AVStream& stream, const std::string& name);

    /// Decodes a packet (nullptr: the end) and appends the AAC packets that became ready, timed in
    /// time_base(). Packets that do not decode are left out as silence.
    void push(const AVPacket* packet, std::vector<AvPacket>& ready);

    [[nodiscard]] const AVCodecContext& encoder() const noexcept { return *m_encoder; }
    [[nodiscard]] AVRational time_base() const noexcept { return {1, m_encoder->sample_rate}; }

private:
    struct Free {
        void operator()(SwrContext* context) const noexcept { swr_free(&context); }
        void operator()(AVAudioFifo* fifo) const noexcept { av_audio_fifo_free(fifo); }
    };

    void resample(const AVFrame* decoded);
    void encode(int samples, std::vector<AvPacket>& ready);
    void drain_encoder(std::vector<AvPacket>& ready);

    CodecContext m_decoder;
    CodecContext m_encoder;
    std::unique_ptr<SwrContext, Free> m_resampler;
    std::unique_ptr<AVAudioFifo, Free> m_waiting; // Samples that do not fill a frame of the encoder yet.
    std::optional<std::int64_t> m_next_pts;       // Of the first waiting sample, in samples.
};

} // namespace facemirror::detail
