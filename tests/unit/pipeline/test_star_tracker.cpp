// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/star_tracker.hpp>

#include <support/fake_star.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <vector>

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

// What a tracker with so many networks finds in these frames when as many as it allows are on their way.
std::vector<TrackedFace> faces_of(const std::vector<Frame>& frames, std::size_t networks,
                                  const std::shared_ptr<FakeHeat>& heat, const TrackerOptions& options) {
    const auto world = std::make_shared<FakeWorld>();
    world->faces.push_back(face_on_disc({120, 180}, radius_px));
    StarTracker tracker{fake_detector(world), fake_star(heat, networks), fake_canonical(), options};
    std::vector<TrackedFace> faces;
    for (std::size_t i = 0; i < frames.size() + tracker.depth(); ++i) {
        if (i >= tracker.depth()) {
            faces.push_back(tracker.finish());
        }
        if (i < frames.size()) {
            tracker.begin(frames[i]);
        }
    }
    return faces;
}

std::vector<Frame> moving_disc(int count, Point step_px) {
    std::vector<Frame> frames;
    for (int i = 0; i < count; ++i) {
        const Point center{120 + i * step_px.x, 180 + i * step_px.y};
        frames.push_back(frame_with_discs({{center, radius_px}}, i));
    }
    return frames;
}

TEST(StarTracker, FindsTheSameWithAnyNumberOfNetworks) {
    for (const Point step_px : {Point{1, 0}, Point{5, 2}}) {
        const std::vector<Frame> frames = moving_disc(25, step_px);
        const auto one = faces_of(frames, 1, std::make_shared<FakeHeat>(), {.detect_every = 1000});
        for (const std::size_t networks : {2U, 3U}) {
            const auto several =
                faces_of(frames, networks, std::make_shared<FakeHeat>(), {.detect_every = 1000});
            ASSERT_EQ(several.size(), one.size());
            for (std::size_t i = 0; i < one.size(); ++i) {
                EXPECT_EQ(several[i].points, one[i].points) << i;
                EXPECT_EQ(several[i].status, one[i].status) << i;
            }
        }
    }
}

TEST(StarTracker, FollowsAFaceThatMovesWhileFramesAreOnTheirWay) {
    const std::vector<Frame> frames = moving_disc(30, {5, 2});
    const auto faces = faces_of(frames, 2, std::make_shared<FakeHeat>(), {.detect_every = 1000});
    for (std::size_t i = 0; i < faces.size(); ++i) {
        ASSERT_EQ(faces[i].status, FrameStatus::ok) << i << ": " << faces[i].reason;
        EXPECT_NEAR(eyes_of(faces[i]).x, 120.0 + 5.0 * static_cast<double>(i), 1.5) << i;
    }
}

TEST(StarTracker, LooksAgainOnlyWhenTheFaceHasLeftTheOldCrop) {
    constexpr int count = 30;
    const auto still = std::make_shared<FakeHeat>();
    faces_of(moving_disc(count, {0, 0}), 2, still, {.detect_every = 1000});
    EXPECT_EQ(still->runs, count + 1); // the first frame is looked at twice
    const auto moving = std::make_shared<FakeHeat>();
    faces_of(moving_disc(count, {5, 2}), 2, moving, {.detect_every = 1000});
    EXPECT_GT(moving->runs, count + 1 + count / 2);
}

TEST(StarTracker, FindsAFaceAgainThatWasLostWhileFramesWereOnTheirWay) {
    std::vector<Frame> frames = moving_disc(24, {0, 0});
    for (std::size_t i = 8; i < 12; ++i) {
        frames[i] = frame_with_discs({}, static_cast<std::int64_t>(i));
    }
    const auto world = std::make_shared<FakeWorld>();
    const auto heat = std::make_shared<FakeHeat>();
    StarTracker tracker{fake_detector(world), fake_star(heat, 1), fake_canonical(), {}};
    std::vector<FrameStatus> found;
    for (std::size_t i = 0; i < frames.size() + tracker.depth(); ++i) {
        if (i >= tracker.depth()) {
            const bool is_there = i - tracker.depth() < 8 || i - tracker.depth() >= 12;
            world->faces.clear();
            if (is_there) {
                world->faces.push_back(face_on_disc({120, 180}, radius_px));
            }
            found.push_back(tracker.finish().status);
        }
        if (i < frames.size()) {
            tracker.begin(frames[i]);
        }
    }
    EXPECT_EQ(found[7], FrameStatus::ok);
    EXPECT_NE(found[11], FrameStatus::ok);
    for (std::size_t i = 13; i < found.size(); ++i) {
        EXPECT_EQ(found[i], FrameStatus::ok) << i;
    }
}

TEST(StarTracker, AFailureOfANetworkComesOutOfFinish) {
    const auto fails = [](std::span<const float>, FakeNetwork::Tensors&) {
        throw std::runtime_error{"planted failure"};
    };
    std::vector<std::unique_ptr<StarNetwork>> networks;
    networks.push_back(std::make_unique<StarNetwork>(std::make_unique<FakeNetwork>(
        TensorInfo{"image", {1, 3, fake_star_px, fake_star_px}},
        std::vector<TensorInfo>{{"heat", {1, 98}}, {"spread", {1, 98}}, {"landmarks", {1, 98, 2}}}, fails)));
    StarTracker tracker{
        nullptr, std::move(networks), fake_canonical(), {.face_box = Box{150, 140, 250, 260}}};
    const Frame frame = frame_with_discs({}, 0);
    tracker.begin(frame);
    tracker.begin(frame);
    EXPECT_THROW(tracker.finish(), std::runtime_error);
}

TEST(StarTracker, RefusesMoreFramesThanItsDepthAndAFinishWithoutABegin) {
    Scene scene;
    EXPECT_THROW(scene.tracker().finish(), std::logic_error);
    const Frame frame = frame_with_discs({}, 0);
    for (std::size_t i = 0; i < scene.tracker().depth(); ++i) {
        scene.tracker().begin(frame);
    }
    EXPECT_THROW(scene.tracker().begin(frame), std::logic_error);
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
    EXPECT_THROW((StarTracker{fake_detector(world), {}, fake_canonical(), {}}), std::logic_error);
}

} // namespace
} // namespace facemirror
