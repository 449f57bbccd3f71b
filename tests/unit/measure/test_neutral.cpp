// SPDX-License-Identifier: Apache-2.0
#include "made_up_face.hpp"

#include <facemirror/measure/neutral.hpp>

#include <gtest/gtest.h>

#include <random>

namespace facemirror {
namespace {

constexpr double oed_cm = 8.9;

// A face as the finder sees it; cm against the resting face.
struct Pose {
    double smile_left = 0;  // of the corner, both out and up
    double smile_right = 0; //
    double brow = 0;        // up, both sides
    double pucker = 0;      // corners inwards
    double lip_gap = 0;
    double eye_ratio = 0.3; // both eyes
    double yaw_deg = 0;
};

void set(FrameMeasures& measures, Side side, Quantity quantity, double cm) {
    measures.frame.side[static_cast<std::size_t>(side)][index_of(quantity, Scale::oed)] = cm / oed_cm;
}

FrameMeasures measures_of(const Pose& pose) {
    FrameMeasures measures = missing_measures();
    measures.pose = {.yaw_deg = pose.yaw_deg, .pitch_deg = 0, .roll_deg = 0};
    for (const Side side : {Side::patient_left, Side::patient_right}) {
        const double smile = side == Side::patient_left ? pose.smile_left : pose.smile_right;
        set(measures, side, Quantity::brow_position, 2.4 + pose.brow);
        set(measures, side, Quantity::upper_lid_position, 0.6);
        set(measures, side, Quantity::lower_lid_position, -0.4);
        set(measures, side, Quantity::commissure_out, 2.5 + smile - pose.pucker);
        set(measures, side, Quantity::commissure_up, -7 + smile);
        set(measures, side, Quantity::lip_gap, pose.lip_gap);
        set(measures, side, Quantity::lower_lip_position, -7.5);
        measures.frame.side[static_cast<std::size_t>(side)][index_of(Quantity::eye_aspect_ratio)] =
            pose.eye_ratio;
    }
    return measures;
}

// A clip of 30 frames a second that is told what the face does.
class Clip {
public:
    explicit Clip(double rate_hz = 30) : m_rate_hz{rate_hz} {}

    Clip& hold(const Pose& pose, double seconds, FrameStatus status = FrameStatus::ok) {
        const auto frames = static_cast<int>(std::lround(seconds * m_rate_hz));
        for (int i = 0; i < frames; ++i) {
            push(pose, status);
        }
        return *this;
    }
    Clip& smile(double from, double to, double seconds) {
        const auto frames = static_cast<int>(std::lround(seconds * m_rate_hz));
        for (int i = 1; i <= frames; ++i) {
            const double corner = from + (to - from) * i / frames;
            push({.smile_left = corner, .smile_right = corner}, FrameStatus::ok);
        }
        return *this;
    }
    Clip& with_noise(double deviation_cm) {
        m_noise_cm = deviation_cm;
        return *this;
    }

    NeutralFinder finder;

private:
    void push(const Pose& pose, FrameStatus status) {
        FrameMeasures measures = measures_of(pose);
        for (auto& side : measures.frame.side) {
            for (std::size_t q = 0; q < length_count; ++q) {
                side[2 * q + 1] += m_noise(m_random) * m_noise_cm / oed_cm;
            }
        }
        finder.push(static_cast<double>(m_frame++) / m_rate_hz, 1 / m_rate_hz, status, measures);
    }

