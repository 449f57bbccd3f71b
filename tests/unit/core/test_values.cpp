// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/core/face.hpp>
#include <facemirror/core/geometry.hpp>

#include <gtest/gtest.h>

#include <numbers>

namespace facemirror {
namespace {

TEST(ErrorValue, KeepsItsCodeAndMessage) {
    try {
        throw Error{ErrorCode::corrupted, "a.mp4: expected frames, found none"};
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "a.mp4: expected frames, found none");
        EXPECT_EQ(dynamic_cast<const Error&>(error).code(), ErrorCode::corrupted);
    }
}

TEST(ErrorValue, NamesEveryCode) {
    EXPECT_STREQ(name_of(ErrorCode::not_found), "not_found");
    EXPECT_STREQ(name_of(ErrorCode::unsupported), "unsupported");
    EXPECT_STREQ(name_of(ErrorCode::corrupted), "corrupted");
    EXPECT_STREQ(name_of(ErrorCode::mismatch), "mismatch");
    EXPECT_STREQ(name_of(ErrorCode::backend), "backend");
    EXPECT_STREQ(name_of(ErrorCode::output), "output");
    EXPECT_STREQ(name_of(ErrorCode::cancelled), "cancelled");
}

TEST(Expects, IsALogicErrorThatSaysWhatWasExpected) {
    EXPECT_NO_THROW(expects(true, "two is even"));
    try {
        expects(false, "three is even");
        FAIL();
    } catch (const std::logic_error& error) {
        EXPECT_STREQ(error.what(), "precondition broken: three is even");
    }
}

TEST(Iou, IsTheSharedAreaOverTheWholeArea) {
    const Box a{0, 0, 10, 10};
    EXPECT_DOUBLE_EQ(iou(a, a), 1);
    EXPECT_DOUBLE_EQ(iou(a, {5, 0, 15, 10}), 1.0 / 3);
    EXPECT_DOUBLE_EQ(iou(a, {10, 0, 20, 10}), 0);
    EXPECT_DOUBLE_EQ(iou(a, {3, 3, 2, 2}), 0) << "an inverted box is empty";
    EXPECT_DOUBLE_EQ(iou({}, {}), 0);
}

TEST(MidlineValue, IsPositiveOnThePicturesLeftOfAnUprightFace) {
    const Midline line{{100, 50}, {0, 1}};
    EXPECT_DOUBLE_EQ(line.signed_distance({90, 70}), 10);
    EXPECT_DOUBLE_EQ(line.signed_distance({115, 0}), -15);
}

TEST(MidlineValue, ReflectsTwiceToTheSamePlace) {
    const double angle = 0.3;
    const Midline line{{12, 34}, {std::sin(angle), std::cos(angle)}};
    const Point p{57, 8};
    const Point q = line.reflect(p);
    EXPECT_NEAR(line.signed_distance(q), -line.signed_distance(p), 1e-12);
    EXPECT_NEAR(distance(line.reflect(q), p), 0, 1e-12);
    EXPECT_NEAR(dot(q - p, line.direction), 0, 1e-12);
}

TEST(Sides, AreThePatients) {
    EXPECT_EQ(other(Side::patient_left), Side::patient_right);
    EXPECT_EQ(other(Side::patient_right), Side::patient_left);
    EXPECT_STREQ(name_of(Side::patient_left), "left");
    EXPECT_STREQ(name_of(Side::patient_right), "right");
}

TEST(WflwPartners, AreAnInvolutionOf44PairsAnd10FixedPoints) {
    int fixed = 0;
    for (std::size_t k = 0; k < wflw::size; ++k) {
        ASSERT_LT(wflw::partner[k], wflw::size);
        EXPECT_EQ(wflw::partner[wflw::partner[k]], k);
        fixed += wflw::partner[k] == k ? 1 : 0;
    }
    EXPECT_EQ(fixed, 10);
}

TEST(WflwPartners, LeaveTheMiddleOfTheFaceInPlace) {
    for (const std::size_t k : {16U, 51U, 52U, 53U, 54U, 57U, 79U, 85U, 90U, 94U}) {
        EXPECT_EQ(wflw::partner[k], k) << "point " << k;
    }
    EXPECT_EQ(wflw::partner[60], 72U) << "outer canthi";
    EXPECT_EQ(wflw::partner[76], 82U) << "mouth corners";
}

TEST(FrameStatusValue, HasTheNamesOfTheTables) {
    EXPECT_STREQ(name_of(FrameStatus::ok), "ok");
    EXPECT_STREQ(name_of(FrameStatus::no_face), "no_face");
    EXPECT_STREQ(name_of(FrameStatus::low_quality), "low_quality");
    EXPECT_STREQ(name_of(FrameStatus::occluded), "occluded");
}

} // namespace
} // namespace facemirror
