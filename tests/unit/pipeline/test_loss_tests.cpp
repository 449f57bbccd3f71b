// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/loss_tests.hpp>
#include <facemirror/pipeline/detail/patient.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace facemirror {
namespace {

constexpr double oed_px = 100;

LossEvidence evidence(double time_s, Point shift = {}) {
    LossEvidence made{time_s, 25, 0.015, 0.5, {}, {}};
    made.points.fill(shift);
    made.points[72] = made.points[72] + Point{oed_px, 0};
    return made;
}

/// Tests that have seen a second of an undoubted face.
LossTests after_a_clean_second() {
    LossTests tests;
    for (int i = 0; i < 30; ++i) {
        tests.remember(evidence(i / 30.0), {});
    }
    return tests;
}

TEST(RunningMedian, IsTheMiddleOfTheLastValues) {
    RunningMedian median{3};
    EXPECT_FALSE(median.value().has_value());
    for (const double value : {100.0, 1.0, 5.0, 3.0}) {
        median.push(value);
    }
    EXPECT_EQ(median.value(), 3);
    median.clear();
    EXPECT_FALSE(median.value().has_value());
}

TEST(LossTests, AcceptTheUsualSpreadOfAClearFace) {
    const LossTests tests = after_a_clean_second();
    LossEvidence usual = evidence(1);
    usual.face_logit = 22.5;
    usual.flip_disagreement_oed = 0.022;
    usual.residual_cm = 0.6;
    EXPECT_EQ(tests.judge(usual).status, FrameStatus::ok);
}

TEST(LossTests, CallAFallenFaceFlagCovered) {
    const LossTests tests = after_a_clean_second();
    LossEvidence covered = evidence(1);
    covered.face_logit = 18;
    const Verdict verdict = tests.judge(covered);
    EXPECT_EQ(verdict.status, FrameStatus::occluded);
    EXPECT_NE(verdict.reason.find("0.72"), std::string::npos) << verdict.reason;
}

LossEvidence heat_evidence(double time_s, double confidence) {
    LossEvidence made = evidence(time_s);
    made.face_logit.reset();
    made.flip_disagreement_oed.reset();
    made.residual_cm.reset();
    made.confidence = confidence;
    return made;
}

TEST(LossTests, JudgeHeatMapsByTheirConfidenceAlone) {
    LossTests tests;
    EXPECT_EQ(tests.judge(heat_evidence(0, 0.55)).status, FrameStatus::ok);
    EXPECT_EQ(tests.judge(heat_evidence(0, 0.45)).status, FrameStatus::low_quality);
    for (int i = 0; i < 30; ++i) {
        tests.remember(heat_evidence(i / 30.0, 0.9), {});
    }
    EXPECT_EQ(tests.judge(heat_evidence(1, 0.7)).status, FrameStatus::ok);
    const Verdict dropped = tests.judge(heat_evidence(1, 0.6)); // three quarters of 0.9 are expected
    EXPECT_EQ(dropped.status, FrameStatus::low_quality);
    EXPECT_NE(dropped.reason.find("0.60"), std::string::npos) << dropped.reason;
}

TEST(LossTests, CallALowerFlagCoveredOnlyIfThePassesDisagreeToo) {
    const LossTests tests = after_a_clean_second();
    LossEvidence doubtful = evidence(1);
    doubtful.face_logit = 21;
    EXPECT_EQ(tests.judge(doubtful).status, FrameStatus::ok);
    doubtful.flip_disagreement_oed = 0.03;
    EXPECT_EQ(tests.judge(doubtful).status, FrameStatus::occluded);
}

TEST(LossTests, WorkWithOnePassToo) {
    LossTests tests;
    LossEvidence single = evidence(0);
    single.flip_disagreement_oed.reset();
    tests.remember(single, {});
    single.time_s = 1.0 / 30;
    EXPECT_EQ(tests.judge(single).status, FrameStatus::ok);
    single.face_logit = 15;
    EXPECT_EQ(tests.judge(single).status, FrameStatus::occluded);
}

TEST(LossTests, CallAMeshThatIsNoFaceLowQuality) {
    const LossTests tests = after_a_clean_second();
    LossEvidence strange = evidence(1);
    strange.residual_cm = 1.2;
    EXPECT_EQ(tests.judge(strange).status, FrameStatus::low_quality);
    strange.residual_cm = INFINITY;
    EXPECT_EQ(tests.judge(strange).status, FrameStatus::low_quality);
}

TEST(LossTests, NeverLookAtLidsBrowsAndLips) {
    const LossTests tests = after_a_clean_second();
    LossEvidence grimace = evidence(1);
    for (const std::size_t k : {33U, 42U, 61U, 62U, 63U, 70U, 76U, 82U, 85U, 94U}) {
        grimace.points[k] = grimace.points[k] + Point{0.5 * oed_px, 0.5 * oed_px};
    }
    EXPECT_EQ(tests.judge(grimace).status, FrameStatus::ok);
}

TEST(LossTests, AllowFastHeadsAndFewFramesPerSecondButNoJumps) {
    const LossTests tests = after_a_clean_second();
    const double last_s = 29 / 30.0;
    EXPECT_EQ(tests.judge(evidence(last_s + 1 / 30.0, {0.3 * oed_px, 0})).status, FrameStatus::ok);
    EXPECT_EQ(tests.judge(evidence(last_s + 1 / 30.0, {0.5 * oed_px, 0})).status, FrameStatus::low_quality);
    EXPECT_EQ(tests.judge(evidence(last_s + 1, {0, 2 * oed_px})).status, FrameStatus::ok);
}

TEST(LossTests, CallASuddenOtherSizeLowQuality) {
    const LossTests tests = after_a_clean_second();
    LossEvidence large = evidence(1);
    large.points[72] = {1.35 * oed_px, 0};
    EXPECT_EQ(tests.judge(large).status, FrameStatus::low_quality);
}

TEST(LossTests, EndADoubtOnlyNearTheLastPlaceAndOnlyWhenTheFaceIsStill) {
    LossTests tests = after_a_clean_second();
    const Verdict doubt{FrameStatus::occluded, "covered"};
    tests.remember(evidence(1.0), doubt);
    tests.remember(evidence(1.5, {0.3 * oed_px, 0}), doubt);
    const double next_s = 1.5 + 1 / 30.0;
    EXPECT_EQ(tests.judge(evidence(next_s, {0.31 * oed_px, 0})).status, FrameStatus::ok);
    EXPECT_EQ(tests.judge(evidence(next_s, {0.45 * oed_px, 0})).status, FrameStatus::low_quality); // moves
    tests.remember(evidence(1.5, {1.5 * oed_px, 0}), doubt);
    EXPECT_EQ(tests.judge(evidence(next_s, {1.5 * oed_px, 0})).status, FrameStatus::low_quality); // far away
}

TEST(LossTests, ForgetThePlaceAfterThreeSecondsAndTheLookAfterTen) {
    LossTests tests = after_a_clean_second();
    const Verdict doubt{FrameStatus::occluded, "covered"};
    LossEvidence dim = evidence(5, {3 * oed_px, 0});
    tests.remember(dim, doubt);
    dim.time_s += 1 / 30.0;
    EXPECT_EQ(tests.judge(dim).status, FrameStatus::ok);
    dim.face_logit = 15;
    EXPECT_EQ(tests.judge(dim).status, FrameStatus::occluded);
    dim.time_s = 16;
    tests.remember(dim, doubt);
    dim.time_s += 1 / 30.0;
    EXPECT_EQ(tests.judge(dim).status, FrameStatus::ok);
}

TEST(LossTests, TakeAFaceBackAnywhereAfterItWasNotSeenButNotInItsFirstFrame) {
    LossTests tests = after_a_clean_second();
    tests.forget_place();
    tests.forget_place();
    const LossEvidence back = evidence(1.1, {2 * oed_px, 0});
    const Verdict first = tests.judge(back);
    EXPECT_EQ(first.status, FrameStatus::low_quality);
    tests.remember(back, first);
    EXPECT_EQ(tests.judge(evidence(1.1 + 1 / 30.0, {2 * oed_px, 0})).status, FrameStatus::ok);
}

TEST(LossTests, AcceptTheVeryFirstFrameButNotWithoutAFace) {
    LossTests tests;
    tests.forget_place();
    EXPECT_EQ(tests.judge(evidence(0)).status, FrameStatus::ok);
    LossEvidence nothing = evidence(0);
    nothing.face_logit = 2;
    EXPECT_EQ(tests.judge(nothing).status, FrameStatus::occluded);
}

TEST(LossTests, DoubtAFaceThatIsCoveredFromTheStartButNotForEver) {
    LossTests tests;
    LossEvidence covered = evidence(0);
    covered.face_logit = 14;
    covered.flip_disagreement_oed = 0.05;
    const Verdict verdict = tests.judge(covered);
    EXPECT_EQ(verdict.status, FrameStatus::occluded);
    tests.remember(covered, verdict);
    covered.time_s = 11;
    tests.remember(covered, verdict);
    covered.time_s += 1 / 30.0;
    EXPECT_EQ(tests.judge(covered).status, FrameStatus::ok); // this face may always look so
    LossEvidence unusual = evidence(0);
    unusual.face_logit = 16;
    EXPECT_EQ(LossTests{}.judge(unusual).status, FrameStatus::ok);
}

Face square(double x, double y, double side) {
    return {{x - side / 2, y - side / 2, x + side / 2, y + side / 2}, 0.9, {}};
}

TEST(ChoosePatient, TakesTheLargestOfUnknownFaces) {
    EXPECT_FALSE(choose_patient({}, std::nullopt).has_value());
    EXPECT_EQ(choose_patient({square(0, 0, 10), square(50, 0, 20)}, std::nullopt)->box.width(), 20);
}

TEST(ChoosePatient, TakesTheFaceNearestInPlaceAndSize) {
    const LastPlace last{square(100, 100, 50).box, 0.2};
    EXPECT_EQ(choose_patient({square(300, 100, 90), square(110, 100, 48)}, last)->box.width(), 48);
    EXPECT_EQ(choose_patient({square(105, 100, 80), square(110, 100, 48)}, last)->box.width(), 48);
}

TEST(ChoosePatient, TakesNobodyWhenOnlyOthersAreThere) {
    const LastPlace last{square(100, 100, 50).box, 0.2};
    EXPECT_FALSE(choose_patient({square(300, 100, 50), square(100, 100, 200)}, last).has_value());
}

TEST(ChoosePatient, LooksFurtherTheLongerTheAbsence) {
    const std::vector faces{square(200, 100, 50)};
    EXPECT_FALSE(choose_patient(faces, LastPlace{square(100, 100, 50).box, 1}).has_value());
    EXPECT_TRUE(choose_patient(faces, LastPlace{square(100, 100, 50).box, 2}).has_value());
    EXPECT_TRUE(choose_patient({square(900, 100, 250)}, LastPlace{square(100, 100, 50).box, 4}).has_value());
}

} // namespace
} // namespace facemirror
