// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/star_tracker.hpp>

#include <support/fake_star.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

namespace facemirror {
namespace {

constexpr double radius_px = 50;

/// A tracker among bright discs; only those that the test names are in sight of the detector.
class Scene {
public:
    explicit Scene(TrackerOptions options = {})
        : m_tracker{fake_detector(m_world), fake_star(m_heat), fake_canonical(), options} {}

    TrackedFace show(Point center) { return show(center, {{center, radius_px}}); }
    /// Discs of which the detector sees the one at `seen`, or none.
    TrackedFace show(std::optional<Point> seen, const std::vector<std::pair<Point, double>>& discs) {
        m_world->faces.clear();
        if (seen) {
            m_world->faces.push_back(face_on_disc(*seen, radius_px));
        }
        return m_tracker.track(frame_with_discs(discs, m_index++));
    }

    FakeWorld& world() { return *m_world; }
    FakeHeat& heat() { return *m_heat; }
    StarTracker& tracker() { return m_tracker; }

private:
    std::shared_ptr<FakeWorld> m_world = std::make_shared<FakeWorld>();
    std::shared_ptr<FakeHeat> m_heat = std::make_shared<FakeHeat>();
    StarTracker m_tracker;
    std::int64_t m_index = 0;
};

Point eyes_of(const TrackedFace& face) {
    return middle(face.points[60], face.points[72]);
}

TEST(StarTracker, FollowsAMovingFaceByItsLandmarksBetweenDetections) {
    Scene scene;
    for (int i = 0; i < 30; ++i) {
        const Point center{120.0 + 5 * i, 180.0 + 2 * i};
        const TrackedFace face = scene.show(center);
        ASSERT_EQ(face.status, FrameStatus::ok) << i << ": " << face.reason;
        constexpr double tolerance_px = 1.5; // the fake network sees pixels of 2.1 px
        EXPECT_NEAR(eyes_of(face).x, center.x, tolerance_px) << i;
        EXPECT_NEAR(face.box.center().x, center.x, 2 * tolerance_px) << i;
    }
    EXPECT_LT(scene.world().detections, 15);
}

TEST(StarTracker, KeepsFollowingWithoutAnyFurtherDetection) {
    // T13: the box of the first frame would have been left behind long ago.
    Scene scene{{.detect_every = 1000}};
    scene.show({100, 150});
    for (int i = 1; i < 40; ++i) {
        const Point center{100.0 + 5 * i, 150.0 + 3 * i};
        const TrackedFace face = scene.show(std::nullopt, {{center, radius_px}});
        ASSERT_EQ(face.status, FrameStatus::ok) << i << ": " << face.reason;
        EXPECT_NEAR(eyes_of(face).x, center.x, 1.5) << i;
    }
    EXPECT_EQ(scene.world().detections, 1);
}

TEST(StarTracker, LooksTwiceAtANewFaceAndOnceAtAFollowedOne) {
    Scene scene{{.detect_every = 1000}};
    scene.show({200, 200});
    EXPECT_EQ(scene.heat().runs, 2);
    scene.show({201, 200});
    EXPECT_EQ(scene.heat().runs, 3);
    scene.heat().runs = 0;
    Scene flipped{{.passes = 2, .detect_every = 1000}};
    flipped.show({200, 200});
    EXPECT_EQ(flipped.heat().runs, 4);
}

TEST(StarTracker, AsksTheDetectorAtOnceWhenTheHeatSpreads) {
    Scene scene{{.detect_every = 1000}};
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(scene.show({200, 200}).status, FrameStatus::ok);
    }
    scene.heat().spread = 0.7;
    const TrackedFace doubtful = scene.show({200, 200});
    EXPECT_EQ(scene.world().detections, 2);
    EXPECT_EQ(doubtful.status, FrameStatus::low_quality);
    EXPECT_NE(doubtful.reason.find("heat maps"), std::string::npos) << doubtful.reason;
    EXPECT_TRUE(doubtful.has_points());
    scene.heat().spread = 0.05;
    scene.show({200, 200});
    EXPECT_EQ(scene.show({200, 200}).status, FrameStatus::ok);
}

TEST(StarTracker, FlagsPointsThatWereNeverAnyGood) {
    Scene scene;
    scene.heat().spread = 0.8;
    for (int i = 0; i < 3; ++i) {
        const TrackedFace face = scene.show({200, 200});
        EXPECT_EQ(face.status, FrameStatus::low_quality);
        EXPECT_LT(mean_of(face.confidence.value()), 0.1);
    }
}

TEST(StarTracker, GoesToTheFaceThatTheDetectorFindsElsewhere) {
    // The landmarks hang on something bright that is no face; the detector knows better.
    Scene scene{{.detect_every = 3}};
    scene.show({120, 200});
    scene.show(std::nullopt, {{{120, 200}, radius_px}});
    TrackedFace face;
    for (int i = 0; i < 20; ++i) {
        scene.heat().spread = i < 3 ? 0.7 : 0.05;
        face = scene.show(Point{170, 200}, {{{170, 200}, radius_px}});
    }
    EXPECT_EQ(face.status, FrameStatus::ok) << face.reason;
    EXPECT_NEAR(eyes_of(face).x, 170, 1.5);
}

TEST(StarTracker, SaysNoFaceUntilThereIsOneAndAfterItLeft) {
    Scene scene;
    EXPECT_EQ(scene.show(std::nullopt, {}).status, FrameStatus::no_face);
    EXPECT_EQ(scene.heat().runs, 0);
    EXPECT_EQ(scene.show({200, 200}).status, FrameStatus::ok);
    scene.heat().sum = 0;
    EXPECT_EQ(scene.show(std::nullopt, {}).status, FrameStatus::no_face);
}

TEST(StarTracker, UsesAGivenBoxInEveryFrameWithoutDetectorAndTests) {
    const auto heat = std::make_shared<FakeHeat>();
    heat->spread = 0.8;
    StarTracker tracker{nullptr, fake_star(heat), fake_canonical(), {.face_box = Box{150, 140, 250, 260}}};
    for (int i = 0; i < 4; ++i) {
        const TrackedFace face = tracker.track(frame_with_discs({{{200, 200}, radius_px}}, i));
        EXPECT_EQ(face.status, FrameStatus::ok);
        EXPECT_EQ(face.score, 1);
    }
    EXPECT_EQ(heat->runs, 4);
}

TEST(StarTracker, FindsEveryFaceOfAStillAndRemembersNone) {
    Scene scene;
    scene.world().faces = {face_on_disc({100, 100}, 40, 0.95), face_on_disc({280, 260}, 60, 0.9)};
    const Frame still = frame_with_discs({{{100, 100}, 40}, {{280, 260}, 60}}, 0);
    for (int round = 0; round < 2; ++round) {
        const auto faces = scene.tracker().find_all(still);
        ASSERT_EQ(faces.size(), 2U);
        EXPECT_EQ(faces[0].status, FrameStatus::ok);
        EXPECT_NEAR(eyes_of(faces[0]).x, 100, 1.5);
        EXPECT_NEAR(eyes_of(faces[1]).x, 280, 2.5);
    }
}

TEST(StarTracker, RefusesOptionsThatMakeNoSense) {
    const auto world = std::make_shared<FakeWorld>();
    const auto heat = std::make_shared<FakeHeat>();
    const auto make = [&](const TrackerOptions& options) {
        StarTracker{fake_detector(world), fake_star(heat), fake_canonical(), options};
    };
    EXPECT_NO_THROW(make({}));
    EXPECT_THROW(make({.passes = 3}), std::logic_error);
    EXPECT_THROW(make({.detect_every = -1}), std::logic_error);
    EXPECT_THROW((StarTracker{nullptr, fake_star(heat), fake_canonical(), {}}), std::logic_error);
}

} // namespace
} // namespace facemirror
