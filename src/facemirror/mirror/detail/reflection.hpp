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
inline constexpr int block_size = 16; ///< Samples that the vector kernel makes together; its shortest run.

/// How the reflection goes on from sample to sample of a row; samples of the plane, in fixed point.
struct PathSteps {
    std::int64_t x = 0; ///< Never longer than one sample.
    std::int64_t y = 0;
    // For the vector kernel: the way from the first sample of a block to sample k, with fewer bits.
    int rows = 0;                                  ///< Rows that a block can touch.
    int y_bits = 0;                                ///< After the point of to_y; to_x has 12.
    std::array<int, block_size> to_x{};            ///< Whole and fraction.
    std::array<int, block_size> to_y{};            ///< Whole and fraction.
    std::array<std::uint16_t, block_size> low_x{}; ///< The low 16 bits of to_x.
    std::array<std::uint16_t, block_size> low_y{}; ///< The low 16 bits of to_y.
};

/// The reflection along one row: sample k takes its level from start + k * step; within 2^20 samples.
struct RowPath {
    std::int64_t x = 0;
    std::int64_t y = 0;
};

inline constexpr int to_x_bits = 12;
// Positions in a block have 16 bits, so that a path across more rows has fewer bits after the point.
inline constexpr int flat_rows = 4; ///< Up to 3.8 degrees of tilt where samples are square.
inline constexpr int flat_bits = 13;
inline constexpr int steep_rows = 32; ///< The most.
inline constexpr int steep_bits = 10;

/// Whether the processor and the plane suit `sample_inside_avx2`: AVX2, more than 16 samples a row, at most
/// 12 bit (10 bit for steep paths, whose positions have fewer bits).
[[nodiscard]] bool can_use_avx2(const PlaneGrid& grid, const PathSteps& steps, int bit_depth) noexcept;

/// Bilinear samples along a path, for a run of at least `block_size` whose positions keep 1/512 sample from
/// the plane's left and right edge; clamped to the upper and lower one.
// OPTIMIZATION: 16 samples at once; plain twin: mirrored_sample, equal within 1 level; 0042-mirroring.md.
void sample_inside_avx2(const Plane& source, const PlaneGrid& grid, const RowPath& path,
                        const PathSteps& steps, Run run, int bit_depth, std::uint8_t* out);
void sample_inside_avx2(const Plane& source, const PlaneGrid& grid, const RowPath& path,
                        const PathSteps& steps, Run run, int bit_depth, std::uint16_t* out);

} // namespace facemirror::detail
