// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "option_text.hpp"
#include "stage_inputs.hpp"

#include <facemirror/measure/frame_measures.hpp>
#include <facemirror/pipeline/tracker.hpp>

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

namespace facemirror {

namespace {

using Json = nlohmann::ordered_json;

struct LandmarkOptions {
    StageOptions stage;
    TrackerOptions tracker;
    bool mesh = false;
};

/// Returns  null where nothing tells how sure the points are.
Json confidence_of(const TrackedFace& face) {
    if (!face.confidence) {
        return nullptr;
    }
    Json confidence = Json::array();
    for (const double value : *face.confidence) {
        confidence.push_back(std::round(1e4 * value) / 1e4);
    }
    return confidence;
}

Json number_or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json mesh_of(const TrackedFace& face) {
    if (!face.mesh) {
        return nullptr;
    }
    Json mesh = Json::array();
    for (const Point3& p : *face.mesh) {
        Json vertex = facemirror::to_json(Point{p.x, p.y});
        vertex.push_back(std::round(p.z * 1e4) / 1e4);
        mesh.push_back(std::move(vertex));
    }
    return mesh;
}

template <typename Points>
Json point_list(const Points& points) {
    Json list = Json::array();
    for (const Point p : points) {
        list.push_back(to_json(p));
    }
    return list;
}

std::vector<Part> needed_parts(const LandmarkOptions& options) {
    std::vector<Part> parts{Part::landmarks, Part::head};
    if (!options.tracker.face_box) {
        parts.push_back(Part::detector);
    }
    return parts;
}

/// Finds the faces of any picture: all of a still, the patient's of a video frame.
class LandmarkFinder {
public:
    explicit LandmarkFinder(const LandmarkOptions& options)
        : m_options{options}, m_models{options.stage.pack, needed_parts(options)},
          m_canonical{CanonicalFace::load(m_models.pack_for(Part::head).extra("canonical_face"))} {}

    /// A new file: nothing of the last one is remembered.
    void begin(const StageImage& first) {
        TrackerOptions tracker = m_options.tracker;
        tracker.tick_s = first.tick_s;
        m_tracker = open_tracker(m_models, m_options.stage.precision, tracker);
    }

    std::vector<TrackedFace> find(const StageImage& image) {
        if (!image.is_video) {
            return m_tracker->find_all(image.frame);
        }
        const TrackedFace face = m_tracker->track(image.frame);
        return face.has_points() ? std::vector{face} : std::vector<TrackedFace>{};
    }

    [[nodiscard]] HeadPose pose_of(const TrackedFace& face) const {
        const auto head = fit_head(FaceShape{face.mesh, face.points}, m_canonical);
        return head ? head->pose : HeadPose{NAN, NAN, NAN};
    }

