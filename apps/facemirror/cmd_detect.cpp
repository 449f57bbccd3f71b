// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "option_text.hpp"
#include "stage_inputs.hpp"

#include <facemirror/pipeline/models.hpp>
#include <facemirror/pipeline/open_detector.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>

namespace facemirror {

namespace {

using Json = nlohmann::ordered_json;

constexpr int max_detector_input_px = 16384; // the largest side of a frame

struct DetectOptions {
    StageOptions stage;
    DetectorChoice detector;
    std::optional<int> input_px;
    std::optional<Box> within;
};

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

int run_detect(const DetectOptions& all) {
    const StageOptions& options = all.stage;
    const Models models{options.pack, {Part::detector}};
    DetectorChoice choice = all.detector;
    (all.within ? choice.part_px : choice.long_side_px) = all.input_px;
    const auto detector = open_detector(models.pack_for(Part::detector), options.precision, choice);
    std::optional<ImageList> list;
    std::optional<FaceTable> table;
    if (options.json) {
        list.emplace();
    } else if (options.csv) {
        table.emplace(std::vector<std::string>{"score"}, detector->point_count());
    }
    const int code = visit_images(
        options.files, [](const StageImage&) {},
        [&](const StageImage& image) {
            const std::vector<Face> faces = detector->detect(image.frame, all.within);
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
    const auto options = std::make_shared<DetectOptions>();
    add_stage_options(*command, options->stage);
    command
        ->add_option("--detector-input", options->input_px,
                     "Longer side of the picture that RetinaFace sees; 0: the picture's own (default: 1600). "
                     "With --within the "
                     "side of the square (default: 192)")
        ->check(CLI::Range(0, max_detector_input_px))
        ->type_name("PX");
    command
        ->add_option("--min-score", options->detector.min_score,
                     "Leave out faces that score less; 0..1 (default: the detector's own)")
        ->check(CLI::Range(0.0, 1.0))
        ->type_name("SCORE");
    command
        ->add_option_function<std::string>(
            "--within", [options](const std::string& text) { options->within = parse_box(text, "--within"); },
            "Look only in this part of each picture, px; BlazeFace looks everywhere")
        ->type_name("X1,Y1,X2,Y2");
    command->callback([options, &action] {
        if (options->within && options->input_px == 0) {
            throw CLI::ValidationError{"--detector-input", "expected 1 or more px with --within, found 0"};
        }
        action = [options] { return run_detect(*options); };
    });
}

} // namespace facemirror
