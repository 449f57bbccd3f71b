// SPDX-License-Identifier: Apache-2.0
#include <facemirror/mirror/detail/reflection.hpp>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace facemirror::detail {

#if defined(__x86_64__)

#define FACEMIRROR_AVX2 [[gnu::target("avx2"), gnu::always_inline]] inline

namespace {

constexpr int q = lane_bits;
constexpr int full_weight = (1 << q) - 1;

// 16 numbers of 32 bit in the order of lane_order: packing them to 16 bit brings them in sequence.
struct Lanes {
    __m256i even;
    __m256i odd;
};

FACEMIRROR_AVX2 Lanes load(const std::array<int, avx2_block>& numbers) {
    const auto* from = reinterpret_cast<const __m256i*>(numbers.data());
    return {_mm256_loadu_si256(from), _mm256_loadu_si256(from + 1)};
}

// start + steps, clamped to 0..last.
FACEMIRROR_AVX2 Lanes positions(int start, const Lanes& steps, __m256i last) {
    const __m256i s = _mm256_set1_epi32(start);
    const __m256i zero = _mm256_setzero_si256();
    return {_mm256_min_epi32(_mm256_max_epi32(_mm256_add_epi32(s, steps.even), zero), last),
            _mm256_min_epi32(_mm256_max_epi32(_mm256_add_epi32(s, steps.odd), zero), last)};
}

// 16 lanes of 16 bit: whole samples, and what is left as weight of the next one.
FACEMIRROR_AVX2 __m256i whole_of(const Lanes& position) {
    return _mm256_packs_epi32(_mm256_srai_epi32(position.even, q), _mm256_srai_epi32(position.odd, q));
}
FACEMIRROR_AVX2 __m256i weight_of(const Lanes& position) {
    const __m256i mask = _mm256_set1_epi32(full_weight);
    return _mm256_packs_epi32(_mm256_and_si256(position.even, mask), _mm256_and_si256(position.odd, mask));
}

FACEMIRROR_AVX2 __m128i load_16(const void* from) {
    return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

// Picks 16 samples out of a row by a byte shuffle. A path never steps further than one sample, so all lie
// within 16 bytes, or 8 samples of 2 bytes each for the two halves of a block.
template <typename Sample>
struct Picker;

template <>
struct Picker<std::uint8_t> {
    std::ptrdiff_t base;
    __m256i order;

    FACEMIRROR_AVX2 static Picker make(const Lanes& x, int first, int /*seventh*/, int /*eighth*/, int last,
                                       int width) {
        const int base = std::min(std::min(first, last), width - avx2_block - 1);
        const __m256i index = _mm256_sub_epi16(whole_of(x), _mm256_set1_epi16(static_cast<short>(base)));
        const __m256i zero_high_byte = _mm256_set1_epi16(static_cast<short>(0x8000));
        return {base, _mm256_or_si256(index, zero_high_byte)};
    }
    FACEMIRROR_AVX2 __m256i pick(const std::uint8_t* row, int right) const {
        return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(load_16(row + base + right)), order);
    }
};

template <>
struct Picker<std::uint16_t> {
    std::ptrdiff_t base_low; // of the first and of the last 8 samples
    std::ptrdiff_t base_high;
    __m256i order;

