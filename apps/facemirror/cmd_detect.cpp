// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "stage_inputs.hpp"

#include <facemirror/detect/face_detector.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>

namespace facemirror {

namespace {

using Json = nlohmann::ordered_json;

FaceDetector open_detector(const StageOptions& options) {
    const ModelPack pack{find_pack(options.pack)};
    const std::string full_range = "face_detector_full_range";
    return {pack.open("face_detector", options.precision),
            pack.has(full_range) ? pack.open(full_range, options.precision) : std::unique_ptr<Network>{},
            DetectorOptions{}};
}

Json to_json(const Face& face) {
    Json points = Json::array();
    for (const Point p : face.points) {
        points.push_back(to_json(p));
    }
    return {{"box", to_json(face.box)}, {"score", face.score}, {"points", points}};
}

void print_text(const StageImage& image, const std::vector<Face>& faces) {
    fmt::print("{}{}: {} x {} px, faces: {}\n", image.file,
               image.is_video ? fmt::format(" frame {}", image.frame.index) : "", image.frame.layout.width,
               image.frame.layout.height, faces.size());
    for (const Face& face : faces) {
        fmt::print("  box {:.1f} {:.1f} {:.1f} {:.1f}, score {:.3f}\n", face.box.x1, face.box.y1, face.box.x2,
                   face.box.y2, face.score);
    }
}

void draw(const std::string& folder, const StageImage& image, const std::vector<Face>& faces) {
    std::vector<Box> boxes;
    std::vector<Point> points;
    for (const Face& face : faces) {
        boxes.push_back(face.box);
        points.insert(points.end(), face.points.begin(), face.points.end());
    }
    write_drawing(folder, image, boxes, points);
}

int run_detect(const StageOptions& options) {
    FaceDetector detector = open_detector(options);
    std::optional<ImageList> list;
    std::optional<FaceTable> table;
    if (options.json) {
        list.emplace();
    } else if (options.csv) {
        table.emplace(std::vector<std::string>{"score"}, 6);
    }
    const int code = visit_images(
        options.files, [](const StageImage&) {},
        [&](const StageImage& image) {
            const std::vector<Face> faces = detector.detect(image.frame);
            if (list) {
                Json json = to_json(image);
                json["faces"] = Json::array();
                for (const Face& face : faces) {
                    json["faces"].push_back(to_json(face));
                }
                list->add(json);
            } else if (table) {
                for (std::size_t i = 0; i < faces.size(); ++i) {
                    table->add(image, i, faces[i].box, {fmt::format("{:.4f}", faces[i].score)},
                               faces[i].points);
                }
            } else {
                print_text(image, faces);
            }
            if (!options.draw_folder.empty()) {
                draw(options.draw_folder, image, faces);
            }
        });
    if (list) {
        list->close();
    }
    return code;
}

} // namespace

void add_detect(CLI::App& app, Action& action) {
    CLI::App* command = app.add_subcommand("detect", "Find the faces in pictures and videos");
    const auto options = std::make_shared<StageOptions>();
    add_stage_options(*command, *options);
    command->callback([options, &action] { action = [options] { return run_detect(*options); }; });
}

} // namespace facemirror
