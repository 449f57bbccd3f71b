// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/color.hpp>
#include <facemirror/core/crop.hpp>
#include <facemirror/core/error.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace facemirror {

/// One axis of one plane in a region. All lengths in px of the frame but `plane_size`.
struct RgbRegion::Axis {
    int frame_size = 0;
    int plane_size = 0; ///< Samples of the plane.
    int shift = 0;      ///< Of the plane against the frame.
    double siting = 0;  ///< Position of the plane's sample 0.
    int start = 0;      ///< First px of the first region pixel.
    int cells = 0;      ///< Region pixels.
    int reduction = 1;
};

namespace {

constexpr int max_reduction = 128;
constexpr double weight_steps = 16; // Bilinear chroma weights in 1/16; sitings are multiples of 1/4 px.

int floor_div(int a, int b) {
    return static_cast<int>(std::floor(static_cast<double>(a) / b));
}

struct CellRange {
    int start = 0; // px of the first cell
    int count = 0;
};

// The cells of the grid `anchor + k * reduction` that bilinear sampling of [low, high] reads.
CellRange cells_for(double low, double high, int frame_size, int anchor, int reduction) {
    const auto cell_below = [&](double position) {
        return static_cast<int>(std::floor((position - anchor - (reduction - 1) / 2.0) / reduction));
    };
    const double limit = frame_size;
    const int last_in_frame = floor_div(frame_size - 1 - anchor, reduction);
    const int first_in_frame = floor_div(-anchor, reduction);
    const int first =
        std::clamp(cell_below(std::clamp(low, -limit, 2 * limit)), first_in_frame, last_in_frame);
    const int last = std::clamp(cell_below(std::clamp(high, -limit, 2 * limit)) + 1, first, last_in_frame);
    return {anchor + first * reduction, last - first + 1};
}

// Where the grid of cells begins so that it is its own mirror image about the frame's centre.
int symmetric_anchor(int frame_size, int reduction) {
    return floor_div(frame_size - frame_size % 2 * reduction, 2);
}

template <typename Sample>
void add_samples(const std::uint8_t* row, int begin, float weight, std::span<float> sums) {
    const auto* samples = reinterpret_cast<const Sample*>(row) + begin;
    for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] += weight * static_cast<float>(samples[i]);
    }
}

// Whole numbers, so that the horizontal sum is exact and hence the same from left and from right.
void scale_to_whole(std::span<float> sums, float scale) {
    for (float& sum : sums) {
        const float raised = sum * scale + 0.5F;
        sum = static_cast<float>(static_cast<int>(raised));
    }
}

// Weighted sums of `taps` neighbours; a fixed count lets the compiler unroll.
template <int Taps>
void sum_fixed(const float* in, const int* first, const float* weights, float scale, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        const float* from = in + first[i];
        float sum = 0;
        for (int k = 0; k < Taps; ++k) {
            sum += weights[k] * from[k];
        }
        weights += Taps;
        out[i] = sum * scale;
    }
}

void sum_any(const float* in, const int* first, const float* weights, int taps, float scale,
             std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        const float* from = in + first[i];
        float sum = 0;
        for (int k = 0; k < taps; ++k) {
            sum += weights[k] * from[k];
        }
        weights += taps;
        out[i] = sum * scale;
    }
}

// Nearest level of 0..255. Limited after the rounding: compilers vectorise that, and not the limits of
// floats.
std::int32_t to_level(float level) {
    return std::clamp(static_cast<std::int32_t>(level + 0.5F), 0, 255);
}

} // namespace

