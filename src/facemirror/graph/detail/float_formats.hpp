// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace facemirror::detail {

/// The value of a bfloat16: the upper half of a float32.
[[nodiscard]] constexpr float from_bf16(std::uint16_t bits) noexcept {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

/// The value of an IEEE 754 half: 1 sign, 5 exponent, 10 fraction bits. Every one is a float32 too.
[[nodiscard]] constexpr float from_f16(std::uint16_t bits) noexcept {
    constexpr float smallest_step = 0x1p-24F; // between halves below their normal range
    const std::uint32_t sign = (bits & 0x8000U) << 16U;
    const std::uint32_t exponent = (bits >> 10U) & 0x1fU;
    const std::uint32_t fraction = bits & 0x3ffU;
    if (exponent == 0) {
        const float magnitude = static_cast<float>(fraction) * smallest_step;
        return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
    }
    // The exponents' biases are 127 and 15; the highest exponent means infinity or no number in both.
    const std::uint32_t wide_exponent = exponent == 0x1fU ? 0xffU : exponent + 127U - 15U;
    return std::bit_cast<float>(sign | (wide_exponent << 23U) | (fraction << 13U));
}

} // namespace facemirror::detail
