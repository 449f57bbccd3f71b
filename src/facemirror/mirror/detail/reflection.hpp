// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/mirror/detail/plane_mirror.hpp>

#include <array>
#include <cstdint>

namespace facemirror::detail {

/// Samples begin..end-1 of a row.
struct Run {
    int begin = 0;
    int end = 0;

    [[nodiscard]] int size() const noexcept { return end - begin; }
};

inline constexpr int path_bits = 32;  ///< After the point of a path's positions.
inline constexpr int lane_bits = 15;  ///< After the point of positions in 32-bit lanes.
inline constexpr int avx2_block = 16; ///< Samples that are made together; the shortest run.

/// Place of sample k of a block in an array of lanes: as AVX2's packing instructions want it.
inline constexpr std::array<std::size_t, avx2_block> lane_order{0, 1, 2, 3, 8,  9,  10, 11,
                                                                4, 5, 6, 7, 12, 13, 14, 15};

/// How the reflection goes on from sample to sample of a row; samples of the plane, in fixed point.
struct PathSteps {
    std::int64_t x = 0; ///< Never longer than one sample.
    std::int64_t y = 0;
    std::array<int, avx2_block> lanes_x{}; ///< k * x for the samples of a block, in lane_order.
    std::array<int, avx2_block> lanes_y{};
};

/// The reflection along one row: sample k takes its level from start + k * step; within 2^20 samples.
struct RowPath {
    std::int64_t x = 0;
    std::int64_t y = 0;
    const PathSteps* steps = nullptr;
};

/// A position of a path for a 32-bit lane. Positions far outside every plane come nearer, but stay outside
/// for a whole block.
[[nodiscard]] inline int to_lane(std::int64_t position) noexcept {
    constexpr int shift = path_bits - lane_bits;
    constexpr std::int64_t half = std::int64_t{1} << (shift - 1);
    constexpr std::int64_t limit = std::int64_t{40000} << lane_bits;
    return static_cast<int>(std::clamp((position + half) >> shift, -limit, limit));
}

/// Whether the processor and the plane suit `sample_reflection_avx2`: AVX2, more than 16 samples a row, at
/// most 12 bit.
[[nodiscard]] bool can_use_avx2(const PlaneGrid& grid, int bit_depth) noexcept;

/// Bilinear samples along a path, clamped to the plane's edges, for a run of at least `avx2_block`.
/// OPTIMIZATION: 16 samples at once; plain twin: mirrored_sample, equal within 1 level;
/// docs/decisions/0042-mirroring.md.
void sample_reflection_avx2(const Plane& source, const PlaneGrid& grid, const RowPath& path, Run run,
                            int bit_depth, std::uint8_t* out);
void sample_reflection_avx2(const Plane& source, const PlaneGrid& grid, const RowPath& path, Run run,
                            int bit_depth, std::uint16_t* out);

} // namespace facemirror::detail
