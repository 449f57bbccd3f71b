// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/geometry.hpp>
#include <facemirror/measure/multitask.hpp>
#include <facemirror/nn/network.hpp>
#include <facemirror/pipeline/outputs.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace facemirror {

/// A span of the input's time in seconds.
struct TimeSpan {
    double start_s = 0;
    double end_s = 0;
};

/// Everything that decides what a run does to one video. Names as on the command line; see docs/formats.md.
struct RunOptions {
    Precision precision = Precision::f32;
    std::string precision_reason; ///< Of `--precision auto`, which chose it; empty if the user did.
    int threads = 1;              ///< Inference streams.
    int codec_threads = 1;        ///< Of the decoder and of each encoder; equal numbers give equal videos.
    std::size_t queue_bytes = std::size_t{25} << 20; ///< Of decoded frames between two threads.
    Videos videos = Videos::mirrored_and_debug;
    std::optional<double> start_s;
    std::optional<double> end_s;
    bool selfie = false; ///< The recording was flipped: the patient's left is on the picture's left.
    std::optional<TimeSpan> neutral; ///< The person's neutral, instead of the one that is found.
    std::string midline = "brow-chin";
    std::string smoothing = "one-euro";
    int passes = 0;                                 ///< 0: 2 with the mesh, else 1.
    int roi_iterations = 0;                         ///< 0: as many as the tracker thinks right.
    int detect_every = 0;                           ///< 0: when the tracker thinks it right.
    int landmarks_every = 1;                        ///< Frames; flow between. 0: at least every 1/15 s.
    std::optional<int> detector_input_px;           ///< Longer side that RetinaFace sees; 0: the frame's own.
    double crop_margin = MultitaskOptions{}.margin; ///< Of the multitask network's crop.
    std::optional<Box> face_box;
    double seam_px = 6;
    std::string codec = "libx264";
    std::string encoder_preset = "ultrafast";
    int quality = 18;
};

/// The options as a JSON object with the command line's names, for run.json.
[[nodiscard]] std::string to_json(const RunOptions& options);

/// Only the options that change a table or which files there are: not threads, not queue sizes.
[[nodiscard]] std::string decisive_options(const RunOptions& options);

} // namespace facemirror
