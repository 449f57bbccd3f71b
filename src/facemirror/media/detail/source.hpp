// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/media/detail/ffmpeg.hpp>
#include <facemirror/media/detail/orientation.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace facemirror::detail {

/// An opened container: where packets come from. Everything FFmpeg may open besides is refused.
class Source {
public:
    /// Opens a file, URL or "-" and finds its streams.
    /// Throws   As VideoReader's constructor.
    Source(const std::string& file_or_url, std::function<bool()> cancelled);
    ~Source();
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    [[nodiscard]] AVFormatContext& format() noexcept { return *m_format; }
    [[nodiscard]] const std::string& name() const noexcept { return m_name; }
    [[nodiscard]] bool is_stream() const noexcept { return m_is_stream; }
    [[nodiscard]] bool is_cancelled() const { return m_cancelled && m_cancelled(); }

    /// The video to read: default before others, then the larger picture, then the earlier stream.
    /// Throws   Error{unsupported} naming what was found instead.
    [[nodiscard]] AVStream& best_video();
    [[nodiscard]] std::vector<AVStream*> audio();

private:
    void close() noexcept;
    [[nodiscard]] std::string standard_input_url();
    void open_bytes(const std::string& url);
    void open_container(const std::string& url);

    std::string m_name;
    std::function<bool()> m_cancelled;
    bool m_is_stream = false;
    int m_standard_input = -1;      // Ours, if the input is "-" and could be opened anew.
    AVIOContext* m_bytes = nullptr; // Ours; null for protocols that bring their own.
    AVFormatContext* m_format = nullptr;
};

/// The display matrix of a frame or, without one, of its stream.
[[nodiscard]] Orientation orientation_of(const AVStream& stream, const AVFrame& frame);

/// An opened decoder for a stream.
/// Throws   Error{unsupported} without a decoder for the codec.
[[nodiscard]] CodecContext open_decoder(const AVStream& stream, int threads, const std::string& name);

/// True if the content of a local file is one picture; false if it cannot be opened.
[[nodiscard]] bool holds_still(const std::string& file);

} // namespace facemirror::detail
