// SPDX-License-Identifier: Apache-2.0
#include <facemirror/mirror/detail/plane_mirror.hpp>
#include <facemirror/mirror/detail/reflection.hpp>

#include <cstdint>
#include <cstdlib>

namespace facemirror::detail {

namespace {

constexpr int weight_bits = 16; // half a level of 16-bit samples at the steepest edge
// Positions that far from the edges still lie inside when they are rounded to fewer bits: 1/512 sample.
constexpr std::int64_t avx2_margin = std::int64_t{1} << (path_bits - 9);

std::int64_t to_fixed(double samples) {
    constexpr double limit = 1 << 20; // far outside every plane; keeps the paths inside 64 bits
    return std::llround(std::clamp(samples, -limit, limit) *
                        static_cast<double>(std::int64_t{1} << path_bits));
}

// Rounded, with `bits` after the point.
int shortened(std::int64_t position, int bits) {
    const int shift = path_bits - bits;
    return static_cast<int>((position + (std::int64_t{1} << (shift - 1))) >> shift);
}

PathSteps steps_of(const PlaneGrid& grid, const Seam& seam) {
    const Point normal{-seam.midline.direction.y, seam.midline.direction.x};
    PathSteps steps;
    steps.x = to_fixed(1 - 2 * normal.x * normal.x);
    steps.y = to_fixed(-2 * normal.x * normal.y * grid.step_x / grid.step_y);
    const std::int64_t span = std::abs((block_size - 1) * steps.y);
    steps.rows = 2 + static_cast<int>((span + (std::int64_t{1} << path_bits) - 1) >> path_bits);
    if (steps.rows > steep_rows) {
        return steps;
    }
    steps.y_bits = steps.rows <= flat_rows ? flat_bits : steep_bits;
    for (std::size_t k = 0; k < block_size; ++k) {
        const auto count = static_cast<std::int64_t>(k);
        steps.to_x[k] = shortened(count * steps.x, to_x_bits);
        steps.to_y[k] = shortened(count * steps.y, steps.y_bits);
        steps.low_x[k] = static_cast<std::uint16_t>(steps.to_x[k]);
        steps.low_y[k] = static_cast<std::uint16_t>(steps.to_y[k]);
    }
    return steps;
}

RowPath path_of(const PlaneGrid& grid, const Seam& seam, int y) {
    const Point start = grid.from_frame(seam.midline.reflect(grid.to_frame(0, y)));
    return {to_fixed(start.x), to_fixed(start.y)};
}

// First x in 0..width for which `holds`, which once true stays true; `guess` is near it.
template <typename Predicate>
int first_that(int width, double guess, Predicate holds) {
    int x = static_cast<int>(std::clamp(guess, 0.0, static_cast<double>(width)));
    while (x > 0 && holds(x - 1)) {
        --x;
    }
    while (x < width && !holds(x)) {
        ++x;
    }
    return x;
}

struct RowRuns {
    Run kept;
    Run reflected;
};

// Splits a row by its distance from the midline, which is monotone along the row; the rest is the ramp.
RowRuns runs_of(const PlaneGrid& grid, const Seam& seam, int y) {
    const auto share = [&](int x) { return seam.source_share(seam.kept_distance(grid.to_frame(x, y))); };
    const double start = seam.kept_distance(grid.to_frame(0, y));
    const double step = seam.kept_distance(grid.to_frame(1, y)) - start;
    const int width = grid.width;
    const auto crossing = [&](double distance) { return step == 0 ? 0.0 : (distance - start) / step; };
    const double low = crossing(-seam.width_px / 2);
    const double high = crossing(seam.width_px / 2);
    if (share(width - 1) >= share(0)) { // the kept side is on the right
        const int kept = first_that(width, high, [&](int x) { return share(x) >= 1; });
        const int reflected = first_that(width, low, [&](int x) { return share(x) > 0; });
        return {{kept, width}, {0, reflected}};
    }
    const int kept = first_that(width, high, [&](int x) { return share(x) < 1; });
    const int reflected = first_that(width, low, [&](int x) { return share(x) <= 0; });
    return {{0, kept}, {reflected, width}};
}

// The part of a run whose positions start + x * step keep a margin from 0 and `last`. The positions before it
// lie on one side, those behind it on the other.
Run part_between(Run run, std::int64_t start, std::int64_t step, std::int64_t margin, int last) {
    const std::int64_t end = (static_cast<std::int64_t>(last) << path_bits) - margin;
    const auto is_inside = [&](int x) {
        const std::int64_t position = start + x * step;
        return position >= margin && position <= end;
    };
    if (step == 0) {
        return is_inside(run.begin) ? run : Run{run.begin, run.begin};
    }
    const auto crossing = [&](std::int64_t position) {
        return static_cast<double>(position - start) / static_cast<double>(step);
    };
    const double first = run.begin;
    const double behind = run.end;
    Run part{static_cast<int>(std::clamp(std::floor(crossing(step > 0 ? margin : end)) - 1, first, behind)),
             static_cast<int>(std::clamp(std::ceil(crossing(step > 0 ? end : margin)) + 1, first, behind))};
    while (part.begin < part.end && !is_inside(part.begin)) {
        ++part.begin;
    }
    while (part.end > part.begin && !is_inside(part.end - 1)) {
        --part.end;
    }
    return part;
}

// OPTIMIZATION: steps in fixed point instead of reflecting each position; plain twin: mirrored_sample.
template <typename Sample>
void sample_reflection(const Plane& source, const PlaneGrid& grid, const RowPath& path,
                       const PathSteps& steps, Run run, Sample* out) {
    constexpr std::int64_t unit = 1 << weight_bits;
    constexpr int to_weight = path_bits - weight_bits;
    const std::int64_t last_x = static_cast<std::int64_t>(grid.width - 1) << path_bits;
    const std::int64_t last_y = static_cast<std::int64_t>(grid.height - 1) << path_bits;
    const std::int64_t last_left = std::max(grid.width - 2, 0);
    const int last_row = grid.height - 1;
    const std::ptrdiff_t right = grid.width > 1 ? 1 : 0;
    const Plane plane = source; // copies, because a store of a byte might change whatever is referred to
    const std::int64_t step_x = steps.x;
    const std::int64_t step_y = steps.y;
    std::int64_t path_x = path.x + run.begin * step_x;
    std::int64_t path_y = path.y + run.begin * step_y;
    for (int i = run.begin; i < run.end; ++i, path_x += step_x, path_y += step_y) {
        const std::int64_t x = std::clamp(path_x, std::int64_t{0}, last_x);
        const std::int64_t y = std::clamp(path_y, std::int64_t{0}, last_y);
        const std::int64_t left = std::min(x >> path_bits, last_left);
        const auto top = static_cast<int>(y >> path_bits);
        const auto* upper = row_of<Sample>(plane, top) + left;
        const auto* lower = row_of<Sample>(plane, std::min(top + 1, last_row)) + left;
        const std::int64_t fx = (x - (left << path_bits)) >> to_weight;
        const std::int64_t fy = (y >> to_weight) & (unit - 1);
        const std::int64_t a = upper[0] * unit + (upper[right] - upper[0]) * fx;
        const std::int64_t b = lower[0] * unit + (lower[right] - lower[0]) * fx;
        out[i] = static_cast<Sample>((a * unit + (b - a) * fy + unit * unit / 2) >> (2 * weight_bits));
    }
}

// The same where the path lies left or right of the plane: its edge column, `left` or `last`.
template <typename Sample>
void sample_column(const Plane& source, const PlaneGrid& grid, const RowPath& path, const PathSteps& steps,
                   Run run, Sample* out) {
    constexpr std::int64_t unit = 1 << weight_bits;
    const std::int64_t last_y = static_cast<std::int64_t>(grid.height - 1) << path_bits;
    const int last_row = grid.height - 1;
    const std::int64_t step_y = steps.y;
    const std::ptrdiff_t stride = source.stride;
    const bool is_left = path.x + run.begin * steps.x <= 0;
    const auto* column =
        source.data + (is_left ? 0 : static_cast<std::size_t>(grid.width - 1) * sizeof(Sample));
    std::int64_t path_y = path.y + run.begin * step_y;
    for (int i = run.begin; i < run.end; ++i, path_y += step_y) {
        const std::int64_t y = std::clamp(path_y, std::int64_t{0}, last_y);
        const auto top = static_cast<int>(y >> path_bits);
        const std::int64_t fy = (y >> (path_bits - weight_bits)) & (unit - 1);
        const std::int64_t a = *reinterpret_cast<const Sample*>(column + top * stride);
        const std::int64_t b =
            *reinterpret_cast<const Sample*>(column + std::min(top + 1, last_row) * stride);
        out[i] = static_cast<Sample>((a * unit + (b - a) * fy + unit / 2) >> weight_bits);
    }
}

// Splits a run in what lies left or right of the plane, near its left or right edge, and between them.
template <typename Sample>
void reflect_run(const Plane& source, const PlaneGrid& grid, const RowPath& path, const PathSteps& steps,
                 int bit_depth, Run run, Sample* out) {
    const Run between = part_between(run, path.x, steps.x, 0, grid.width - 1);
    sample_column(source, grid, path, steps, {run.begin, between.begin}, out);
    sample_column(source, grid, path, steps, {between.end, run.end}, out);
    const Run free = part_between(between, path.x, steps.x, avx2_margin, grid.width - 1);
    if (free.size() < block_size || !can_use_avx2(grid, steps, bit_depth)) {
        sample_reflection(source, grid, path, steps, between, out);
        return;
    }
    sample_reflection(source, grid, path, steps, {between.begin, free.begin}, out);
    sample_inside_avx2(source, grid, path, steps, free, bit_depth, out);
    sample_reflection(source, grid, path, steps, {free.end, between.end}, out);
}

// Fades from the reflection, which `out` holds, to the source.
template <typename Sample>
void fade_run(const PlaneGrid& grid, const Seam& seam, int y, const Sample* own, Run run, Sample* out) {
    for (int x = run.begin; x < run.end; ++x) {
        const double share = seam.source_share(seam.kept_distance(grid.to_frame(x, y)));
        out[x] = static_cast<Sample>(std::lround(out[x] + share * (own[x] - out[x])));
    }
}

template <typename Sample>
void mirror_row(const Plane& source, const PlaneGrid& grid, const Seam& seam, const PathSteps& steps,
                int bit_depth, int y, Sample* out) {
    const RowRuns runs = runs_of(grid, seam, y);
    const auto* own = row_of<Sample>(source, y);
    std::copy(own + runs.kept.begin, own + runs.kept.end, out + runs.kept.begin);
    const Run ramp = runs.kept.begin == 0 ? Run{runs.kept.end, runs.reflected.begin}
                                          : Run{runs.reflected.end, runs.kept.begin};
    const RowPath path = path_of(grid, seam, y);
    reflect_run(source, grid, path, steps, bit_depth, runs.reflected, out);
    sample_reflection(source, grid, path, steps, ramp, out);
    fade_run(grid, seam, y, own, ramp, out);
}

} // namespace

void mirror_plane(const Plane& source, const PlaneGrid& grid, int bit_depth, const Seam& seam, Plane& out) {
    const PathSteps steps = steps_of(grid, seam);
    for (int y = 0; y < grid.height; ++y) {
        if (bit_depth == 8) {
            mirror_row(source, grid, seam, steps, bit_depth, y, row_of<std::uint8_t>(out, y));
        } else {
            mirror_row(source, grid, seam, steps, bit_depth, y, row_of<std::uint16_t>(out, y));
        }
    }
}

} // namespace facemirror::detail
