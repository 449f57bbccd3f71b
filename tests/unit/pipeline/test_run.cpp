// SPDX-License-Identifier: Apache-2.0
// A whole run on faked networks: threads, order, failures and what is left behind.
#include <facemirror/core/error.hpp>
#include <facemirror/detect/blazeface_detector.hpp>
#include <facemirror/landmarks/detail/mesh_tables.hpp>
#include <facemirror/landmarks/mesh_geometry.hpp>
#include <facemirror/media/video_reader.hpp>
#include <facemirror/media/video_writer.hpp>
#include <facemirror/pipeline/detail/mesh_tracker.hpp>
#include <facemirror/pipeline/detail/run_setup.hpp>
#include <facemirror/pipeline/detail/star_tracker.hpp>

#include <support/fake_network.hpp>
#include <support/fake_star.hpp>
#include <support/temporary_folder.hpp>
#include <unit/measure/made_up_face.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <fstream>
#include <iterator>

namespace facemirror {
namespace {

namespace fs = std::filesystem;

constexpr int frame_count = 40;
constexpr float crop_px = 192;

// The made-up face in crop px, so placed that its own region of interest is the whole crop: tracking stands
// still.
Mesh face_in_crop() {
    Mesh mesh = test::mesh_of(test::made_up_canonical(), {}, 10, {0, 0, 0});
    const Roi roi = roi_from_mesh(mesh);
    const double scale = crop_px / roi.side;
    for (Point3& p : mesh) {
        p = {crop_px / 2 + scale * (p.x - roi.center.x), crop_px / 2 + scale * (p.y - roi.center.y),
             scale * p.z};
    }
    return mesh;
}

template <std::size_t count>
void fill_from(std::vector<float>& output, const Mesh& mesh, const std::array<std::size_t, count>& vertices) {
    for (std::size_t i = 0; i < count; ++i) {
        output[2 * i] = static_cast<float>(mesh[vertices[i]].x);
        output[2 * i + 1] = static_cast<float>(mesh[vertices[i]].y);
    }
}

void fill_iris(std::vector<float>& output, const Mesh& mesh, std::size_t first) {
    for (std::size_t i = 0; i < 5; ++i) {
        output[2 * i] = static_cast<float>(mesh[first + i].x);
        output[2 * i + 1] = static_cast<float>(mesh[first + i].y);
    }
}

// An attention mesh that always sees the made-up face; its run number `fails_at` (from 1) fails.
std::unique_ptr<Network> fake_mesh(const std::shared_ptr<std::atomic<int>>& runs, int fails_at) {
    const auto answer = [mesh = face_in_crop(), runs, fails_at](std::span<const float>,
                                                                FakeNetwork::Tensors& outputs) {
        if (++*runs == fails_at) {
            throw Error{ErrorCode::backend, "planted failure"};
        }
        outputs[0][0] = 25;
        for (std::size_t i = 0; i < 468; ++i) {
            outputs[1][3 * i] = static_cast<float>(mesh[i].x);
            outputs[1][3 * i + 1] = static_cast<float>(mesh[i].y);
            outputs[1][3 * i + 2] = static_cast<float>(mesh[i].z);
        }
        fill_from(outputs[2], mesh, mesh_tables::lips);
        fill_from(outputs[3], mesh, mesh_tables::right_eye); // the network's "left" is the picture's
        fill_from(outputs[4], mesh, mesh_tables::left_eye);
        fill_iris(outputs[5], mesh, mesh_tables::right_iris);
        fill_iris(outputs[6], mesh, mesh_tables::left_iris);
    };
    return std::make_unique<FakeNetwork>(TensorInfo{"input_1", {1, 192, 192, 3}},
                                         std::vector<TensorInfo>{{"conv_faceflag", {1, 1, 1, 1}},
                                                                 {"output_mesh_identity", {1, 1, 1, 1404}},
                                                                 {"output_lips", {1, 1, 1, 160}},
                                                                 {"output_left_eye", {1, 1, 1, 142}},
                                                                 {"output_right_eye", {1, 1, 1, 142}},
                                                                 {"output_left_iris", {1, 1, 1, 10}},
                                                                 {"output_right_iris", {1, 1, 1, 10}}},
                                         answer);
}

// A detector that finds nothing.
std::unique_ptr<FaceDetector> blind_detector() {
    const auto answer = [](std::span<const float>, FakeNetwork::Tensors& outputs) {
        std::fill(outputs[1].begin(), outputs[1].end(), -50.0F);
    };
    auto network = std::make_unique<FakeNetwork>(
        TensorInfo{"input", {1, 128, 128, 3}},
        std::vector<TensorInfo>{{"regressors", {1, 896, 16}}, {"classificators", {1, 896, 1}}}, answer);
    return std::make_unique<BlazeFaceDetector>(std::move(network), nullptr, BlazeFaceOptions{});
}

class RunOnFakes : public testing::Test {
protected:
    void SetUp() override {
        write_clip(folder / "clip.mp4");
        options.threads = 2;
        options.face_box = Box{60, 20, 260, 220};
        packs.chosen.description.name = "fake";
        packs.chosen.sha256 = std::string(64, 'b');
        packs.landmarks = packs.halves = "mesh";
    }

