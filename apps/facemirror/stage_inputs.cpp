// SPDX-License-Identifier: Apache-2.0
#include "stage_inputs.hpp"

#include "exit_code.hpp"
#include "option_text.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/media/still.hpp>
#include <facemirror/media/video_reader.hpp>
#include <facemirror/report/overlay.hpp>

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

namespace facemirror {

namespace {

using Json = nlohmann::ordered_json;

// Four decimals of a pixel: far below what the networks can tell, and half the size.
double rounded(double px) {
    return std::round(px * 1e4) / 1e4;
}

/// A text as one cell: in quotes if it has to be (RFC 4180).
std::string csv_text(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        return text;
    }
    std::string quoted = "\"";
    for (const char letter : text) {
        quoted += letter == '"' ? "\"\"" : std::string{letter};
    }
    return quoted + '"';
}

void visit_file(const std::string& file, const std::function<void(const StageImage&)>& begin,
                const std::function<void(const StageImage&)>& visit) {
    if (is_still(file)) {
        const StageImage image{file, read_still(file)};
        begin(image);
        visit(image);
        return;
    }
    VideoReader video{file};
    const double tick_s = video.info().time_base.value();
    bool is_first = true;
    while (const auto frame = video.read()) {
        const StageImage image{file, *frame, true, static_cast<double>(frame->pts) * tick_s, tick_s};
        if (is_first) {
            begin(image);
            is_first = false;
        }
        visit(image);
    }
    for (const std::string& loss : video.loss().sentences()) {
        std::fprintf(stderr, "facemirror: warning: %s: %s\n", file.c_str(), loss.c_str());
    }
}

} // namespace

void add_stage_options(CLI::App& command, StageOptions& options) {
    command.add_option("files", options.files, "Pictures and videos")->required()->type_name("FILE");
    CLI::Option* json = command.add_flag("--json", options.json, "Print JSON instead of text");
    command.add_flag("--csv", options.csv, "Print a table with one row per face instead of text")
        ->excludes(json);
    command
        .add_option("--draw", options.draw_folder, "Write each picture with what was found as PNG into DIR")
        ->type_name("DIR");
    command.add_option("--pack", options.pack, "Model pack: installed name or folder")->capture_default_str();
    command
        .add_option_function<std::string>(
            "--precision", [&options](const std::string& text) { options.precision = parse_precision(text); },
            "Arithmetic of the networks: f32, bf16, int8")
        ->type_name("NAME");
}

Json to_json(const StageImage& image) {
    Json json{
        {"file", image.file}, {"width", image.frame.layout.width}, {"height", image.frame.layout.height}};
    if (image.is_video) {
        json["frame"] = image.frame.index;
        json["pts_s"] = std::round(image.pts_s * 1e6) / 1e6;
    }
    return json;
}

Json to_json(Point p) {
    return Json::array({rounded(p.x), rounded(p.y)});
}

Json to_json(const Box& box) {
    return Json::array({rounded(box.x1), rounded(box.y1), rounded(box.x2), rounded(box.y2)});
}

ImageList::ImageList() {
    std::fputs("{\"images\":[", stdout);
}

void ImageList::add(const Json& image) {
    const std::string text = image.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::printf("%s\n%s", m_is_empty ? "" : ",", text.c_str());
    m_is_empty = false;
}

void ImageList::close() {
    std::puts("]}");
    if (std::fflush(stdout) != 0) {
        throw Error{ErrorCode::output, "standard output: expected to take the result, it did not"};
    }
}

FaceTable::FaceTable(const std::vector<std::string>& extra, std::size_t point_count) {
    fmt::print("file,frame,pts_s,face,box_x1,box_y1,box_x2,box_y2");
    for (const std::string& column : extra) {
        fmt::print(",{}", column);
    }
    for (std::size_t k = 0; k < point_count; ++k) {
        fmt::print(",x_{},y_{}", k, k);
    }
    fmt::print("\n");
}

void FaceTable::add(const StageImage& image, std::size_t face, const Box& box,
                    const std::vector<std::string>& extra, std::span<const Point> points) {
    fmt::print("{},{},{:.6f},{},{:.4f},{:.4f},{:.4f},{:.4f}", csv_text(image.file), image.frame.index,
               image.pts_s, face, box.x1, box.y1, box.x2, box.y2);
    for (const std::string& cell : extra) {
        fmt::print(",{}", cell);
    }
    for (const Point p : points) {
        fmt::print(",{:.4f},{:.4f}", p.x, p.y);
    }
    fmt::print("\n");
}

int visit_images(const std::vector<std::string>& files, const std::function<void(const StageImage&)>& begin,
                 const std::function<void(const StageImage&)>& visit) {
    int code = exit_done;
    for (const std::string& file : files) {
        try {
            visit_file(file, begin, visit);
        } catch (const Error& error) {
            std::fprintf(stderr, "facemirror: %s\n", error.what());
            code = code == exit_done ? exit_code_of(error.code()) : code;
        }
    }
    return code;
}

void write_drawing(const std::string& folder, const StageImage& image, const std::vector<Box>& boxes,
                   const std::vector<Point>& points) {
    constexpr Rgb green{0, 255, 0};
    constexpr Rgb yellow{255, 220, 0};
    Frame picture = make_frame(image.frame.layout);
    copy_samples(image.frame, picture);
    for (const Box& box : boxes) {
        draw_box(picture, box, yellow);
    }
    draw_points(picture, points, green);
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure) {
        throw Error{ErrorCode::output, folder + ": expected a folder for drawings, " + failure.message()};
    }
    const std::string stem = std::filesystem::path{image.file}.stem().string();
    const std::string name =
        image.is_video ? fmt::format("{}-{:06}.png", stem, image.frame.index) : stem + ".png";
    write_png(std::filesystem::path{folder} / name, picture);
}

} // namespace facemirror