void RgbRegion::map_axis(const Axis& axis, AxisMap& map) {
    struct Pair {
        int low;
        int high;
        int high_weight; // of `unit`
    };
    const int unit = axis.shift > 0 ? static_cast<int>(weight_steps) : 1;
    const auto samples_of = [&axis](int px) -> Pair {
        const int inside = std::clamp(px, 0, axis.frame_size - 1);
        if (axis.shift == 0) {
            return {inside, inside, 0};
        }
        const double position = (inside - axis.siting) / (1 << axis.shift);
        const double low = std::floor(position);
        const auto index = static_cast<int>(low);
        return {std::clamp(index, 0, axis.plane_size - 1), std::clamp(index + 1, 0, axis.plane_size - 1),
                static_cast<int>(std::lround((position - low) * weight_steps))};
    };
    const auto cell_start = [&axis](int cell) { return axis.start + cell * axis.reduction; };

    map.begin = samples_of(cell_start(0)).low;
    map.count = samples_of(cell_start(axis.cells) - 1).high - map.begin + 1;
    map.scale = 1.0F / static_cast<float>(axis.reduction * unit);
    map.first.resize(static_cast<std::size_t>(axis.cells));
    map.taps = 1;
    for (int cell = 0; cell < axis.cells; ++cell) {
        const int low = samples_of(cell_start(cell)).low;
        map.first[static_cast<std::size_t>(cell)] = low - map.begin;
        map.taps = std::max(map.taps, samples_of(cell_start(cell + 1) - 1).high - low + 1);
    }
    map.weights.assign(static_cast<std::size_t>(axis.cells) * static_cast<std::size_t>(map.taps), 0.0F);
    for (int cell = 0; cell < axis.cells; ++cell) {
        const int low = map.first[static_cast<std::size_t>(cell)] + map.begin;
        float* weights = map.weights.data() + static_cast<std::ptrdiff_t>(cell) * map.taps;
        for (int px = cell_start(cell); px < cell_start(cell + 1); ++px) {
            const Pair pair = samples_of(px);
            weights[pair.low - low] += static_cast<float>(unit - pair.high_weight);
            weights[pair.high - low] += static_cast<float>(pair.high_weight);
        }
    }
}

void RgbRegion::map_plane_axes(const PixelLayout& layout) {
    map_axis({layout.width, layout.width, 0, 0, m_x, m_width, m_reduction}, m_columns[0]);
    map_axis({layout.height, layout.height, 0, 0, m_y, m_height, m_reduction}, m_rows[0]);
    if (layout.is_chroma(1)) {
        map_axis({layout.width, layout.plane_width(1), layout.chroma_shift_x, layout.chroma_x, m_x, m_width,
                  m_reduction},
                 m_columns[1]);
        map_axis({layout.height, layout.plane_height(1), layout.chroma_shift_y, layout.chroma_y, m_y,
                  m_height, m_reduction},
                 m_rows[1]);
    }
}

void RgbRegion::average_row(const Frame& frame, int plane, int row) {
    const std::size_t kind = frame.layout.is_chroma(plane) ? 1 : 0;
    const AxisMap& columns = m_columns[kind];
    const AxisMap& rows = m_rows[kind];
    // Zeroes follow the used samples: the last cells may own fewer than `taps` of them.
    m_sums.assign(static_cast<std::size_t>(columns.count) + static_cast<std::size_t>(columns.taps), 0.0F);
    const std::span sums = std::span{m_sums}.first(static_cast<std::size_t>(columns.count));
    const Plane& from = frame.planes[static_cast<std::size_t>(plane)];
    for (int tap = 0; tap < rows.taps; ++tap) {
        const float weight =
            rows.weights[static_cast<std::size_t>(row) * static_cast<std::size_t>(rows.taps) +
                         static_cast<std::size_t>(tap)];
        if (weight == 0) {
            continue;
        }
        const int y = rows.begin + rows.first[static_cast<std::size_t>(row)] + tap;
        const std::uint8_t* samples = from.data + y * from.stride;
        if (frame.layout.bytes_per_sample() == 1) {
            add_samples<std::uint8_t>(samples, columns.begin, weight, sums);
        } else {
            add_samples<std::uint16_t>(samples, columns.begin, weight, sums);
        }
    }
    const auto to_16_bit = static_cast<float>(1 << (16 - frame.layout.bit_depth));
    scale_to_whole(sums, rows.scale * to_16_bit);

    const std::span means = m_means[static_cast<std::size_t>(plane)];
    const float* in = m_sums.data();
    const int* first = columns.first.data();
    const float* weights = columns.weights.data();
    switch (columns.taps) {
    case 1:
        std::copy_n(in, means.size(), means.begin());
        break;
    case 2:
        sum_fixed<2>(in, first, weights, columns.scale, means);
        break;
    case 3:
        sum_fixed<3>(in, first, weights, columns.scale, means);
        break;
    case 4:
        sum_fixed<4>(in, first, weights, columns.scale, means);
        break;
    default:
        sum_any(in, first, weights, columns.taps, columns.scale, means);
    }
}

