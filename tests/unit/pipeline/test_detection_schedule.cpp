// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/detection_schedule.hpp>

#include <gtest/gtest.h>

namespace facemirror {
namespace {

constexpr Box face{100, 100, 200, 220};

/// Runs frames of a face with these yaws, asking the detector whenever it is due; returns how often it was.
int detections(DetectionSchedule& schedule, int frames, double yaw_step_deg) {
    int count = 0;
    for (int i = 0; i < frames; ++i) {
        if (schedule.begin_frame()) {
            schedule.detected();
            ++count;
        }
        schedule.push(face, i % 2 == 0 ? yaw_step_deg : -yaw_step_deg);
    }
    return count;
}

TEST(DetectionSchedule, LooksLessAndLessOftenAtAStillHeadUpToEveryEighthFrame) {
    DetectionSchedule schedule{0};
    EXPECT_EQ(detections(schedule, 20, 0), 4); // in frames 2, 3, 11 and 19
    EXPECT_EQ(schedule.interval(), 8);
    EXPECT_EQ(detections(schedule, 80, 0), 10);
}

TEST(DetectionSchedule, LooksAtEveryFrameWhileTheHeadTurns) {
    DetectionSchedule schedule{0};
    detections(schedule, 40, 0);
    detections(schedule, 20, 4); // a deviation of 4 degrees, above 1.5
    EXPECT_EQ(schedule.interval(), 1);
    EXPECT_EQ(detections(schedule, 10, 4), 10);
}

TEST(DetectionSchedule, LooksAtEveryFrameUntilThreeYawsAreKnown) {
    DetectionSchedule schedule{0};
    schedule.push(face, 0);
    EXPECT_EQ(schedule.interval(), 1);
    schedule.push(face, std::nullopt);
    EXPECT_EQ(schedule.interval(), 1);
    schedule.push(face, 0);
    EXPECT_EQ(schedule.interval(), 1);
    schedule.push(face, 0);
    EXPECT_EQ(schedule.interval(), 2);
}

TEST(DetectionSchedule, KeepsAFixedIntervalWhateverTheHeadDoes) {
    DetectionSchedule schedule{5};
    EXPECT_EQ(detections(schedule, 50, 0), 10);
    EXPECT_EQ(detections(schedule, 50, 6), 10);
}

TEST(DetectionSchedule, LooksInASmoothedBoxOfOneAndAHalfTimesTheFace) {
    DetectionSchedule schedule{0};
    EXPECT_FALSE(schedule.region().has_value());
    schedule.push(face, 0);
    EXPECT_EQ(*schedule.region(), (Box{75, 70, 225, 250}));
    schedule.push({200, 100, 300, 220}, 0);
    EXPECT_DOUBLE_EQ(schedule.region()->x1, 0.6 * 75 + 0.4 * 175);
    schedule.lose();
    EXPECT_FALSE(schedule.region().has_value());
    EXPECT_EQ(schedule.interval(), 1);
}

} // namespace
} // namespace facemirror
