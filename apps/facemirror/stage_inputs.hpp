// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>
#include <facemirror/core/geometry.hpp>
#include <facemirror/nn/pack.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace facemirror {

/// What `detect` and `landmarks` have in common on the command line.
struct StageOptions {
    std::vector<std::string> files;
    bool json = false;
    bool csv = false;        ///< Not both.
    std::string draw_folder; ///< Empty: nothing is drawn.
    std::string pack = "mediapipe";
    Precision precision = Precision::f32;
};

void add_stage_options(CLI::App& command, StageOptions& options);

/// One picture of an input: a still, or a frame of a video.
struct StageImage {
    std::string file;
    Frame frame;
    bool is_video = false;
    double pts_s = 0;  ///< 0 for a still.
    double tick_s = 1; ///< Seconds per tick of Frame::pts.
};

/// The keys that each picture of the JSON contract begins with: file, width, height; for a video also frame
/// and pts_s. Source: design.md 7.
[[nodiscard]] nlohmann::ordered_json to_json(const StageImage& image);
[[nodiscard]] nlohmann::ordered_json to_json(Point p);
[[nodiscard]] nlohmann::ordered_json to_json(const Box& box);

/// Prints {"images":[...]} picture by picture, so that a long video needs no memory.
class ImageList {
public:
    ImageList();
    void add(const nlohmann::ordered_json& image);
    void close();

private:
    bool m_is_empty = true;
};

/// Prints a table with one row per face; a picture without a face has no row.
class FaceTable {
public:
    /// `extra` are the columns between the box and the points.
    FaceTable(const std::vector<std::string>& extra, std::size_t point_count);
    void add(const StageImage& image, std::size_t face, const Box& box, const std::vector<std::string>& extra,
             std::span<const Point> points);
};

/// Hands every picture of every file to `visit`, in order. `begin` is called before a file's first picture.
/// What is wrong with a file goes to stderr and does not stop the rest. Returns  The exit code of the first
/// failure, 0 if there was none.
[[nodiscard]] int visit_images(const std::vector<std::string>& files,
                               const std::function<void(const StageImage& first)>& begin,
                               const std::function<void(const StageImage&)>& visit);

/// Writes a picture with boxes and points to <folder>/<stem>.png, a frame of a video to <stem>-<frame>.png.
/// Throws   Error{output} if the folder or the file cannot be written.
void write_drawing(const std::string& folder, const StageImage& image, const std::vector<Box>& boxes,
                   const std::vector<Point>& points);

} // namespace facemirror