void RgbRegion::convert_row(const PixelLayout& layout, int row) {
    const auto width = static_cast<std::size_t>(m_width);
    float* a = m_means[0].data();
    float* b = m_means[1].data();
    float* c = m_means[2].data();
    const RgbFromYuv to_rgb = rgb_from_16_bit(layout);
    std::uint8_t* out = m_pixels.data() + static_cast<std::size_t>(row) * width * 3;
    if (layout.model == ColorModel::yuv) {
        for (std::size_t i = 0; i < width; ++i) {
            const float y = to_rgb.y * (a[i] - to_rgb.black);
            const float u = b[i] - neutral_16_bit;
            const float v = c[i] - neutral_16_bit;
            a[i] = y + to_rgb.green_from_u * u + to_rgb.green_from_v * v;
            b[i] = y + to_rgb.blue_from_u * u;
            c[i] = y + to_rgb.red_from_v * v;
        }
    } else {
        for (const auto plane : {a, b, c}) {
            for (std::size_t i = 0; i < width; ++i) {
                plane[i] = to_rgb.y * (plane[i] - to_rgb.black);
            }
        }
    }
    if (layout.model == ColorModel::gray) {
        b = a;
        c = a;
    }
    for (std::size_t i = 0; i < width; ++i) { // planes stand in the order G, B, R
        m_row[i] = to_level(c[i]) | to_level(a[i]) << 8 | to_level(b[i]) << 16;
    }
    static_assert(std::endian::native == std::endian::little);
    for (std::size_t i = 0; i + 1 < width; ++i) {
        std::memcpy(out + 3 * i, &m_row[i], 4); // the next pixel overwrites the last byte
    }
    std::memcpy(out + 3 * (width - 1), &m_row[width - 1], 3);
}

void RgbRegion::load(const Frame& frame, const Box& box, int reduction) {
    expects(std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2),
            "the box is finite");
    expects(reduction >= 1 && reduction <= max_reduction, "the reduction is 1..128");
    const PixelLayout& layout = frame.layout;
    expects(layout.width >= 1 && layout.height >= 1 && frame.planes[0].data != nullptr,
            "the frame has samples");
    const CellRange columns =
        cells_for(box.x1, box.x2, layout.width, symmetric_anchor(layout.width, reduction), reduction);
    const CellRange rows =
        cells_for(box.y1, box.y2, layout.height, symmetric_anchor(layout.height, reduction), reduction);
    m_reduction = reduction;
    m_x = columns.start;
    m_y = rows.start;
    m_width = columns.count;
    m_height = rows.count;
    m_pixels.resize(static_cast<std::size_t>(m_width) * static_cast<std::size_t>(m_height) * 3);
    for (auto& means : m_means) {
        means.resize(static_cast<std::size_t>(m_width));
    }
    m_row.resize(static_cast<std::size_t>(m_width));
    map_plane_axes(layout);
    const int planes = layout.model == ColorModel::gray ? 1 : 3;
    for (int row = 0; row < m_height; ++row) {
        for (int plane = 0; plane < planes; ++plane) {
            average_row(frame, plane, row);
        }
        convert_row(layout, row);
    }
}

int RgbRegion::reduction_for(double side_px, int crop_px) noexcept {
    const double whole = std::max(1.0, std::floor(side_px / crop_px)); // 1 for a side that is not a number
    return static_cast<int>(std::min(whole, double{max_reduction}));
}

} // namespace facemirror