    [[nodiscard]] Json to_json(const TrackedFace& face) const {
        const HeadPose pose = pose_of(face);
        Json json{{"box", facemirror::to_json(face.box)},
                  {"score", face.score},
                  {"points", point_list(face.detector_points)},
                  {"landmarks", point_list(face.points)},
                  {"confidence", confidence_of(face)},
                  {"yaw_deg", pose.yaw_deg}, // a NaN becomes null
                  {"pitch_deg", pose.pitch_deg},
                  {"roll_deg", pose.roll_deg},
                  {"status", name_of(face.status)},
                  {"reason", face.reason},
                  {"face_logit", number_or_null(face.face_logit)},
                  {"flip_disagreement_oed", number_or_null(face.flip_disagreement_oed)}};
        if (m_options.mesh) {
            json["mesh"] = mesh_of(face);
        }
        return json;
    }

private:
    const LandmarkOptions& m_options;
    Models m_models;
    CanonicalFace m_canonical;
    std::unique_ptr<FaceTracker> m_tracker;
};

void print_text(const StageImage& image, const std::vector<TrackedFace>& faces,
                const LandmarkFinder& finder) {
    fmt::print("{}{}: {} x {} px, faces: {}\n", image.file,
               image.is_video ? fmt::format(" frame {}", image.frame.index) : "", image.frame.layout.width,
               image.frame.layout.height, faces.size());
    for (const TrackedFace& face : faces) {
        const HeadPose pose = finder.pose_of(face);
        fmt::print("  box {:.1f} {:.1f} {:.1f} {:.1f}, score {:.3f}, {}, yaw {:.1f} pitch {:.1f} roll {:.1f} "
                   "deg{}\n",
                   face.box.x1, face.box.y1, face.box.x2, face.box.y2, face.score, name_of(face.status),
                   pose.yaw_deg, pose.pitch_deg, pose.roll_deg,
                   face.reason.empty() ? "" : " (" + face.reason + ")");
    }
}

void add_rows(FaceTable& table, const StageImage& image, const std::vector<TrackedFace>& faces,
              const LandmarkFinder& finder) {
    for (std::size_t i = 0; i < faces.size(); ++i) {
        const TrackedFace& face = faces[i];
        const HeadPose pose = finder.pose_of(face);
        const auto text = [](double value) { return fmt::format("{:.4f}", value); };
        table.add(image, i, face.box,
                  {text(face.score), name_of(face.status), text(pose.yaw_deg), text(pose.pitch_deg),
                   text(pose.roll_deg)},
                  face.points);
    }
}

void draw(const std::string& folder, const StageImage& image, const std::vector<TrackedFace>& faces) {
    std::vector<Box> boxes;
    std::vector<Point> points;
    for (const TrackedFace& face : faces) {
        boxes.push_back(face.box);
        points.insert(points.end(), face.points.begin(), face.points.end());
    }
    write_drawing(folder, image, boxes, points);
}

int run_landmarks(const LandmarkOptions& options) {
    LandmarkFinder finder{options};
    std::optional<ImageList> list;
    std::optional<FaceTable> table;
    if (options.stage.json) {
        list.emplace();
    } else if (options.stage.csv) {
        table.emplace(std::vector<std::string>{"score", "status", "yaw_deg", "pitch_deg", "roll_deg"},
                      wflw::size);
    }
    const int code = visit_images(
        options.stage.files, [&](const StageImage& first) { finder.begin(first); },
        [&](const StageImage& image) {
            const std::vector<TrackedFace> faces = finder.find(image);
            if (list) {
                Json json = to_json(image);
                json["faces"] = Json::array();
                for (const TrackedFace& face : faces) {
                    json["faces"].push_back(finder.to_json(face));
                }
                list->add(json);
            } else if (table) {
                add_rows(*table, image, faces, finder);
            } else {
                print_text(image, faces, finder);
            }
            if (!options.stage.draw_folder.empty()) {
                draw(options.stage.draw_folder, image, faces);
            }
        });
    if (list) {
        list->close();
    }
    return code;
}

} // namespace

void add_landmarks(CLI::App& app, Action& action) {
    CLI::App* command = app.add_subcommand(
        "landmarks", "Find the 98 landmarks of all faces of pictures, of the patient in videos");
    const auto options = std::make_shared<LandmarkOptions>();
    add_stage_options(*command, options->stage);
    command->add_flag("--mesh", options->mesh, "Add the 478 points [x, y, z] of the mesh to the JSON");
    command
        ->add_option("--passes", options->tracker.passes,
                     "1: the picture only; 2: averaged with its flipped pass; 0: 2 with the mesh, else 1")
        ->check(CLI::Range(0, 2))
        ->capture_default_str();
    command
        ->add_option(
            "--roi-iterations", options->tracker.roi_iterations,
            "Runs per picture; 0: on a new face 6 of the mesh or 2 with heat maps, 1 while it is followed")
        ->check(CLI::Range(0, 10))
        ->capture_default_str();
    command
        ->add_option(
            "--detect-every", options->tracker.detect_every,
            "Frames between two detections; 0: when the face is lost, with heat maps also every 1 to 8")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command
        ->add_option_function<std::string>(
            "--face-box", [options](const std::string& text) { options->tracker.face_box = parse_box(text); },
            "Look here in every picture, without a detector: px")
        ->type_name("X1,Y1,X2,Y2");
    command->callback([options, &action] { action = [options] { return run_landmarks(*options); }; });
}

} // namespace facemirror
