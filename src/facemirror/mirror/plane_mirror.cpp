// SPDX-License-Identifier: Apache-2.0
#include <facemirror/mirror/detail/plane_mirror.hpp>
#include <facemirror/mirror/detail/reflection.hpp>

#include <cstdint>

namespace facemirror::detail {

namespace {

constexpr int weight_bits = 16; // half a level of 16-bit samples at the steepest edge

std::int64_t to_fixed(double samples) {
    constexpr double limit = 1 << 20; // far outside every plane; keeps the paths inside 64 bits
    return std::llround(std::clamp(samples, -limit, limit) *
                        static_cast<double>(std::int64_t{1} << path_bits));
}

PathSteps steps_of(const PlaneGrid& grid, const Seam& seam) {
    const Point normal{-seam.midline.direction.y, seam.midline.direction.x};
    PathSteps steps;
    steps.x = to_fixed(1 - 2 * normal.x * normal.x);
    steps.y = to_fixed(-2 * normal.x * normal.y * grid.step_x / grid.step_y);
    for (std::size_t k = 0; k < lane_order.size(); ++k) {
        steps.lanes_x[lane_order[k]] = to_lane(static_cast<std::int64_t>(k) * steps.x);
        steps.lanes_y[lane_order[k]] = to_lane(static_cast<std::int64_t>(k) * steps.y);
    }
    return steps;
}

RowPath path_of(const PlaneGrid& grid, const Seam& seam, const PathSteps& steps, int y) {
    const Point start = grid.from_frame(seam.midline.reflect(grid.to_frame(0, y)));
    return {to_fixed(start.x), to_fixed(start.y), &steps};
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

// OPTIMIZATION: steps in fixed point instead of reflecting each position; plain twin: mirrored_sample.
template <typename Sample>
void sample_reflection(const Plane& source, const PlaneGrid& grid, const RowPath& path, Run run,
                       Sample* out) {
    constexpr std::int64_t unit = 1 << weight_bits;
    constexpr int to_weight = path_bits - weight_bits;
    const std::int64_t last_x = static_cast<std::int64_t>(grid.width - 1) << path_bits;
    const std::int64_t last_y = static_cast<std::int64_t>(grid.height - 1) << path_bits;
    const std::int64_t last_left = std::max(grid.width - 2, 0);
    const std::ptrdiff_t right = grid.width > 1 ? 1 : 0;
    std::int64_t path_x = path.x + run.begin * path.steps->x;
    std::int64_t path_y = path.y + run.begin * path.steps->y;
    for (int i = run.begin; i < run.end; ++i, path_x += path.steps->x, path_y += path.steps->y) {
        const std::int64_t x = std::clamp(path_x, std::int64_t{0}, last_x);
        const std::int64_t y = std::clamp(path_y, std::int64_t{0}, last_y);
        const std::int64_t left = std::min(x >> path_bits, last_left);
        const auto top = static_cast<int>(y >> path_bits);
        const auto* upper = row_of<Sample>(source, top) + left;
        const auto* lower = row_of<Sample>(source, std::min(top + 1, grid.height - 1)) + left;
        const std::int64_t fx = (x - (left << path_bits)) >> to_weight;
        const std::int64_t fy = (y >> to_weight) & (unit - 1);
        const std::int64_t a = upper[0] * unit + (upper[right] - upper[0]) * fx;
        const std::int64_t b = lower[0] * unit + (lower[right] - lower[0]) * fx;
        out[i] = static_cast<Sample>((a * unit + (b - a) * fy + unit * unit / 2) >> (2 * weight_bits));
    }
}

template <typename Sample>
void sample_run(const Plane& source, const PlaneGrid& grid, const Seam& seam, int y, Run run, Sample* out) {
    for (int x = run.begin; x < run.end; ++x) {
        out[x] = mirrored_sample<Sample>(source, grid, seam, x, y);
    }
}

template <typename Sample>
void mirror_row(const Plane& source, const PlaneGrid& grid, const Seam& seam, const PathSteps& steps,
                int bit_depth, int y, Sample* out) {
    const RowRuns runs = runs_of(grid, seam, y);
    const auto* own = row_of<Sample>(source, y);
    std::copy(own + runs.kept.begin, own + runs.kept.end, out + runs.kept.begin);
    const RowPath path = path_of(grid, seam, steps, y);
    if (runs.reflected.size() >= avx2_block && can_use_avx2(grid, bit_depth)) {
        sample_reflection_avx2(source, grid, path, runs.reflected, bit_depth, out);
    } else {
        sample_reflection(source, grid, path, runs.reflected, out);
    }
    const Run ramp = runs.kept.begin == 0 ? Run{runs.kept.end, runs.reflected.begin}
                                          : Run{runs.reflected.end, runs.kept.begin};
    sample_run(source, grid, seam, y, ramp, out);
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
