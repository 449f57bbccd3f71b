// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/float_formats.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace facemirror::detail {
namespace {

/// IEEE 754: sign, 5 or 8 bits of exponent and the fraction, put together in double.
double by_definition(unsigned bits, int exponent_bits) {
    const int fraction_bits = 15 - exponent_bits;
    const int highest = (1 << exponent_bits) - 1;
    const int exponent = static_cast<int>(bits >> static_cast<unsigned>(fraction_bits)) & highest;
    const double fraction = static_cast<int>(bits & ((1U << static_cast<unsigned>(fraction_bits)) - 1U));
    const double sign = (bits & 0x8000U) != 0 ? -1.0 : 1.0;
    if (exponent == highest) {
        return fraction == 0 ? sign * HUGE_VAL : std::nan("");
    }
    const int bias = highest / 2;
    const double whole = exponent == 0 ? 0.0 : std::ldexp(1.0, fraction_bits);
    return sign * std::ldexp(whole + fraction, std::max(exponent, 1) - bias - fraction_bits);
}

void expect_same(float converted, double wanted, unsigned bits) {
    if (std::isnan(wanted)) {
        EXPECT_TRUE(std::isnan(converted)) << bits;
    } else {
        EXPECT_EQ(static_cast<double>(converted), wanted) << bits; // exact: every one is a float32
        EXPECT_EQ(std::signbit(converted), std::signbit(wanted)) << bits;
    }
}

TEST(FloatFormats, EveryHalfIsConvertedExactly) {
    for (unsigned bits = 0; bits <= 0xffff; ++bits) {
        expect_same(from_f16(static_cast<std::uint16_t>(bits)), by_definition(bits, 5), bits);
    }
}

TEST(FloatFormats, EveryBfloat16IsConvertedExactly) {
    for (unsigned bits = 0; bits <= 0xffff; ++bits) {
        expect_same(from_bf16(static_cast<std::uint16_t>(bits)), by_definition(bits, 8), bits);
    }
}

} // namespace
} // namespace facemirror::detail