    FACEMIRROR_AVX2 static Picker make(const Lanes& x, int first, int seventh, int eighth, int last,
                                       int width) {
        const int most = width - avx2_block / 2 - 1;
        const int low = std::min(std::min(first, seventh), most);
        const int high = std::min(std::min(eighth, last), most);
        const __m256i base = _mm256_set_m128i(_mm_set1_epi16(static_cast<short>(high)),
                                              _mm_set1_epi16(static_cast<short>(low)));
        const __m256i index = _mm256_sub_epi16(whole_of(x), base);
        // sample k is bytes 2k and 2k + 1
        return {low, high,
                _mm256_add_epi16(_mm256_mullo_epi16(index, _mm256_set1_epi16(0x0202)),
                                 _mm256_set1_epi16(0x0100))};
    }
    FACEMIRROR_AVX2 __m256i pick(const std::uint16_t* row, int right) const {
        const __m128i low = load_16(row + base_low + right);
        const __m128i high = load_16(row + base_high + right);
        return _mm256_shuffle_epi8(_mm256_set_m128i(high, low), order);
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

// Levels are scaled up to 15 bit, so that products rounded to 16 bit keep a fraction of a level.
struct Scale {
    __m256i up;
    __m256i half;
    __m256i down; // for the high half of a product
};

FACEMIRROR_AVX2 Scale scale_for(int bit_depth) {
    const int shift = q - bit_depth;
    return {_mm256_set1_epi16(static_cast<short>(1 << shift)),
            _mm256_set1_epi16(static_cast<short>(1 << (shift - 1))),
            _mm256_set1_epi16(static_cast<short>(1 << (16 - shift)))};
}

// A block reads the rows its path crosses, one after the other: each is mixed horizontally for all 16 samples
// and added with the weight that it has for each of them. Near-vertical midlines cross 2 or 3 rows.
template <typename Sample>
FACEMIRROR_AVX2 __m256i mix_rows(const Plane& source, int top, int bottom, const Picker<Sample>& picker,
                                 __m256i fx, const Lanes& y, const Scale& scale) {
    const __m256i fy = weight_of(y);
    const __m256i whole_y = whole_of(y);
    const __m256i upper_weight = _mm256_sub_epi16(_mm256_set1_epi16(full_weight), fy);
    const __m256i one = _mm256_set1_epi16(1);
    __m256i row_number = _mm256_set1_epi16(static_cast<short>(top));
    __m256i is_lower = _mm256_setzero_si256();
    __m256i sum = scale.half;
    for (int row = top; row <= bottom; ++row) {
        const auto* samples = row_of<Sample>(source, row);
        const __m256i left = picker.pick(samples, 0);
        const __m256i right = picker.pick(samples, 1);
        const __m256i rise = _mm256_mullo_epi16(_mm256_sub_epi16(right, left), scale.up);
        const __m256i level =
            _mm256_add_epi16(_mm256_mullo_epi16(left, scale.up), _mm256_mulhrs_epi16(rise, fx));
        const __m256i is_upper = _mm256_cmpeq_epi16(whole_y, row_number);
        const __m256i weight =
            _mm256_or_si256(_mm256_and_si256(is_upper, upper_weight), _mm256_and_si256(is_lower, fy));
        sum = _mm256_add_epi16(sum, _mm256_mulhrs_epi16(level, weight));
        is_lower = is_upper;
        row_number = _mm256_add_epi16(row_number, one);
    }
    return _mm256_mulhi_epu16(sum, scale.down);
}

template <typename Sample>
FACEMIRROR_AVX2 void sample_run(const Plane& source, const PlaneGrid& grid, const RowPath& path, Run run,
                                int bit_depth, Sample* out) {
    const Lanes steps_x = load(path.steps->lanes_x);
    const Lanes steps_y = load(path.steps->lanes_y);
    const int last_x = ((grid.width - 1) << q) - 1; // so that there is always a next sample
    const int last_y = (grid.height - 1) << q;
    const __m256i last_xs = _mm256_set1_epi32(last_x);
    const __m256i last_ys = _mm256_set1_epi32(last_y);
    const Scale scale = scale_for(bit_depth);
    for (int i = run.begin; i < run.end; i += avx2_block) {
        const int at = std::min(i, run.end - avx2_block); // the last block overlaps the one before
        const int start_x = to_lane(path.x + at * path.steps->x);
        const int start_y = to_lane(path.y + at * path.steps->y);
        const auto whole_x = [&](int lane) { return std::clamp(start_x + lane, 0, last_x) >> q; };
        const auto whole_y = [&](int lane) { return std::clamp(start_y + lane, 0, last_y) >> q; };
        const Lanes x = positions(start_x, steps_x, last_xs);
        const Lanes y = positions(start_y, steps_y, last_ys);
        const auto& to = path.steps->lanes_x;
        const auto picker =
            Picker<Sample>::make(x, whole_x(0), whole_x(to[lane_order[7]]), whole_x(to[lane_order[8]]),
                                 whole_x(to[lane_order[15]]), grid.width);
        const int first_y = whole_y(0);
        const int last_row = whole_y(path.steps->lanes_y[lane_order[15]]);
        const int top = std::min(first_y, last_row);
        const int bottom = std::min(std::max(first_y, last_row) + 1, grid.height - 1);
        _mm_prefetch(reinterpret_cast<const char*>(
                         row_of<Sample>(source, std::min(bottom + 2, grid.height - 1)) + whole_x(0)),
                     _MM_HINT_T0);
        store(mix_rows<Sample>(source, top, bottom, picker, weight_of(x), y, scale), out + at);
    }
}

} // namespace

bool can_use_avx2(const PlaneGrid& grid, int bit_depth) noexcept {
    static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
    constexpr int max_bit_depth = 12; // leaves 3 bits for the fraction of a level
    return has_avx2 && bit_depth <= max_bit_depth && grid.width > avx2_block;
}

[[gnu::target("avx2")]] void sample_reflection_avx2(const Plane& source, const PlaneGrid& grid,
                                                    const RowPath& path, Run run, int bit_depth,
                                                    std::uint8_t* out) {
    sample_run(source, grid, path, run, bit_depth, out);
}
[[gnu::target("avx2")]] void sample_reflection_avx2(const Plane& source, const PlaneGrid& grid,
                                                    const RowPath& path, Run run, int bit_depth,
                                                    std::uint16_t* out) {
    sample_run(source, grid, path, run, bit_depth, out);
}

#else

bool can_use_avx2(const PlaneGrid& /*grid*/, int /*bit_depth*/) noexcept {
    return false;
}
void sample_reflection_avx2(const Plane&, const PlaneGrid&, const RowPath&, Run, int, std::uint8_t*) {}
void sample_reflection_avx2(const Plane&, const PlaneGrid&, const RowPath&, Run, int, std::uint16_t*) {}

#endif

} // namespace facemirror::detail
