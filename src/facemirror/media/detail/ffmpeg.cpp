// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/ffmpeg.hpp>

#include <array>
#include <cstdarg>
#include <mutex>

namespace facemirror::detail {

namespace {

// Fixed memory, because the callback may run while memory is short; 256 holds any line of FFmpeg's worth
// telling.
thread_local std::array<char, 256> log_line{};

void keep_error_line(void* context, int level, const char* format, va_list arguments) {
    if (level > AV_LOG_ERROR) {
        return;
    }
    int prefix = 1;
    av_log_format_line2(context, level, format, arguments, log_line.data(), static_cast<int>(log_line.size()),
                        &prefix);
}

} // namespace

AvFrame new_frame() {
    return AvFrame{allocated(av_frame_alloc())};
}

AvPacket new_packet() {
    return AvPacket{allocated(av_packet_alloc())};
}

AvPacket share(const AVPacket& packet) {
    return AvPacket{allocated(av_packet_clone(&packet))};
}

void quiet_log() noexcept {
    static std::once_flag once;
    std::call_once(once, [] { av_log_set_callback(keep_error_line); });
}

std::string last_log_line() {
    std::string line{log_line.data()};
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) {
        line.pop_back();
    }
    // "[mov,mp4 @ 0x55d0] moov atom not found": the address differs from run to run.
    if (const auto end = line.find("] "); line.starts_with('[') && end != std::string::npos) {
        line.erase(0, end + 2);
    }
    return line;
}

void clear_log_line() noexcept {
    log_line.front() = '\0';
}

std::string describe(int error) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(error, text.data(), text.size());
    const std::string line = last_log_line();
    return line.empty() ? std::string{text.data()} : std::string{text.data()} + " (" + line + ")";
}

int check(int result, ErrorCode code, const std::string& subject) {
    if (result < 0) {
        throw Error{code, subject + ": " + describe(result)};
    }
    return result;
}

} // namespace facemirror::detail
