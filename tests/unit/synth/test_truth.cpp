// SPDX-License-Identifier: Apache-2.0
#include "drawn_face.hpp"

#include <facemirror/synth/truth.hpp>

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

namespace facemirror::testing {
namespace {

TEST(TruthJson, HoldsEveryFrameAndAllThatWasImposed) {
    SceneOptions options;
    options.duration_s = 2;
    options.fps = 10;
    options.movements = demo_movements();
    options.head = parse_head_motion("shift=2,yaw=3");
    options.occluder = parse_occluder("side=right,start=0.5,end=1,share=0.4");
    options.second_face = parse_second_face("start=1,end=1.5");
    const Scene scene{plain_base(), options};
    const auto json = nlohmann::json::parse(truth_json(scene, "photo.png", "clip.mp4"));
    EXPECT_EQ(json.at("photo"), "photo.png");
    EXPECT_EQ(json.at("video"), "clip.mp4");
    EXPECT_EQ(json.at("options").at("fps"), 10);
    EXPECT_EQ(json.at("options").at("head").at("yaw_deg"), 3);
    EXPECT_EQ(json.at("points").size(), 98U);
    EXPECT_NEAR(json.at("outer_eye_distance").get<double>(), 160, 1e-3);
    ASSERT_EQ(json.at("movements").size(), options.movements.size());
    EXPECT_EQ(json.at("movements").at(0).at("left"), 0.4);
    EXPECT_EQ(json.at("movements").at(0).at("spots").size(), 2U);
    EXPECT_EQ(json.at("occluder").at("polygon").size(), 4U);
    EXPECT_EQ(json.at("second_face").at("end_s"), 1.5);
    ASSERT_EQ(json.at("frames").size(), 20U);
    const auto& frame = json.at("frames").at(16); // 1.6 s: the smile holds
    EXPECT_EQ(frame.at("pts_s"), 1.6);
    EXPECT_EQ(frame.at("strengths").size(), options.movements.size());
    EXPECT_EQ(frame.at("strengths").at(0), 1);
    EXPECT_EQ(frame.at("head").size(), 4U);
    ASSERT_EQ(frame.at("displacement").size(), 98U);
    const FrameTruth truth = scene.truth(16);
    EXPECT_NEAR(frame.at("displacement").at(76).at(0).get<double>(), truth.displacement[76].x, 1e-4);
    EXPECT_NEAR(frame.at("position").at(76).at(1).get<double>(), truth.position[76].y, 1e-4);
    EXPECT_EQ(json.at("frames").at(7).at("occluded"), true);
    EXPECT_EQ(json.at("frames").at(12).at("second_face"), true);
}

TEST(TruthJson, IsNullWhereNothingIsInTheWay) {
    SceneOptions options;
    options.duration_s = 0.1;
    const auto json = nlohmann::json::parse(truth_json(Scene{plain_base(), options}, "a", "b"));
    EXPECT_TRUE(json.at("occluder").is_null());
    EXPECT_TRUE(json.at("second_face").is_null());
}

} // namespace
} // namespace facemirror::testing
