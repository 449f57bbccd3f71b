// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/media/detail/ffmpeg.hpp>

namespace facemirror::detail {

/// What AudioTrack::format points to: how the packets of one track are to be declared in the output.
struct AudioFormat {
    CodecParameters parameters;
    AVRational time_base{1, 1}; ///< Of the packets.
    int disposition = 0;
};

} // namespace facemirror::detail