    // Grey frames with a moving bar, 1/30 s apart.
    static void write_clip(const fs::path& file) {
        VideoInfo info;
        info.layout = PixelLayout{.width = 320, .height = 240};
        info.time_base = {1, 30};
        VideoWriter writer{file, info, {}};
        for (int i = 0; i < frame_count; ++i) {
            Frame frame = make_frame(info.layout);
            for (int plane = 0; plane < 3; ++plane) {
                const auto p = static_cast<std::size_t>(plane);
                const std::size_t rows = static_cast<std::size_t>(info.layout.plane_height(plane));
                std::memset(frame.planes[p].data, 120 + (plane == 0 ? i : 0),
                            rows * static_cast<std::size_t>(frame.planes[p].stride));
            }
            frame.index = i;
            frame.pts = i;
            frame.duration = 1;
            writer.write(frame);
        }
        writer.close();
    }

    RunResult run(const std::string& stem, const std::atomic<bool>& cancelled = never) {
        request.input = (folder / "clip.mp4").string();
        request.sha256 = std::string(64, 'a');
        request.outputs = output_files(folder / "out", stem, options.videos);
        request.options = options;
        request.version = "test";
        fs::create_directories(folder / "out");
        const auto open = [this](const RunOptions& asked, double tick_s, Profile&) {
            Stages stages;
            stages.face = std::make_unique<CanonicalFace>(test::made_up_canonical());
            TrackerOptions tracker;
            tracker.face_box = asked.face_box;
            tracker.tick_s = tick_s;
            FollowOptions follow;
            follow.halves.mesh_px = 192;
            const auto mesh = [this] { return std::make_unique<FaceMesh>(fake_mesh(runs, fails_at)); };
            if (heat) {
                const auto networks = static_cast<std::size_t>(std::min(asked.threads, 3));
                stages.follower = std::make_unique<FaceFollower>(
                    std::make_unique<StarTracker>(nullptr, fake_star(heat, networks),
                                                  test::made_up_canonical(), tracker),
                    std::make_unique<MeshFitter>(mesh(), 2), *stages.face, follow);
            } else {
                stages.follower = std::make_unique<FaceFollower>(
                    std::make_unique<MeshTracker>(asked.face_box ? nullptr : blind_detector(), mesh(),
                                                  test::made_up_canonical(), tracker),
                    nullptr, *stages.face, follow);
            }
            for (int i = 0; i < std::max(1, asked.threads - 1); ++i) {
                stages.measurers.emplace_back(mesh(), nullptr, *stages.face);
            }
            return stages;
        };
        return run_with_stages(
            {.request = request, .packs = packs, .open_stages = open}, [](const RunProgress&) {}, cancelled);
    }

    [[nodiscard]] static std::string content(const fs::path& file) {
        std::ifstream stream{file, std::ios::binary};
        return {std::istreambuf_iterator<char>{stream}, {}};
    }
    [[nodiscard]] static std::int64_t rows_in(const fs::path& file) {
        const std::string text = content(file);
        return std::count(text.begin(), text.end(), '\n') - 1;
    }

