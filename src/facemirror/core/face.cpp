// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/face.hpp>

namespace facemirror::wflw {

namespace {

constexpr std::array<std::size_t, size> make_partners() {
    std::array<std::size_t, size> table{};
    for (std::size_t k = 0; k < size; ++k) {
        table[k] = k;
    }
    const auto pair = [&table](std::size_t a, std::size_t b) {
        table[a] = b;
        table[b] = a;
    };
    for (std::size_t k = 0; k < 16; ++k) {
        pair(k, 32 - k);
    }
    constexpr std::size_t others[][2] = {
        {33, 46}, {34, 45}, {35, 44}, {36, 43}, {37, 42}, {38, 50}, {39, 49}, {40, 48}, {41, 47}, // brows
        {60, 72}, {61, 71}, {62, 70}, {63, 69}, {64, 68}, {65, 75}, {66, 74}, {67, 73}, {96, 97}, // eyes
        {55, 59}, {56, 58}, {76, 82}, {77, 81}, {78, 80}, {87, 83}, {86, 84}, // nose, outer lip
        {88, 92}, {89, 91}, {95, 93},                                         // inner lip
    };
    for (const auto& both : others) {
        pair(both[0], both[1]);
    }
    return table;
}

} // namespace

const std::array<std::size_t, size> partner = make_partners();

} // namespace facemirror::wflw
