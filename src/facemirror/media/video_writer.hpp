// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/media/audio_packet.hpp>
#include <facemirror/media/video_info.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace facemirror {

struct WriterOptions {
    std::string codec = "libx264";    ///< Name of an FFmpeg encoder.
    std::string preset = "ultrafast"; ///< Of the encoder, where it has presets.
    int quality = 18;                 ///< Constant rate factor or its like; lower is better.
    int threads = 1;                  ///< Of the encoder; equal threads give equal files.
};

/// Writes an MP4 with the time stamps, colour tags and sound of its source.
///
/// Planes go to the encoder as they are where it takes them; else they are converted to the nearest form that
/// it takes (G, B, R planes: 4:2:0, BT.709, limited). Colour tags that the source lacks are written as they
/// were assumed (docs/decisions/0010-colour-and-layout.md).
/// Threads  One at a time; several writers may run in several threads.
class VideoWriter {
public:
    /// Opens the file (of any name; it is replaced) and the encoder.
    /// `source` is the reader's info; its `layout` is that of the frames to come. An odd width or height is
    /// padded by repeating the last column or row.
    /// Throws   Error{backend} if the encoder is unknown, refuses its settings, or is a hardware encoder that
    ///          does not encode one frame here; Error{output} if the file cannot be written.
    VideoWriter(const std::filesystem::path& file, const VideoInfo& source,
                const WriterOptions& options = {});
    ~VideoWriter(); ///< Frees everything; without close() the file is incomplete.
    VideoWriter(VideoWriter&&) noexcept;
    VideoWriter& operator=(VideoWriter&&) noexcept;

    /// Encodes a frame of the source's layout; `pts` must rise. Does not write to the frame.
    /// Throws   Error{output} if the file cannot be written, Error{backend} if encoding fails.
    void write(const Frame& frame);

    /// Adds a packet of the reader that `source` came from.
    /// Throws   Error{output} if the file cannot be written.
    void add_audio(const AudioPacket& packet);

    /// Writes what the encoder still holds and the index, and waits until the disk has it all.
    /// Throws   Error{output} with the reason, e.g. a full disk; Error{backend} if encoding fails.
    void close();

    [[nodiscard]] int written_width() const noexcept; ///< px in the file, even.
    [[nodiscard]] int written_height() const noexcept;
    [[nodiscard]] int picture_width() const noexcept; ///< px of it that show the picture.
    [[nodiscard]] int picture_height() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace facemirror
