// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/probe.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace facemirror {
namespace {

using namespace std::chrono_literals;

TEST(Probe, RunsMatrixProductsInFloatAndInEightBits) {
    for (const Precision precision : {Precision::f32, Precision::int8}) {
        EXPECT_GT(measure_peak(precision, 1, 0s), 0) << name_of(precision);
    }
}

TEST(Probe, NeedsAThread) {
    EXPECT_THROW(static_cast<void>(measure_peak(Precision::f32, 0, 0s)), std::logic_error);
}

} // namespace
} // namespace facemirror
