// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/detail/crop_sampling.hpp>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace facemirror::detail {

#if defined(__x86_64__)

#define FACEMIRROR_AVX2 [[gnu::target("avx2"), gnu::always_inline]] inline

namespace {

constexpr int lanes = 8;

FACEMIRROR_AVX2 __m256i load(const int* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

/// The 4 bytes at `base` + each offset.
FACEMIRROR_AVX2 __m256i gather(const std::uint8_t* base, __m256i offset) {
    return _mm256_i32gather_epi32(reinterpret_cast<const int*>(base), offset, 1);
}

/// Weights of a left or upper and a right or lower neighbour in the halves of each lane, for madd.
FACEMIRROR_AVX2 __m256i weights_of(__m256i position) {
    const __m256i second = _mm256_and_si256(position, _mm256_set1_epi32(position_steps - 1));
    const __m256i first = _mm256_sub_epi32(_mm256_set1_epi32(position_steps), second);
    return _mm256_or_si256(first, _mm256_slli_epi32(second, 16));
}

template <int Channel>
FACEMIRROR_AVX2 __m256i mix_row(__m256i left, __m256i right, __m256i weights) {
    const __m256i low = _mm256_and_si256(_mm256_srli_epi32(left, 8 * Channel), _mm256_set1_epi32(0xFF));
    const __m256i high =
        _mm256_and_si256(_mm256_slli_epi32(right, 16 - 8 * Channel), _mm256_set1_epi32(0xFF0000));
    return _mm256_madd_epi16(_mm256_or_si256(low, high), weights);
}

struct Square {
    __m256i left_upper;
    __m256i right_upper;
    __m256i left_lower;
    __m256i right_lower;
    __m256i weights_x;
    __m256i weights_y;

    template <int Channel>
    FACEMIRROR_AVX2 __m256 mix() const {
        const __m256i upper = mix_row<Channel>(left_upper, right_upper, weights_x);
        const __m256i lower = mix_row<Channel>(left_lower, right_lower, weights_x);
        const __m256i both = _mm256_or_si256(upper, _mm256_slli_epi32(lower, 16));
        const __m256i half = _mm256_set1_epi32(position_steps * position_steps / 2);
        const __m256i sum = _mm256_add_epi32(_mm256_madd_epi16(both, weights_y), half);
        return _mm256_cvtepi32_ps(_mm256_srli_epi32(sum, 2 * position_bits));
    }
};

FACEMIRROR_AVX2 __m256 spread(__m256 channel, __m256i order) {
    return _mm256_permutevar8x32_ps(channel, order);
}

/// Writes the pixels' channels side by side.
FACEMIRROR_AVX2 void store_interleaved(__m256 r, __m256 g, __m256 b, float* rgb) {
    constexpr int at_0_3_6 = 0b01001001;
    constexpr int at_1_4_7 = 0b10010010;
    constexpr int at_2_5 = 0b00100100;
    const __m256i first = _mm256_setr_epi32(0, 0, 0, 1, 1, 1, 2, 2);
    const __m256i second = _mm256_setr_epi32(2, 3, 3, 3, 4, 4, 4, 5);
    const __m256i third = _mm256_setr_epi32(5, 5, 6, 6, 6, 7, 7, 7);
    __m256 out = _mm256_blend_ps(spread(r, first), spread(g, first), at_1_4_7);
    _mm256_storeu_ps(rgb, _mm256_blend_ps(out, spread(b, first), at_2_5));
    out = _mm256_blend_ps(spread(b, second), spread(r, second), at_1_4_7);
    _mm256_storeu_ps(rgb + lanes, _mm256_blend_ps(out, spread(g, second), at_2_5));
    out = _mm256_blend_ps(spread(r, third), spread(g, third), at_0_3_6);
    _mm256_storeu_ps(rgb + 2 * lanes, _mm256_blend_ps(out, spread(b, third), at_1_4_7));
}

/// Returns  false, without a pixel written, unless all neighbours of all eight lie in the region, with one
///          more row below them: four bytes are read where three are needed.
FACEMIRROR_AVX2 bool sample_inside(const RgbRegion& region, const int* x, const int* y, float* rgb) {
    const __m256i left = _mm256_srai_epi32(load(x), position_bits);
    const __m256i top = _mm256_srai_epi32(load(y), position_bits);
    const __m256i is_too_far =
        _mm256_or_si256(_mm256_cmpgt_epi32(left, _mm256_set1_epi32(region.width() - 2)),
                        _mm256_cmpgt_epi32(top, _mm256_set1_epi32(region.height() - 3)));
    if (_mm256_movemask_epi8(
            _mm256_or_si256(is_too_far, _mm256_srai_epi32(_mm256_or_si256(left, top), 31))) != 0) {
        return false;
    }
    const __m256i row_bytes = _mm256_set1_epi32(3 * region.width());
    const __m256i offset = _mm256_add_epi32(_mm256_mullo_epi32(top, row_bytes),
                                            _mm256_add_epi32(left, _mm256_add_epi32(left, left)));
    const std::uint8_t* upper = region.pixels().data();
    const std::uint8_t* lower = upper + 3 * static_cast<std::ptrdiff_t>(region.width());
    const Square square{gather(upper, offset),     gather(upper + 3, offset), gather(lower, offset),
                        gather(lower + 3, offset), weights_of(load(x)),       weights_of(load(y))};
    store_interleaved(square.mix<0>(), square.mix<1>(), square.mix<2>(), rgb);
    return true;
}

} // namespace

bool can_use_avx2(const RgbRegion& region) noexcept {
    static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
    return has_avx2 && region.pixels().size() <= std::numeric_limits<std::int32_t>::max();
}

[[gnu::target("avx2")]] void sample_crop_avx2(const CropSource& source, int size_px, std::span<float> rgb) {
    Positions positions;
    float* out = rgb.data();
    for (int v = 0; v < size_px; ++v) {
        const Point start = source.axes.row_start(v);
        for (int from = 0; from < size_px; from += crop_block) {
            const int count = std::min(crop_block, size_px - from);
            find_positions(source, start, from, count, positions);
            for (int i = 0; i < count;) {
                const int* x = positions.x.data() + i;
                const int* y = positions.y.data() + i;
                if (count - i >= lanes && sample_inside(source.region, x, y, out)) {
                    i += lanes;
                    out += 3 * lanes;
                } else {
                    sample_pixel(source, *x, *y, out);
                    ++i;
                    out += 3;
                }
            }
        }
    }
}

#undef FACEMIRROR_AVX2

#else

bool can_use_avx2(const RgbRegion&) noexcept {
    return false;
}

void sample_crop_avx2(const CropSource& source, int size_px, std::span<float> rgb) {
    sample_crop_plain(source, size_px, rgb);
}

#endif

} // namespace facemirror::detail
