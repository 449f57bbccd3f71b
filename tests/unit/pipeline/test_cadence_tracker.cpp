// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/cadence_tracker.hpp>

#include <support/textured_face.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace facemirror {
namespace {

/// Sees the landmarks of textured_landmarks() in every frame that it is asked for.
class CountingTracker final : public FaceTracker {
public:
    explicit CountingTracker(std::vector<std::int64_t>& asked) : m_asked{asked} {}

    [[nodiscard]] std::size_t depth() const noexcept override { return 3; }
    void begin(const Frame& frame) override { m_asked.push_back(frame.index); }
    TrackedFace finish() override {
        TrackedFace face;
        face.status = status;
        face.points = textured_landmarks();
        face.score = 0.8;
        face.mesh = Mesh{};
        face.detector_points = {{1, 2}};
        return face;
    }
    std::vector<TrackedFace> find_all(const Frame&) override { return {}; }
    const RgbRegion& region_for(const CropView&) override { return m_region; }

    FrameStatus status = FrameStatus::ok;

private:
    std::vector<std::int64_t>& m_asked;
    RgbRegion m_region;
};

class CadenceTrackerTest : public testing::Test {
protected:
    /// The indices of the frames in which the network was asked.
    std::vector<std::int64_t> asked_in(const Cadence& cadence, int frames,
                                       FrameStatus status = FrameStatus::ok, double tick_s = 1.0 / 30) {
        asked.clear();
        auto counting = std::make_unique<CountingTracker>(asked);
        counting->status = status;
        CadenceTracker tracker{std::move(counting), cadence, tick_s};
        for (int i = 0; i < frames; ++i) {
            const double shift = i >= cut_at ? 1000 : 0.1 * i; // the head drifts
            faces.push_back(
                tracker.track(textured_frame(i, [shift](Point p) { return p - Point{shift, 0}; })));
        }
        return asked;
    }

    std::vector<std::int64_t> asked;
    std::vector<TrackedFace> faces;
    int cut_at = 1000;
};

using Indices = std::vector<std::int64_t>;

TEST_F(CadenceTrackerTest, AsksInEveryNthFrameWhileNothingMoves) {
    EXPECT_EQ(asked_in({.every = 4}, 10), (Indices{0, 4, 8}));
    for (std::size_t i = 0; i < faces.size(); ++i) {
        EXPECT_EQ(faces[i].is_by_flow, i % 4 != 0) << i;
        EXPECT_EQ(faces[i].status, FrameStatus::ok) << i;
        EXPECT_EQ(faces[i].score, 0.8) << i;
    }
}

TEST_F(CadenceTrackerTest, FlowMovesThePointsAndKeepsNothingElseOfTheOldFrame) {
    asked_in({.every = 4}, 4);
    const Landmarks start = textured_landmarks();
    EXPECT_NEAR(faces[3].points[60].x, start[60].x + 0.3, 0.05);
    EXPECT_NEAR(faces[3].box.x1, box_of(start).x1 + 0.3, 0.05);
    EXPECT_FALSE(faces[3].mesh.has_value());
    EXPECT_TRUE(faces[3].detector_points.empty());
    EXPECT_TRUE(faces[0].mesh.has_value());
}

TEST_F(CadenceTrackerTest, AsksAtOnceWhenThePictureChanges) {
    cut_at = 6;
    EXPECT_EQ(asked_in({.every = 8}, 10), (Indices{0, 6}));
}

TEST_F(CadenceTrackerTest, AsksInEveryFrameWhileTheFaceIsInDoubt) {
    EXPECT_EQ(asked_in({.every = 4}, 5, FrameStatus::low_quality), (Indices{0, 1, 2, 3, 4}));
    EXPECT_EQ(asked_in({.every = 4}, 3, FrameStatus::no_face), (Indices{0, 1, 2}));
}

TEST_F(CadenceTrackerTest, ByTimeAFasterVideoIsAskedInFewerFrames) {
    const Cadence by_time{.every = 0, .at_least_s = 1.0 / 15};
    EXPECT_EQ(asked_in(by_time, 7, FrameStatus::ok, 1.0 / 30), (Indices{0, 2, 4, 6}));
    EXPECT_EQ(asked_in(by_time, 9, FrameStatus::ok, 1.0 / 60), (Indices{0, 4, 8}));
    EXPECT_EQ(asked_in(by_time, 3, FrameStatus::ok, 1.0 / 10), (Indices{0, 1, 2}));
}

TEST_F(CadenceTrackerTest, RefusesACadenceThatIsNone) {
    EXPECT_THROW((CadenceTracker{std::make_unique<CountingTracker>(asked), {0, 0}, 1}), std::logic_error);
    EXPECT_THROW((CadenceTracker{nullptr, {2, 0}, 1}), std::logic_error);
}

} // namespace
} // namespace facemirror
