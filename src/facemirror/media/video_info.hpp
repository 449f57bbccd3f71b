// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace facemirror {

/// A fraction, e.g. seconds per tick or frames per second.
struct Rational {
    std::int64_t num = 0;
    std::int64_t den = 1;

    [[nodiscard]] double value() const noexcept {
        return static_cast<double>(num) / static_cast<double>(den);
    }
    friend bool operator==(const Rational&, const Rational&) = default;
};

/// What a stream says about its colours: code points of ITU-T H.273; 2 = unspecified, for the range and the
/// chroma location 0.
struct ColorTags {
    int primaries = 2;
    int transfer = 2;
    int matrix = 2;
    int range = 0;           ///< 1 limited, 2 full.
    int chroma_location = 0; ///< Chroma sample position of 4:2:0 plus 1: 1 left, 2 centre, 3 top left, ...

    friend bool operator==(const ColorTags&, const ColorTags&) = default;
};

/// One sound track of a video.
struct AudioTrack {
    std::string codec;    ///< As the file has it, e.g. "aac".
    std::string language; ///< ISO 639-2, empty when not given.
    bool copied = true;   ///< Packets go to the outputs as they are; else they are transcoded or left out.
    std::string note;     ///< Why it is not copied; empty when it is.
    std::shared_ptr<const void> format; ///< For VideoWriter; empty when the track is left out.
};

/// What is known about a video after its first frame was decoded.
struct VideoInfo {
    std::string file; ///< As the caller named it.
    std::string container;
    std::string codec;
    PixelLayout layout;   ///< Of the delivered frames: upright; 4:2:0, 4:2:2, 4:4:4, gray or G, B, R planes.
    int stored_width = 0; ///< px before the rotation.
    int stored_height = 0;
    int rotation_deg = 0;         ///< Applied, clockwise: 0, 90, 180, 270.
    bool flipped = false;         ///< A left-right flip was applied before the rotation.
    Rational sample_aspect{1, 1}; ///< Width of one upright pixel divided by its height.
    Rational time_base{1, 1000};  ///< Seconds per tick of Frame::pts.
    Rational average_rate{0, 1};  ///< Frames per second; 0 unknown.
    double duration_s = std::numeric_limits<double>::quiet_NaN(); ///< NaN unknown.
    std::int64_t frame_estimate = 0;                              ///< For a progress line; 0 unknown.
    ColorTags color;                                              ///< As stored.
    std::vector<AudioTrack> audio;
    bool is_stream = false; ///< Not a file: no size, no seeking, read once.
};

} // namespace facemirror
