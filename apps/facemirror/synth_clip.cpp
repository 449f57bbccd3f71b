// SPDX-License-Identifier: Apache-2.0
#include "synth_clip.hpp"

#include <facemirror/core/color.hpp>
#include <facemirror/core/error.hpp>
#include <facemirror/media/still.hpp>
#include <facemirror/media/video_writer.hpp>
#include <facemirror/pipeline/tracker.hpp>
#include <facemirror/report/atomic_file.hpp>
#include <facemirror/synth/truth.hpp>

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>

namespace facemirror {

namespace {

constexpr int region_passes = 5; // The mesh's own region settles within 3 (default-models.md 4.4).

Landmarks read_points(const std::string& file) {
    std::ifstream text{file};
    if (!text) {
        throw Error{ErrorCode::not_found, file + ": expected a JSON file with 98 points, found no such file"};
    }
    try {
        auto json = nlohmann::json::parse(text);
        if (json.contains("images")) { // what `facemirror landmarks --json` prints
            json = json.at("images").at(0).at("faces").at(0);
        }
        const auto pairs = json.at("landmarks").get<std::vector<std::array<double, 2>>>();
        if (pairs.size() != wflw::size) {
            throw Error{ErrorCode::corrupted,
                        file + ": expected 98 landmarks, found " + std::to_string(pairs.size())};
        }
        Landmarks points;
        std::transform(pairs.begin(), pairs.end(), points.begin(),
                       [](const auto& xy) { return Point{xy[0], xy[1]}; });
        return points;
    } catch (const nlohmann::json::exception& error) {
        throw Error{ErrorCode::corrupted,
                    file + ": expected {\"landmarks\":[[x,y] x 98]}, found " + error.what()};
    }
}

Landmarks find_points(const Models& models, const Frame& picture, const std::string& name) {
    TrackerOptions options;
    options.roi_iterations = region_passes;
    const auto tracker = open_tracker(models, Precision::f32, options);
    const TrackedFace face = tracker->track(picture);
    if (!face.has_points()) {
        throw Error{ErrorCode::unsupported, name + ": expected a photograph of a face, found none"};
    }
    return face.points;
}

Base base_with_given_points(const ClipOptions& options, const Frame& photo) {
    Base base = make_base(photo, read_points(options.points), options.framing);
    if (options.closed_lips) {
        close_lips(base);
    }
    return base;
}

Base base_of(const ClipOptions& options, const std::string& photo_file) {
    const Frame photo = read_still(photo_file);
    if (!options.points.empty()) {
        return base_with_given_points(options, photo);
    }
    const Models models{options.pack, {Part::detector, Part::landmarks, Part::head}};
    Base base = make_base(photo, find_points(models, photo, photo_file), options.framing);
    // The face is larger now, so the points are finer; and these are the points that a run will find.
    set_points(base, find_points(models, still_of(base), photo_file));
    if (options.closed_lips) {
        close_lips(base);
        set_points(base, find_points(models, still_of(base), photo_file));
    }
    return base;
}

VideoInfo info_of(const Scene& scene) {
    VideoInfo info;
    info.layout = rgb_layout(scene.base().width, scene.base().height);
    info.stored_width = info.layout.width;
    info.stored_height = info.layout.height;
    info.time_base = {1, ticks_per_second};
    info.average_rate = {std::llround(scene.options().fps * 1000), 1000};
    info.frame_estimate = static_cast<std::int64_t>(scene.frame_count());
    return info;
}

} // namespace

std::filesystem::path sample_photo() {
    if (const char* named = std::getenv("FACEMIRROR_ASTRONAUT"); named != nullptr && *named != '\0') {
        return named;
    }
    std::error_code ignored; // an unreadable link is the same as none
    std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    while (!folder.empty()) {
        const auto photo = folder / ".cache" / "astronaut.png";
        if (std::filesystem::exists(photo, ignored)) {
            return photo;
        }
        if (folder == folder.parent_path()) {
            break;
        }
        folder = folder.parent_path();
    }
    throw Error{ErrorCode::not_found,
                "astronaut.png: expected the sample photograph in $FACEMIRROR_ASTRONAUT or in "
                ".cache above the program, found none; ./facemirror installs it"};
}

void make_clip(const ClipOptions& options, const std::filesystem::path& video) {
    const std::string photo = options.photo.empty() ? sample_photo().string() : options.photo;
    const Scene scene{base_of(options, photo), options.scene};
    PendingFile pending{video};
    WriterOptions encoding;
    encoding.quality = options.quality;
    VideoWriter writer{pending.temporary(), info_of(scene), encoding};
    for (std::size_t index = 0; index < scene.frame_count(); ++index) {
        writer.write(scene.render(index));
    }
    writer.close();
    auto truth_file = video;
    AtomicFile truth{truth_file.replace_extension(".json")};
    truth.write(
        truth_json(scene, std::filesystem::path{photo}.filename().string(), video.filename().string()));
    pending.publish();
    truth.publish();
}

} // namespace facemirror
