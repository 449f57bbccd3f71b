// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/geometry.hpp>
#include <facemirror/pipeline/models.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace facemirror {

struct RecordOptions {
    std::string input;                          ///< A video.
    std::filesystem::path folder;               ///< Where the files go; it exists.
    std::string prefix;                         ///< Of their names.
    int every = 5;                              ///< Of the runs of a network.
    std::optional<Box> face_box = std::nullopt; ///< As in `run`.
};

/// Runs the f32 networks over a video as `run` does, and writes what every n-th run of a network is fed as
/// FOLDER/PREFIX<network>_<run>_<N>x<C>x<H>x<W>.npy (float32): what a quantiser is calibrated on.
/// Returns  The files of each network.
/// Throws   As run_video(); Error{output} if a file cannot be written; Error{cancelled}.
std::map<std::string, std::int64_t> record_inputs(const Models& models, const RecordOptions& options,
                                                  const std::atomic<bool>& cancelled);

} // namespace facemirror
