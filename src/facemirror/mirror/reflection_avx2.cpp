// SPDX-License-Identifier: Apache-2.0
#include <facemirror/mirror/detail/reflection.hpp>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace facemirror::detail {

#if defined(__x86_64__)

#define FACEMIRROR_AVX2 [[gnu::target("avx2"), gnu::always_inline]] inline

namespace {

// All in 16 lanes of 16 bit. Levels are scaled up to 16 bit; products keep their high half. x is counted from
// the first sample that a block reads, in 1/4096; y from its first row.

FACEMIRROR_AVX2 __m128i load_16(const void* from) {
    return _mm_loadu_si128(static_cast<const __m128i*>(from));
}
FACEMIRROR_AVX2 __m256i load_32(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}
FACEMIRROR_AVX2 __m256i all(int number) {
    return _mm256_set1_epi16(static_cast<short>(number));
}
FACEMIRROR_AVX2 __m256i halves(int low, int high) {
    return _mm256_set_m128i(_mm_set1_epi16(static_cast<short>(high)),
                            _mm_set1_epi16(static_cast<short>(low)));
}

// Picks the 16 left or right neighbours of a block out of a row by a byte shuffle: as a path never steps
// further than one sample, they lie within 16 bytes, or 8 samples of 2 bytes for each half of the block.
template <typename Sample>
struct Picker;

template <>
struct Picker<std::uint8_t> {
    std::ptrdiff_t base;
    __m256i order;
    __m256i weight; // of the right neighbour, 1/65536

    FACEMIRROR_AVX2 static Picker make(int start, const PathSteps& steps, int width, __m256i to_x,
                                       int /*bit_depth*/) {
        const int lowest = std::min(start, start + steps.to_x[15]) >> to_x_bits;
        const int base = std::min(lowest, width - block_size - 1);
        const __m256i x = _mm256_add_epi16(all(start - (base << to_x_bits)), to_x);
        const __m256i whole_in_high_byte = _mm256_and_si256(_mm256_srli_epi16(x, to_x_bits - 8), all(0x0f00));
        const __m256i zero_low_byte = all(0x80);
        return {base, _mm256_or_si256(whole_in_high_byte, zero_low_byte),
                _mm256_slli_epi16(x, 16 - to_x_bits)};
    }
    FACEMIRROR_AVX2 __m256i pick(const std::uint8_t* row, int right) const {
        return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(load_16(row + base + right)), order);
    }
};

template <>
struct Picker<std::uint16_t> {
    std::ptrdiff_t base_low; // of the two halves
    std::ptrdiff_t base_high;
    __m256i order;
    __m256i weight;
    __m256i up;

    FACEMIRROR_AVX2 static Picker make(int start, const PathSteps& steps, int width, __m256i to_x,
                                       int bit_depth) {
        const int most = width - block_size / 2 - 1;
        const int lowest = std::min(start, start + steps.to_x[7]) >> to_x_bits;
        const int lowest_high = std::min(start + steps.to_x[8], start + steps.to_x[15]) >> to_x_bits;
        const int low = std::min(lowest, most);
        const int high = std::min(lowest_high, most);
        const __m256i x =
            _mm256_add_epi16(halves(start - (low << to_x_bits), start - (high << to_x_bits)), to_x);
        const __m256i whole = _mm256_srli_epi16(x, to_x_bits);
        return {low, high,
                _mm256_add_epi16(_mm256_mullo_epi16(whole, all(0x0202)), all(0x0100)), // bytes 2k and 2k + 1
                _mm256_slli_epi16(x, 16 - to_x_bits), all(1 << (16 - bit_depth))};
    }
    FACEMIRROR_AVX2 __m256i pick(const std::uint16_t* row, int right) const {
        const __m256i samples =
            _mm256_set_m128i(load_16(row + base_high + right), load_16(row + base_low + right));
        return _mm256_mullo_epi16(_mm256_shuffle_epi8(samples, order), up);
    }
};

FACEMIRROR_AVX2 void store(__m256i levels, std::uint8_t* out) {
    const __m128i bytes =
        _mm_packus_epi16(_mm256_castsi256_si128(levels), _mm256_extracti128_si256(levels, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
}
FACEMIRROR_AVX2 void store(__m256i levels, std::uint16_t* out) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), levels);
}

// Reads the rows that a block can cross, one after the other: each is mixed horizontally for all 16 samples
// and added with the weight that it has for each of them. The count of rows is the same for all blocks of a
// plane, which the processor's branch prediction needs.
template <typename Sample>
FACEMIRROR_AVX2 __m256i mix_rows(const std::uint8_t* line, std::ptrdiff_t stride, int rows_below, int rows,
                                 const Picker<Sample>& picker, __m256i y, int y_bits, int bit_depth) {
    constexpr int lost = 1; // of the levels' 15 bits by cutting off products; its mean
    const __m256i rest = _mm256_xor_si256(picker.weight, all(-1));
    const __m256i one_row = all(1 << y_bits);
    const __m256i to_15_bit = all(1 << (15 - y_bits));
    __m256i sum = all((1 << (14 - bit_depth)) + lost);
    for (int row = 0; row < rows; ++row) {
        const auto* samples = reinterpret_cast<const Sample*>(line);
        line += row < rows_below ? stride : 0; // below the last row there is no weight
        const __m256i level = _mm256_add_epi16(_mm256_mulhi_epu16(picker.pick(samples, 0), rest),
                                               _mm256_mulhi_epu16(picker.pick(samples, 1), picker.weight));
        const __m256i share = _mm256_subs_epu16(one_row, _mm256_abs_epi16(y));
        sum = _mm256_add_epi16(sum, _mm256_mulhi_epu16(level, _mm256_mullo_epi16(share, to_15_bit)));
        y = _mm256_sub_epi16(y, one_row);
    }
    return _mm256_mulhi_epu16(sum, all(1 << (bit_depth + 1)));
}

