// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/media/detail/ffmpeg.hpp>
#include <facemirror/media/detail/scaler.hpp>
#include <facemirror/media/video_info.hpp>
#include <facemirror/media/video_writer.hpp>

#include <map>
#include <vector>

namespace facemirror::detail {

/// An opened encoder with what lies between our frames and it: conversion, padding, durations.
class FrameEncoder {
public:
    /// Throws   Error{backend} if there is no such encoder or it refuses these settings.
    FrameEncoder(const VideoInfo& source, const WriterOptions& options);

    /// Encodes a frame (nullptr: the end) and appends the packets that became ready, in the source's time
    /// base. Throws   Error{backend} if encoding fails.
    void send(const Frame* frame, std::vector<AvPacket>& ready);

    [[nodiscard]] const AVCodecContext& context() const noexcept { return *m_context; }

private:
    void set_colors(const VideoInfo& source);
    void set_options(const WriterOptions& options);
    [[nodiscard]] AvFrame as_input(const Frame& frame);
    [[nodiscard]] AvFrame copied(const Frame& frame);

    PixelLayout m_layout;
    CodecContext m_context;
    bool m_takes_planes = false; // Frames need neither conversion nor padding.
    PictureScaler m_scaler;
    std::map<std::int64_t, std::int64_t> m_durations; // By PTS, of the frames inside the encoder.
};

/// Encodes one frame if the encoder is a hardware one: being compiled in does not mean that it works (trap
/// T37). Throws   Error{backend} if no packet comes out.
void probe_hardware(const VideoInfo& source, const WriterOptions& options);

} // namespace facemirror::detail
