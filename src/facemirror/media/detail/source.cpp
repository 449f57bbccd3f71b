// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/detail/source.hpp>

extern "C" {
#include <libavutil/dict.h>
}

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace facemirror::detail {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 7> url_schemes{"http://", "https://", "rtsp://", "rtp://",
                                                      "udp://",  "tcp://",   "tls://"};
// A stream's playlist may name other streams, never files of this machine.
constexpr const char* stream_protocols = "http,https,httpproxy,rtsp,rtp,udp,tcp,tls,crypto";
// No protocol has this name: a file's content cannot make FFmpeg open anything else.
constexpr const char* no_protocols = "none";

// Larger pictures are refused before the decoder takes memory for them: 16384 x 16384, the largest we
// deliver.
constexpr std::int64_t max_pixels = std::int64_t{16384} * 16384;

bool is_url(const std::string& name) {
    return std::ranges::any_of(url_schemes,
                               [&name](std::string_view scheme) { return name.starts_with(scheme); });
}

int ask_cancelled(void* opaque) {
    const auto& cancelled = *static_cast<const std::function<bool()>*>(opaque);
    return cancelled && cancelled() ? 1 : 0;
}

/// Whether a file begins like text: printable characters only. Looks at 512 bytes.
bool begins_with_text(const std::string& file) {
    std::ifstream in{file, std::ios::binary};
    std::array<char, 512> start{};
    in.read(start.data(), start.size());
    const auto count = in.gcount();
    return count > 0 && std::all_of(start.begin(), start.begin() + count, [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte >= 0x20 ? byte != 0x7f
                                   : byte == '\n' || byte == '\r' || byte == '\t' || byte == '\f';
           });
}

/// Codecs that FFmpeg offers as video but that draw text files.
bool draws_text(AVCodecID codec) {
    return codec == AV_CODEC_ID_ANSI || codec == AV_CODEC_ID_XBIN || codec == AV_CODEC_ID_BINTEXT ||
           codec == AV_CODEC_ID_IDF;
}

bool is_cover(const AVStream& stream) {
    return (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
}

/// A URL for the file system that colons, dashes and percent signs in the name do not change.
std::string file_url(const std::string& name) {
    return "file:" + name;
}

/// The name for FFmpeg's guess by extension. Picture extensions are withheld: they would choose the demuxer
/// that opens numbered files by itself; a single picture is recognised by its content.
std::string guessing_name(const std::string& name) {
    const AVOutputFormat* pictures = av_guess_format("image2", nullptr, nullptr);
    const bool is_picture_name =
        pictures != nullptr &&
        av_guess_codec(pictures, nullptr, name.c_str(), nullptr, AVMEDIA_TYPE_VIDEO) != AV_CODEC_ID_NONE;
    return is_picture_name ? "" : name;
}

struct Options {
    AVDictionary* all = nullptr;
    Options() = default;
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;
    ~Options() { av_dict_free(&all); }
    void set(const char* key, const char* value) { av_dict_set(&all, key, value, 0); }
};

void check_file(const std::string& name) {
    std::error_code error;
    const auto status = fs::status(name, error);
    if (!fs::exists(status)) {
        throw Error{ErrorCode::not_found, name + ": expected a video, found no such file"};
    }
    if (fs::is_directory(status)) {
        throw Error{ErrorCode::unsupported, name + ": expected a video, found a folder"};
    }
    if (fs::is_regular_file(status) && fs::file_size(name, error) == 0 && !error) {
        throw Error{ErrorCode::corrupted, name + ": expected a video, found an empty file"};
    }
}

/// The code that fits a failure to open.
ErrorCode opening_code(int error) {
    switch (error) {
    case AVERROR_EXIT:
        return ErrorCode::cancelled;
    case AVERROR_INVALIDDATA:
    case AVERROR_EOF:
        return ErrorCode::corrupted;
    case AVERROR_DEMUXER_NOT_FOUND:
    case AVERROR_PROTOCOL_NOT_FOUND:
    case AVERROR_PATCHWELCOME:
    case AVERROR(ENOSYS):
        return ErrorCode::unsupported;
    case AVERROR(ENOMEM):
        return ErrorCode::corrupted; // A size in the file asks for more memory than there is.
    default:
        return ErrorCode::not_found;
    }
}

} // namespace

Source::Source(const std::string& file_or_url, std::function<bool()> cancelled)
    : m_name{file_or_url}, m_cancelled{std::move(cancelled)} {
    quiet_log();
    clear_log_line();
    std::error_code error;
    const bool is_file = file_or_url != "-" && (fs::exists(file_or_url, error) || !is_url(file_or_url));
    if (is_file) {
        check_file(file_or_url);
    }
    m_is_stream = !is_file || !fs::is_regular_file(file_or_url, error);
    try {
        if (is_file) {
            open_bytes(file_url(file_or_url));
            open_container(guessing_name(file_or_url));
        } else if (file_or_url == "-") {
            open_bytes(standard_input_url());
            open_container("");
        } else {
            open_container(file_or_url);
        }
    } catch (const Error&) {
        close();
        if (is_file && !m_is_stream && begins_with_text(file_or_url)) {
            throw Error{ErrorCode::unsupported, m_name + ": expected a video, found text"};
        }
        throw;
    }
}

Source::~Source() {
    close();
}

void Source::close() noexcept {
    avformat_close_input(&m_format);
    avio_closep(&m_bytes);
    if (m_standard_input >= 0) {
        ::close(m_standard_input); // FFmpeg's pipe protocol leaves this to its caller
        m_standard_input = -1;
    }
}

// A pipe that nobody writes to would hold a plain read for ever. A description of our own that does not wait
// makes FFmpeg try again and ask `cancelled` between; others who share our standard input do not see the
// difference.
std::string Source::standard_input_url() {
    struct stat status{};
    if (::fstat(STDIN_FILENO, &status) == 0 && S_ISFIFO(status.st_mode)) {
        m_standard_input = ::open("/proc/self/fd/0", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    return "pipe:" + std::to_string(m_standard_input >= 0 ? m_standard_input : STDIN_FILENO);
}

void Source::open_bytes(const std::string& url) {
    const AVIOInterruptCB interrupt{ask_cancelled, &m_cancelled};
    const int result = avio_open2(&m_bytes, url.c_str(), AVIO_FLAG_READ, &interrupt, nullptr);
    check(result, is_cancelled() ? ErrorCode::cancelled : opening_code(result),
          m_name + ": expected a video, but it cannot be opened");
}

void Source::open_container(const std::string& url) {
    m_format = allocated(avformat_alloc_context());
    m_format->interrupt_callback = {ask_cancelled, &m_cancelled};
    m_format->pb = m_bytes;
    Options options;
    options.set("protocol_whitelist", m_bytes != nullptr ? no_protocols : stream_protocols);
    // Frees m_format when it fails.
    int result = avformat_open_input(&m_format, url.c_str(), nullptr, &options.all);
    check(result, is_cancelled() ? ErrorCode::cancelled : opening_code(result),
          m_name + ": expected a video, found none that can be read");
    result = avformat_find_stream_info(m_format, nullptr);
    if (is_cancelled()) {
        result = AVERROR_EXIT;
    }
    check(result, is_cancelled() ? ErrorCode::cancelled : ErrorCode::corrupted,
          m_name + ": expected streams, found none that can be read");
}

AVStream& Source::best_video() {
    AVStream* best = nullptr;
    const auto rank = [](const AVStream& stream) {
        const std::int64_t area = std::int64_t{stream.codecpar->width} * stream.codecpar->height;
        return std::pair{(stream.disposition & AV_DISPOSITION_DEFAULT) != 0, area};
    };
    std::string found;
    for (unsigned i = 0; i < m_format->nb_streams; ++i) {
        AVStream& stream = *m_format->streams[i];
        const AVCodecParameters& coded = *stream.codecpar;
        const bool is_picture = coded.codec_type == AVMEDIA_TYPE_VIDEO && !draws_text(coded.codec_id);
        if (is_picture && !is_cover(stream)) {
            if (best == nullptr || rank(stream) > rank(*best)) {
                best = &stream;
            }
        } else if (found.size() < 200) { // A message, not a listing: some files have a thousand streams.
            const char* kind = av_get_media_type_string(coded.codec_type);
            found += found.empty() ? "" : ", ";
            found += draws_text(coded.codec_id) ? "text"
                     : is_cover(stream)         ? "a cover picture"
                     : kind != nullptr ? std::string{kind} + " (" + avcodec_get_name(coded.codec_id) + ")"
                                       : "unknown data";
        }
    }
    if (best == nullptr) {
        throw Error{ErrorCode::unsupported, m_name + ": expected a video stream, found " +
                                                (found.empty() ? "no stream" : "only " + found)};
    }
    return *best;
}

std::vector<AVStream*> Source::audio() {
    std::vector<AVStream*> all;
    for (unsigned i = 0; i < m_format->nb_streams; ++i) {
        if (m_format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
            all.push_back(m_format->streams[i]);
        }
    }
    return all;
}

Orientation orientation_of(const AVStream& stream, const AVFrame& frame) {
    constexpr std::size_t matrix_bytes = 9 * sizeof(std::int32_t);
    if (const AVFrameSideData* own = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX);
        own != nullptr && own->size >= matrix_bytes) {
        return orientation_of(
            std::span<const std::int32_t, 9>{reinterpret_cast<const std::int32_t*>(own->data), 9});
    }
    std::size_t size = 0;
    const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (data != nullptr && size >= matrix_bytes) {
        return orientation_of(
            std::span<const std::int32_t, 9>{reinterpret_cast<const std::int32_t*>(data), 9});
    }
    return {};
}

CodecContext open_decoder(const AVStream& stream, int threads, const std::string& name) {
    const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
    const std::string codec_name = avcodec_get_name(stream.codecpar->codec_id);
    if (codec == nullptr) {
        throw Error{ErrorCode::unsupported,
                    name + ": expected a codec that FFmpeg decodes, found " + codec_name};
    }
    CodecContext context{allocated(avcodec_alloc_context3(codec))};
    check(avcodec_parameters_to_context(context.get(), stream.codecpar), ErrorCode::corrupted, name);
    context->pkt_timebase = stream.time_base;
    context->thread_count = threads;
    context->max_pixels = max_pixels;
    check(avcodec_open2(context.get(), codec, nullptr), ErrorCode::unsupported,
          name + ": expected a " + codec_name + " stream that can be decoded");
    return context;
}

bool holds_still(const std::string& file) {
    quiet_log();
    AVIOContext* bytes = nullptr;
    if (avio_open2(&bytes, file_url(file).c_str(), AVIO_FLAG_READ, nullptr, nullptr) < 0) {
        return false;
    }
    const AVInputFormat* format = nullptr;
    const bool is_known =
        av_probe_input_buffer2(bytes, &format, guessing_name(file).c_str(), nullptr, 0, 0) >= 0;
    avio_closep(&bytes);
    const std::string_view name = is_known && format != nullptr ? format->name : "";
    return name.ends_with("_pipe");
}

} // namespace facemirror::detail
