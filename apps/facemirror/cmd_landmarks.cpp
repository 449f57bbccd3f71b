// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "option_text.hpp"
#include "stage_inputs.hpp"

#include <facemirror/measure/head_fit.hpp>
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

/// How well the normal and the flipped pass agree on each point: 1 in the same place, 0.5 at 2 % of the
/// outer-eye distance apart (twice the network's usual bias, default-models.md 1). Returns  null with one
/// pass: nothing was compared.
Json confidence_of(const TrackedFace& face, int passes) {
    if (passes == 1) {
        return nullptr;
    }
    constexpr double half_confidence_oed = 0.02;
    Json confidence = Json::array();
    for (const Point difference : face.flip_difference) {
        const double apart = length(difference) / (half_confidence_oed * outer_eye_distance(face.points));
        confidence.push_back(std::round(1e4 / (1 + apart * apart)) / 1e4);
    }
    return confidence;
}

template <typename Points>
Json point_list(const Points& points) {
    Json list = Json::array();
    for (const Point p : points) {
        list.push_back(to_json(p));
    }
    return list;
}

/// Finds the faces of any picture: all of a still, the patient's of a video frame.
class LandmarkFinder {
public:
    explicit LandmarkFinder(const LandmarkOptions& options)
        : m_options{options}, m_pack{find_pack(options.stage.pack)},
          m_canonical{CanonicalFace::load(m_pack.extra("canonical_face"))} {}

    /// A new file: nothing of the last one is remembered.
    void begin(const StageImage& first) {
        TrackerOptions tracker = m_options.tracker;
        tracker.tick_s = first.tick_s;
        m_tracker.emplace(m_pack, m_options.stage.precision, tracker);
    }

    std::vector<TrackedFace> find(const StageImage& image) {
        if (!image.is_video) {
            return m_tracker->find_all(image.frame);
        }
        const TrackedFace face = m_tracker->track(image.frame);
        return face.mesh ? std::vector{face} : std::vector<TrackedFace>{};
    }

    [[nodiscard]] HeadPose pose_of(const TrackedFace& face) const {
        const auto head = fit_head(*face.mesh, m_canonical);
        return head ? head->pose : HeadPose{NAN, NAN, NAN};
    }

    [[nodiscard]] Json to_json(const TrackedFace& face) const {
        const HeadPose pose = pose_of(face);
        Json json{{"box", facemirror::to_json(face.box)},
                  {"score", face.score},
                  {"points", point_list(face.detector_points)},
                  {"landmarks", point_list(face.points)},
                  {"confidence", confidence_of(face, m_options.tracker.passes)},
                  {"yaw_deg", pose.yaw_deg}, // a NaN becomes null
                  {"pitch_deg", pose.pitch_deg},
                  {"roll_deg", pose.roll_deg},
                  {"status", name_of(face.status)},
                  {"reason", face.reason},
                  {"face_logit", face.face_logit},
                  {"flip_disagreement_oed",
                   m_options.tracker.passes == 2 ? Json(face.flip_disagreement_oed) : Json(nullptr)}};
        if (m_options.mesh) {
            json["mesh"] = Json::array();
            for (const Point3& p : *face.mesh) {
                Json vertex = facemirror::to_json(Point{p.x, p.y});
                vertex.push_back(std::round(p.z * 1e4) / 1e4);
                json["mesh"].push_back(std::move(vertex));
            }
        }
        return json;
    }

private:
    const LandmarkOptions& m_options;
    ModelPack m_pack;
    CanonicalFace m_canonical;
    std::optional<FaceTracker> m_tracker;
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
                     "1: the picture only; 2: averaged with its flipped pass")
        ->check(CLI::Range(1, 2))
        ->capture_default_str();
    command
        ->add_option("--roi-iterations", options->tracker.roi_iterations,
                     "Runs of the mesh per picture; 0: 6 on a new face, 1 while it is followed")
        ->check(CLI::Range(0, 10))
        ->capture_default_str();
    command
        ->add_option("--detect-every", options->tracker.detect_every,
                     "Frames between two detections; 0: only when the face is lost")
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