    static inline const std::atomic<bool> never{false};
    TemporaryFolder folder;
    RunRequest request;
    RunOptions options;
    PackFacts packs;
    std::shared_ptr<std::atomic<int>> runs = std::make_shared<std::atomic<int>>(0);
    int fails_at = 0;
    std::shared_ptr<FakeHeat> heat; // with it, heat maps find the landmarks
};

TEST_F(RunOnFakes, GivesEveryFrameOneRowAndOnePictureInEachOutput) {
    const RunResult result = run("clip");
    const OutputFiles& files = request.outputs;
    EXPECT_EQ(result.counts[static_cast<std::size_t>(FrameStatus::ok)], frame_count);
    for (const fs::path& table :
         {files.frames_table, files.landmarks_table, files.left_table, files.right_table}) {
        EXPECT_EQ(rows_in(table), frame_count) << table;
    }
    for (const fs::path& video : {files.left_video, files.right_video, files.debug_video}) {
        VideoReader reader{video.string()};
        std::int64_t frames = 0;
        while (const auto frame = reader.read()) {
            EXPECT_NEAR(static_cast<double>(frame->pts) * reader.info().time_base.value(),
                        static_cast<double>(frames) / 30, 1e-9);
            ++frames;
        }
        EXPECT_EQ(frames, frame_count) << video;
    }
}

TEST_F(RunOnFakes, RunJsonTellsWhatWasDone) {
    run("clip");
    const auto json = nlohmann::json::parse(content(request.outputs.run_json));
    EXPECT_EQ(json.at("frames").at("decoded"), frame_count);
    EXPECT_EQ(json.at("frames").at("ok"), frame_count);
    EXPECT_EQ(json.at("pack").at("name"), "fake");
    EXPECT_EQ(json.at("precision"), "f32");
    EXPECT_EQ(json.at("options").at("threads"), 2);
    EXPECT_EQ(json.at("outputs").size(), 7U);
    EXPECT_FALSE(json.at("stages").empty());
    EXPECT_TRUE(is_finished(request.outputs, request.sha256, json.at("decided_by").dump()));
}

TEST_F(RunOnFakes, TablesDoNotDependOnThreadsOrQueues) {
    options.videos = Videos::none;
    for (const bool has_heat_maps : {false, true}) {
        heat = has_heat_maps ? std::make_shared<FakeHeat>() : nullptr;
        options.threads = 1;
        run("one");
        const OutputFiles one = request.outputs;
        for (const int threads : {2, 4, 7}) {
            options.threads = threads;
            options.queue_bytes = threads == 7 ? 1 : std::size_t{48} << 20;
            run("many");
            EXPECT_EQ(content(one.frames_table), content(request.outputs.frames_table)) << threads;
            EXPECT_EQ(content(one.landmarks_table), content(request.outputs.landmarks_table)) << threads;
            EXPECT_EQ(content(one.left_table), content(request.outputs.left_table)) << threads;
        }
    }
}

TEST_F(RunOnFakes, EveryFrameIsFollowedWhenSeveralAreOnTheirWay) {
    heat = std::make_shared<FakeHeat>();
    const RunResult result = run("clip");
    EXPECT_EQ(result.counts[static_cast<std::size_t>(FrameStatus::no_face)], 0);
    EXPECT_EQ(heat->runs, frame_count);
    EXPECT_EQ(rows_in(request.outputs.frames_table), frame_count);
}

TEST_F(RunOnFakes, AFailingNetworkEndsTheRunAndLeavesNothing) {
    for (const int failing_run : {1, 3, 50, 100}) {
        *runs = 0;
        fails_at = failing_run;
        try {
            run("clip");
            FAIL() << "no exception at run " << failing_run;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::backend);
            EXPECT_STREQ(error.what(), "planted failure");
        }
        EXPECT_TRUE(fs::is_empty(folder / "out")) << "at run " << failing_run;
    }
}

TEST_F(RunOnFakes, ACancelledFileLeavesNothing) {
    const std::atomic<bool> at_once{true};
    try {
        run("clip", at_once);
        FAIL() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::cancelled);
    }
    EXPECT_TRUE(fs::is_empty(folder / "out"));
}

TEST_F(RunOnFakes, FramesWithoutAFaceKeepTheirRowsAndPictures) {
    options.face_box.reset();
    const RunResult result = run("clip");
    EXPECT_EQ(result.counts[static_cast<std::size_t>(FrameStatus::no_face)], frame_count);
    ASSERT_FALSE(result.warnings.empty());
    EXPECT_NE(result.warnings[0].find("no face in any frame"), std::string::npos);
    EXPECT_EQ(rows_in(request.outputs.landmarks_table), frame_count);
    const std::string text = content(request.outputs.frames_table);
    const std::size_t row = text.find('\n') + 1;
    EXPECT_EQ(text.substr(row, 37), "0,0.000000,no_face,nan,nan,nan,nan,na");
    VideoReader reader{request.outputs.left_video.string()};
    EXPECT_EQ(reader.info().frame_estimate, frame_count);
}

TEST_F(RunOnFakes, WithoutVideosThereAreTablesOnly) {
    options.videos = Videos::none;
    run("clip");
    EXPECT_EQ(std::distance(fs::directory_iterator{folder / "out"}, {}), 5);
}

TEST_F(RunOnFakes, SelfieSwapsTheSidesOfTheTables) {
    options.videos = Videos::none;
    run("plain");
    const OutputFiles plain = request.outputs;
    options.selfie = true;
    run("selfie");
    EXPECT_EQ(content(plain.left_table), content(request.outputs.right_table));
}

} // namespace
} // namespace facemirror