    double m_rate_hz;
    double m_noise_cm = 0;
    int m_frame = 0;
    std::mt19937 m_random{1};
    std::normal_distribution<double> m_noise;
};

void expect_span(const NeutralFinder& finder, double start_s, double end_s) {
    const auto span = finder.find();
    ASSERT_TRUE(span.has_value()) << finder.why_not();
    EXPECT_NEAR(span->start_s, start_s, 0.07);
    EXPECT_NEAR(span->end_s, end_s, 0.07);
    EXPECT_EQ(span->source, NeutralSource::found);
}

const Pose rest;
const Pose smile{.smile_left = 0.8, .smile_right = 0.8};
const Pose open_mouth{.lip_gap = 1.0};
const Pose blink{.eye_ratio = 0.05};

TEST(NeutralFinder, FindsTheLongestCalmSpan) {
    Clip clip;
    clip.hold(rest, 0.7).hold(open_mouth, 1).hold(rest, 1.5).hold(blink, 0.2).hold(rest, 1);
    expect_span(clip.finder, 1.7, 3.2);
}

TEST(NeutralFinder, AHeldSmileAtTheStartIsNotTheNeutralThoughItIsLonger) {
    Clip clip;
    clip.hold(smile, 3).smile(0.8, 0, 0.5).hold(rest, 0.8).hold(open_mouth, 0.5);
    expect_span(clip.finder, 3.5, 4.3);
}

TEST(NeutralFinder, AHeldOneSidedSmileIsNotTheNeutral) {
    for (const bool left : {true, false}) {
        Clip clip;
        const Pose one_sided{.smile_left = left ? 0.6 : 0, .smile_right = left ? 0 : 0.6};
        clip.hold(one_sided, 3).hold(open_mouth, 0.1).hold(rest, 0.8);
        expect_span(clip.finder, 3.1, 3.9);
    }
}

TEST(NeutralFinder, AVerySlowSmileIsCutWhereTheFaceHasDrifted) {
    Clip clip{240}; // 0.04 % of the outer-eye distance a frame: never above the limit of motion
    clip.hold(rest, 1).smile(0, 0.8, 1).hold(smile, 2);
    const auto span = clip.finder.find();
    ASSERT_TRUE(span.has_value());
    EXPECT_EQ(span->start_s, 0);
    EXPECT_LT(span->end_s, 1.4);
}

TEST(NeutralFinder, PursedLipsAreNotTakenForTheRestOfASmile) {
    Clip clip;
    clip.hold(rest, 1.5).hold(open_mouth, 0.2).hold({.pucker = 0.8}, 1).hold(open_mouth, 0.2);
    expect_span(clip.finder, 0, 1.5);
}

TEST(NeutralFinder, APostureThatTheFaceComesBackToBeatsOneLongHold) {
    Clip clip;
    const Pose raised{.brow = 0.6};
    clip.hold(rest, 1).hold(raised, 2).hold(rest, 1.2).hold(open_mouth, 1).hold(rest, 1);
    expect_span(clip.finder, 3.0, 4.2);
}

TEST(NeutralFinder, StaysCalmUnderTheNoiseOfTheNetwork) {
    Clip clip;
    clip.with_noise(0.001 * oed_cm).hold(rest, 3); // 0.1 % of the outer-eye distance: truth-study.md 3
    expect_span(clip.finder, 0, 3);
}

TEST(NeutralFinder, NeedsHalfASecondAndTwoFrames) {
    Clip brief;
    brief.hold(rest, 0.4).hold(open_mouth, 1);
    EXPECT_FALSE(brief.finder.find().has_value());
    Clip slow{1};
    slow.hold(open_mouth, 1).hold(rest, 1).hold(open_mouth, 1); // one frame proves no stillness
    EXPECT_FALSE(slow.finder.find().has_value());
    Clip two{1};
    two.hold(rest, 2);
    EXPECT_TRUE(two.finder.find().has_value());
}

TEST(NeutralFinder, AMovingFaceIsNotCalm) {
    Clip clip;
    for (int i = 0; i < 60; ++i) {
        clip.hold({.smile_left = i % 2 == 0 ? 0.0 : 0.1, .smile_right = i % 2 == 0 ? 0.0 : 0.1}, 1.0 / 30);
    }
    EXPECT_FALSE(clip.finder.find().has_value());
    EXPECT_NE(clip.finder.why_not().find("at rest"), std::string::npos);
}

TEST(NeutralFinder, ATurningHeadIsNotCalm) {
    Clip clip;
    for (int i = 0; i < 30; ++i) {
        clip.hold({.yaw_deg = 1.0 * i}, 1.0 / 30);
    }
    EXPECT_FALSE(clip.finder.find().has_value());
}

TEST(NeutralFinder, FramesThatAreNotOkEndASpan) {
    Clip clip;
    clip.hold(rest, 0.4).hold(rest, 0.1, FrameStatus::occluded).hold(rest, 0.4);
    EXPECT_FALSE(clip.finder.find().has_value());
}

TEST(NeutralFinder, SaysWhatWasMissing) {
    Clip none;
    none.hold(rest, 1, FrameStatus::no_face);
    EXPECT_FALSE(none.finder.find().has_value());
    EXPECT_NE(none.finder.why_not().find("no frame"), std::string::npos);
    Clip talking;
    talking.hold(open_mouth, 1);
    EXPECT_FALSE(talking.finder.find().has_value());
    EXPECT_NE(talking.finder.why_not().find("lips"), std::string::npos);
    Clip asleep;
    asleep.hold(blink, 1);
    EXPECT_FALSE(asleep.finder.find().has_value());
    EXPECT_NE(asleep.finder.why_not().find("eyes"), std::string::npos);
}

TEST(NeutralMedian, TakesTheMedianOfEveryValueOverTheSpansOkFrames) {
    NeutralMedian median{{.start_s = 1, .end_s = 2, .source = NeutralSource::given}};
    const auto frame = [](double brow, double yaw) { return measures_of({.brow = brow, .yaw_deg = yaw}); };
    median.push(0.9, FrameStatus::ok, frame(9, 90));
    median.push(1.0, FrameStatus::ok, frame(0.1, 1));
    median.push(1.2, FrameStatus::ok, frame(0.7, 2));
    median.push(1.4, FrameStatus::ok, frame(0.2, 3));
    median.push(1.6, FrameStatus::low_quality, frame(9, 90));
    median.push(1.8, FrameStatus::ok, missing_measures());
    median.push(2.0, FrameStatus::ok, frame(9, 90));
    const auto neutral = median.finish();
    ASSERT_TRUE(neutral.has_value());
    EXPECT_EQ(neutral->frames, 3U);
    EXPECT_EQ(neutral->span.source, NeutralSource::given);
    EXPECT_EQ(neutral->median.pose.yaw_deg, 2);
    EXPECT_NEAR(neutral->median.frame.side[0][index_of(Quantity::brow_position, Scale::oed)], 2.6 / oed_cm,
                1e-12);
    EXPECT_TRUE(std::isnan(neutral->median.halves.side[0][0]));
}

TEST(NeutralMedian, IsEmptyWhenNoFrameOfTheSpanIsOk) {
    NeutralMedian median{{.start_s = 1, .end_s = 2, .source = NeutralSource::given}};
    median.push(1.5, FrameStatus::occluded, measures_of(rest));
    EXPECT_FALSE(median.finish().has_value());
}

TEST(NeutralMedian, SpreadsWhatItKeepsOverALongSpan) {
    NeutralMedian median{{.start_s = 0, .end_s = 1e9, .source = NeutralSource::given}};
    for (int i = 0; i <= 10000; ++i) {
        median.push(i, FrameStatus::ok, measures_of({.yaw_deg = 1.0 * i}));
    }
    const auto neutral = median.finish();
    ASSERT_TRUE(neutral.has_value());
    EXPECT_EQ(neutral->frames, 10001U);
    EXPECT_NEAR(neutral->median.pose.yaw_deg, 5000, 40);
}

} // namespace
} // namespace facemirror
