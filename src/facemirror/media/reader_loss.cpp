// SPDX-License-Identifier: Apache-2.0
#include <facemirror/media/video_reader.hpp>

#include <fmt/format.h>

namespace facemirror {

std::vector<std::string> ReaderLoss::sentences() const {
    std::vector<std::string> all;
    const auto add = [&all](std::int64_t count, const char* what) {
        if (count > 0) {
            all.push_back(fmt::format("{} {}", count, what));
        }
    };
    if (truncated) {
        all.emplace_back("the file ends before its own end: every frame that decodes was used");
    }
    add(corrupt_packets, "packets are marked as corrupt by the container");
    add(decode_errors, "packets could not be decoded; their frames are missing");
    add(damaged_frames, "frames have damaged areas that the decoder filled in");
    add(repaired_timestamps,
        "time stamps were equal, falling or missing and became the previous one plus one frame");
    add(converted_frames, "frames changed their size or format and were scaled to the first frame's");
    return all;
}

} // namespace facemirror
