// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/mesh_tracker.hpp>

#include <support/fake_face.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

namespace facemirror {
namespace {

constexpr double radius_px = 50;

/// A tracker among faces that the test moves about.
class Scene {
public:
    explicit Scene(TrackerOptions options = {})
        : m_tracker{fake_detector(m_world), fake_face_mesh(m_world, options.passes == 0 ? 2 : options.passes),
                    fake_canonical(), options} {}

    /// The next frame has one face, in sight of the detector.
    TrackedFace show(Point center) { return show_discs({{center, radius_px}}); }

    TrackedFace show_discs(const std::vector<std::pair<Point, double>>& discs) {
        m_world->faces.clear();
        for (const auto& [center, radius] : discs) {
            m_world->faces.push_back(face_on_disc(center, radius));
        }
        return m_tracker.track(frame_with_discs(discs, m_index++));
    }

    /// A face that the detector does not see.
    TrackedFace show_undetected(Point center) {
        m_world->faces.clear();
        return m_tracker.track(frame_with_discs({{center, radius_px}}, m_index++));
    }

    void skip(int frames) { m_index += frames; }
    FakeWorld& world() { return *m_world; }
    MeshTracker& tracker() { return m_tracker; }

private:
    std::shared_ptr<FakeWorld> m_world = std::make_shared<FakeWorld>();
    MeshTracker m_tracker;
    std::int64_t m_index = 0;
};

TEST(MeshTracker, FollowsAMovingFaceWithOneDetection) {
    Scene scene;
    for (int i = 0; i < 20; ++i) {
        const Point center{150.0 + 4 * i, 180.0 + 2 * i};
        const TrackedFace face = scene.show(center);
        ASSERT_EQ(face.status, FrameStatus::ok) << i << ": " << face.reason;
        constexpr double tolerance_px = 1.0;
        EXPECT_NEAR(middle(face.points[60], face.points[72]).x, center.x, tolerance_px) << i;
    }
    EXPECT_EQ(scene.world().detections, 1);
}

TEST(MeshTracker, LooksSixTimesAtANewFaceAndOnceAtAFollowedOneInBothPasses) {
    Scene scene;
    scene.show({200, 200});
    EXPECT_EQ(scene.world().mesh_runs, 12);
    scene.show({200, 200});
    EXPECT_EQ(scene.world().mesh_runs, 14);
    TrackerOptions single;
    single.passes = 1;
    single.roi_iterations = 2;
    Scene quick{single};
    quick.show({200, 200});
    quick.show({200, 200});
    EXPECT_EQ(quick.world().mesh_runs, 4);
}

TEST(MeshTracker, DetectsAgainOnItsInterval) {
    TrackerOptions options;
    options.detect_every = 5;
    Scene scene{options};
    for (int i = 0; i < 11; ++i) {
        EXPECT_EQ(scene.show({200, 200}).status, FrameStatus::ok);
    }
    EXPECT_EQ(scene.world().detections, 3);
}

TEST(MeshTracker, MarksACoveredFaceAndFindsItAgain) {
    Scene scene;
    for (int i = 0; i < 10; ++i) {
        scene.show({200, 200});
    }
    scene.world().face_logit = 14;
    for (int i = 0; i < 30; ++i) {
        const TrackedFace face = scene.show_undetected({200, 200});
        EXPECT_EQ(face.status, FrameStatus::occluded);
        EXPECT_FALSE(face.reason.empty());
        EXPECT_TRUE(face.mesh.has_value());
    }
    scene.world().face_logit = 25;
    EXPECT_EQ(scene.show({202, 200}).status, FrameStatus::ok);
}

TEST(MeshTracker, MarksAFaceOnWhichTheTwoPassesDisagree) {
    Scene scene;
    scene.world().disagreement = 0.01;
    for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(scene.show({200, 200}).status, FrameStatus::ok);
    }
    scene.world().disagreement = 0.06;
    const TrackedFace face = scene.show({200, 200});
    EXPECT_EQ(face.status, FrameStatus::occluded);
    EXPECT_NEAR(face.flip_disagreement_oed.value(), 0.06, 1e-3); // a disc's radius is the eyes' distance
    EXPECT_NEAR(face.confidence.value()[0], 1 / (1 + 3.0 * 3.0), 0.01); // 0.06 is three times 2 %
}

TEST(MeshTracker, SaysNoFaceUntilThereIsOne) {
    Scene scene;
    for (int i = 0; i < 3; ++i) {
        const TrackedFace face = scene.show_discs({});
        EXPECT_EQ(face.status, FrameStatus::no_face);
        EXPECT_FALSE(face.mesh.has_value());
    }
    EXPECT_EQ(scene.show({100, 250}).status, FrameStatus::ok);
}

TEST(MeshTracker, LosesAFaceThatLeaves) {
    Scene scene;
    scene.show({200, 200});
    scene.world().face_logit = -10;
    EXPECT_EQ(scene.show_discs({}).status, FrameStatus::no_face);
    EXPECT_EQ(scene.show_discs({}).status, FrameStatus::no_face);
    scene.world().face_logit = 25;
    EXPECT_EQ(scene.show({205, 200}).status, FrameStatus::low_quality); // one frame to be sure
    EXPECT_EQ(scene.show({205, 200}).status, FrameStatus::ok);
}

TEST(MeshTracker, TakesTheLargestFaceAtFirstAndTheNearestAfterALoss) {
    Scene scene;
    const Point patient{120, 200};
    const Point other{320, 200};
    scene.show_discs({{other, 30}, {patient, 50}});
    scene.world().face_logit = -10;
    scene.show_discs({});
    scene.world().face_logit = 25;
    scene.show_discs({{other, 60}, {patient, 50}});
    const TrackedFace face = scene.show_discs({{other, 60}, {patient, 50}});
    EXPECT_EQ(face.status, FrameStatus::ok) << face.reason;
    EXPECT_NEAR(face.box.center().x, patient.x, 10);
}

TEST(MeshTracker, TakesTheLargestAgainAfterALongAbsence) {
    Scene scene;
    scene.show({100, 200});
    scene.world().face_logit = -10;
    scene.show_discs({});
    scene.world().face_logit = 25;
    scene.skip(120); // 4 s
    scene.show({300, 200});
    const TrackedFace face = scene.show({300, 200});
    EXPECT_EQ(face.status, FrameStatus::ok) << face.reason;
    EXPECT_NEAR(face.box.center().x, 300, 10);
}

TEST(MeshTracker, DoesNotFollowAnotherFaceThatTakesThePlace) {
    Scene scene;
    for (int i = 0; i < 10; ++i) {
        scene.show({200, 200});
    }
    for (int i = 0; i < 15; ++i) { // the only face to be seen moves on by 0.4 eye distances a frame
        const TrackedFace face = scene.show({60.0 + 20 * i, 200});
        EXPECT_NE(face.status, FrameStatus::ok) << i;
    }
    scene.show({200, 200});
    const TrackedFace face = scene.show({200, 200});
    EXPECT_EQ(face.status, FrameStatus::ok) << face.reason;
    EXPECT_NEAR(face.box.center().x, 200, 10);
}

TEST(MeshTracker, UsesAGivenBoxInEveryFrameWithoutDetectorAndTests) {
    TrackerOptions options;
    options.face_box = Box{150, 150, 250, 250};
    const auto world = std::make_shared<FakeWorld>();
    world->face_logit = -20;
    MeshTracker tracker{nullptr, fake_face_mesh(world, 2), fake_canonical(), options};
    for (int i = 0; i < 3; ++i) {
        const TrackedFace face = tracker.track(frame_with_discs({{{200, 200}, radius_px}}, i));
        EXPECT_EQ(face.status, FrameStatus::ok);
        EXPECT_DOUBLE_EQ(face.score, 1);
        EXPECT_NEAR(face.box.center().x, 200, 5);
    }
}

TEST(MeshTracker, FindsEveryFaceOfAStillAndRemembersNone) {
    Scene scene;
    scene.world().faces = {face_on_disc({100, 200}, 40, 0.7), face_on_disc({300, 200}, 40, 0.9)};
    const Frame frame = frame_with_discs({{{100, 200}, 40}, {{300, 200}, 40}}, 0);
    for (int i = 0; i < 2; ++i) {
        const auto faces = scene.tracker().find_all(frame);
        ASSERT_EQ(faces.size(), 2U);
        EXPECT_NEAR(faces[0].score, 0.9, 1e-6);
        EXPECT_NEAR(faces[0].box.center().x, 300, 12);
        EXPECT_NEAR(faces[1].box.center().x, 100, 12);
    }
}

TEST(MeshTracker, ReadsItsRegionAnewWhenACropLooksOutsideOfIt) {
    Scene scene;
    scene.show({200, 200});
    const Frame frame = frame_with_discs({{{40, 40}, 30}}, 0);
    const CropView view{{{40, 40}, 60, 0}, 192, CropFlip::none, CropBorder::replicate, {}};
    const RgbRegion& region = scene.tracker().region_for(view);
    const Point corner = region.from_frame({10, 10});
    EXPECT_GE(corner.x, 0);
    EXPECT_GE(corner.y, 0);
    EXPECT_LT(corner.x, region.width());
}

TEST(MeshTracker, RefusesOptionsThatMakeNoSense) {
    const auto world = std::make_shared<FakeWorld>();
    const auto make = [&](TrackerOptions options) {
        MeshTracker{fake_detector(world), fake_face_mesh(world, 2), fake_canonical(), options};
    };
    TrackerOptions options;
    options.passes = 3;
    EXPECT_THROW(make(options), std::logic_error);
    options = {};
    options.tick_s = 0;
    EXPECT_THROW(make(options), std::logic_error);
    EXPECT_THROW((MeshTracker{nullptr, fake_face_mesh(world, 2), fake_canonical(), {}}), std::logic_error);
}

} // namespace
} // namespace facemirror
