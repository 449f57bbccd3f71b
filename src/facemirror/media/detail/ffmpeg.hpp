// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/error.hpp>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

namespace facemirror::detail {

struct FreeAv {
    void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
    void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
    void operator()(AVCodecContext* context) const noexcept { avcodec_free_context(&context); }
    void operator()(AVCodecParameters* parameters) const noexcept { avcodec_parameters_free(&parameters); }
    void operator()(SwsContext* context) const noexcept { sws_freeContext(context); }
};
using AvFrame = std::unique_ptr<AVFrame, FreeAv>;
using AvPacket = std::unique_ptr<AVPacket, FreeAv>;
using CodecContext = std::unique_ptr<AVCodecContext, FreeAv>;
using CodecParameters = std::unique_ptr<AVCodecParameters, FreeAv>;
using Scaler = std::unique_ptr<SwsContext, FreeAv>;

/// A pointer that FFmpeg just allocated.
/// Throws   std::bad_alloc if it is null.
template <typename T>
[[nodiscard]] T* allocated(T* pointer) {
    if (pointer == nullptr) {
        throw std::bad_alloc{};
    }
    return pointer;
}
[[nodiscard]] AvFrame new_frame();
[[nodiscard]] AvPacket new_packet();
/// Copies share the bytes.
[[nodiscard]] AvPacket share(const AVPacket& packet);

/// Sends FFmpeg's log lines to last_log_line() instead of stderr, once for the process. Every entry point of
/// the room calls it.
void quiet_log() noexcept;
/// The last error line that FFmpeg logged in this thread since clear_log_line(), without line end.
[[nodiscard]] std::string last_log_line();
void clear_log_line() noexcept;

/// What FFmpeg calls an error code, and the log line that came with it.
[[nodiscard]] std::string describe(int error);

/// Passes results >= 0.
/// Throws   Error{code} "subject: <describe(error)>" for a negative result.
int check(int result, ErrorCode code, const std::string& subject);

} // namespace facemirror::detail