// `FixedRows` > 0 is steps.rows and goes with flat_bits, for the compiler to unroll.
template <int FixedRows, typename Sample>
FACEMIRROR_AVX2 void sample_blocks(const Plane& source, const PlaneGrid& grid, const RowPath& path,
                                   const PathSteps& path_steps, Run run, int depth_of_wide, Sample* out) {
    // Copies, because a store of a byte might change whatever is referred to.
    const Plane plane = source;
    const RowPath start = path;
    const PathSteps steps = path_steps;
    const int width = grid.width;
    const int last_row = grid.height - 1;
    const int bit_depth = sizeof(Sample) == 1 ? 8 : depth_of_wide;
    const int rows = FixedRows > 0 ? FixedRows : steps.rows;
    const int y_bits = FixedRows > 0 ? flat_bits : steps.y_bits;
    const __m256i to_x = load_32(steps.low_x.data());
    const __m256i to_y = load_32(steps.low_y.data());
    const int x_shift = path_bits - to_x_bits;
    const int y_shift = path_bits - y_bits;
    const std::int64_t half_x = std::int64_t{1} << (x_shift - 1);
    const std::int64_t half_y = std::int64_t{1} << (y_shift - 1);
    // A start further outside than these leaves all samples of a block at the same edge.
    const int span = steps.to_y[block_size - 1];
    const int last_y = last_row << y_bits;
    const std::int64_t lowest_y = -std::max(span, 0);
    const std::int64_t highest_y = last_y + std::max(-span, 0);
    for (int i = run.begin; i < run.end; i += block_size) {
        const int at = std::min(i, run.end - block_size); // the last block overlaps the one before
        const auto x = static_cast<int>((start.x + at * steps.x + half_x) >> x_shift);
        const auto y =
            static_cast<int>(std::clamp((start.y + at * steps.y + half_y) >> y_shift, lowest_y, highest_y));
        const auto picker = Picker<Sample>::make(x, steps, width, to_x, bit_depth);
        const int top = std::clamp(std::min(y, y + span) >> y_bits, 0, last_row);
        const std::uint8_t* line = plane.data + top * plane.stride;
        // The path runs against the memory's direction, which the processor does not foresee row by row.
        const std::ptrdiff_t ahead = (top + rows + 1 <= last_row ? rows + 1 : 0) * plane.stride;
        const auto* soon = reinterpret_cast<const Sample*>(line + ahead) + (x >> to_x_bits);
        _mm_prefetch(reinterpret_cast<const char*>(soon), _MM_HINT_T0);
        __m256i y_in_block = _mm256_add_epi16(all(y - (top << y_bits)), to_y);
        if (std::min(y, y + span) < 0 || std::max(y, y + span) > last_y) {
            y_in_block = _mm256_max_epi16(y_in_block, all(std::max(-top << y_bits, -32768)));
            y_in_block = _mm256_min_epi16(y_in_block, all(std::min((last_row - top) << y_bits, 32767)));
        }
        store(
            mix_rows<Sample>(line, plane.stride, last_row - top, rows, picker, y_in_block, y_bits, bit_depth),
            out + at);
    }
}

template <typename Sample>
FACEMIRROR_AVX2 void sample_run(const Plane& source, const PlaneGrid& grid, const RowPath& path,
                                const PathSteps& steps, Run run, int bit_depth, Sample* out) {
    switch (steps.rows) {
    case 2:
        return sample_blocks<2>(source, grid, path, steps, run, bit_depth, out);
    case 3:
        return sample_blocks<3>(source, grid, path, steps, run, bit_depth, out);
    case 4:
        return sample_blocks<4>(source, grid, path, steps, run, bit_depth, out);
    default:
        return sample_blocks<0>(source, grid, path, steps, run, bit_depth, out);
    }
}

} // namespace

bool can_use_avx2(const PlaneGrid& grid, const PathSteps& steps, int bit_depth) noexcept {
    static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
    return has_avx2 && bit_depth <= std::min(12, steps.y_bits) && grid.width > block_size;
}

[[gnu::target("avx2")]] void sample_inside_avx2(const Plane& source, const PlaneGrid& grid,
                                                const RowPath& path, const PathSteps& steps, Run run,
                                                int bit_depth, std::uint8_t* out) {
    sample_run(source, grid, path, steps, run, bit_depth, out);
}
[[gnu::target("avx2")]] void sample_inside_avx2(const Plane& source, const PlaneGrid& grid,
                                                const RowPath& path, const PathSteps& steps, Run run,
                                                int bit_depth, std::uint16_t* out) {
    sample_run(source, grid, path, steps, run, bit_depth, out);
}

#undef FACEMIRROR_AVX2

#else

bool can_use_avx2(const PlaneGrid& /*grid*/, const PathSteps& /*steps*/, int /*bit_depth*/) noexcept {
    return false;
}
void sample_inside_avx2(const Plane& /*source*/, const PlaneGrid& /*grid*/, const RowPath& /*path*/,
                        const PathSteps& /*steps*/, Run /*run*/, int /*bit_depth*/, std::uint8_t* /*out*/) {}
void sample_inside_avx2(const Plane& /*source*/, const PlaneGrid& /*grid*/, const RowPath& /*path*/,
                        const PathSteps& /*steps*/, Run /*run*/, int /*bit_depth*/, std::uint16_t* /*out*/) {}

#endif

} // namespace facemirror::detail
