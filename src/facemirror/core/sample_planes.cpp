// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/sample_planes.hpp>

#include <facemirror/core/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace facemirror {

namespace {

/// Which region pixels make one output pixel along one axis, and by which share.
struct Taps {
    std::vector<int> first;     ///< Per output pixel.
    std::vector<int> count;     ///< Per output pixel; 0: outside of the frame.
    std::vector<float> weights; ///< `most` per output pixel; the used ones sum up to 1.
    std::size_t most = 0;
};

/// Output pixel i lies at region position start + i * step of `size` region pixels.
Taps taps_along(double start, double step, int outputs, int size) {
    const double reach = std::max(1.0, step);
    Taps taps;
    taps.most = static_cast<std::size_t>(std::ceil(2 * reach)) + 1;
    taps.weights.resize(static_cast<std::size_t>(outputs) * taps.most);
    for (int i = 0; i < outputs; ++i) {
        const double center = start + i * step;
        float* weights = taps.weights.data() + static_cast<std::size_t>(i) * taps.most;
        int first = 0;
        int count = 0;
        double sum = 0;
        if (center >= -0.5 && center <= size - 0.5) {
            const auto share = [&](int k) { return 1 - std::abs(k - center) / reach; };
            int last = std::min(size - 1, static_cast<int>(std::floor(center + reach)));
            first = std::max(0, static_cast<int>(std::ceil(center - reach)));
            first += share(first) > 0 ? 0 : 1;
            last -= share(last) > 0 ? 0 : 1;
            for (int k = first; k <= last; ++k) {
                sum += share(k);
            }
            for (int k = first; k <= last; ++k) {
                weights[count++] = static_cast<float>(share(k) / sum);
            }
        }
        taps.first.push_back(first);
        taps.count.push_back(count);
    }
    return taps;
}

/// One row of the region, resampled along x into three rows of the output's channel order.
void sample_row(const std::uint8_t* rgb, const Taps& taps, ChannelOrder order, std::span<float> planes) {
    const std::size_t width = taps.first.size();
    const std::size_t red = order == ChannelOrder::rgb ? 0 : 2;
    for (std::size_t u = 0; u < width; ++u) {
        const float* weights = taps.weights.data() + u * taps.most;
        const std::uint8_t* from = rgb + static_cast<std::ptrdiff_t>(taps.first[u]) * 3;
        std::array<float, 3> sum{};
        for (int k = 0; k < taps.count[u]; ++k, from += 3) {
            for (std::size_t channel = 0; channel < 3; ++channel) {
                sum[channel] += weights[k] * static_cast<float>(from[channel]);
            }
        }
        planes[red * width + u] = sum[0];
        planes[width + u] = sum[1];
        planes[(2 - red) * width + u] = sum[2];
    }
}

/// Rows of the region that were resampled along x; a few at a time, since outputs are made from top to
/// bottom.
class SampledRows {
public:
    SampledRows(const RgbRegion& region, const Taps& columns, std::size_t kept, ChannelOrder order)
        : m_region{region}, m_columns{columns}, m_order{order}, m_row_of(kept, -1),
          m_rows(kept, std::vector<float>(3 * columns.first.size())) {}

    const std::vector<float>& at(int row) {
        const std::size_t slot = static_cast<std::size_t>(row) % m_rows.size();
        if (m_row_of[slot] != row) {
            const auto offset = static_cast<std::ptrdiff_t>(row) * m_region.width() * 3;
            sample_row(m_region.pixels().data() + offset, m_columns, m_order, m_rows[slot]);
            m_row_of[slot] = row;
        }
        return m_rows[slot];
    }

private:
    const RgbRegion& m_region;
    const Taps& m_columns;
    ChannelOrder m_order;
    std::vector<int> m_row_of;
    std::vector<std::vector<float>> m_rows;
};

bool is_usable(const PlaneView& view) {
    const Box& edges = view.edges;
    return std::isfinite(edges.x1) && std::isfinite(edges.y1) && std::isfinite(edges.x2) &&
           std::isfinite(edges.y2) && edges.x2 > edges.x1 && edges.y2 > edges.y1 && view.width_px > 0 &&
           view.height_px > 0;
}

} // namespace

Box bounds_of(const PlaneView& view) noexcept {
    const Box& edges = view.edges;
    const double reach_x = std::max(1.0, edges.width() / view.width_px);
    const double reach_y = std::max(1.0, edges.height() / view.height_px);
    return {edges.x1 - reach_x, edges.y1 - reach_y, edges.x2 + reach_x, edges.y2 + reach_y};
}

void sample_planes(const RgbRegion& region, const PlaneView& view, std::span<float> planes) {
    expects(is_usable(view), "the view has an area");
    expects(region.width() > 0, "a region was loaded");
    const auto width = static_cast<std::size_t>(view.width_px);
    const std::size_t plane_size = width * static_cast<std::size_t>(view.height_px);
    expects(planes.size() == 3 * plane_size, "planes holds 3 x height_px x width_px numbers");
    const Point frame_step{view.edges.width() / view.width_px, view.edges.height() / view.height_px};
    const Point corner{view.edges.x1, view.edges.y1};
    const Point start = region.from_frame(corner + 0.5 * frame_step);
    const Point step = region.from_frame(frame_step) - region.from_frame({0, 0});
    const Taps columns = taps_along(start.x, step.x, view.width_px, region.width());
    const Taps rows = taps_along(start.y, step.y, view.height_px, region.height());
    SampledRows sampled{region, columns, rows.most, view.order};
    std::ranges::fill(planes, 0.0F);
    for (std::size_t v = 0; v < rows.first.size(); ++v) {
        for (int k = 0; k < rows.count[v]; ++k) {
            const float weight = rows.weights[v * rows.most + static_cast<std::size_t>(k)];
            const std::vector<float>& row = sampled.at(rows.first[v] + k);
            for (std::size_t channel = 0; channel < 3; ++channel) {
                float* out = planes.data() + channel * plane_size + v * width;
                const float* from = row.data() + channel * width;
                for (std::size_t u = 0; u < width; ++u) {
                    out[u] += weight * from[u];
                }
            }
        }
    }
}

void write_planes(std::span<const float> rgb, ChannelOrder order, std::span<float> planes) {
    expects(rgb.size() == planes.size() && rgb.size() % 3 == 0,
            "both hold the same pixels of three channels");
    const std::size_t pixels = rgb.size() / 3;
    for (std::size_t channel = 0; channel < 3; ++channel) {
        float* const plane = planes.data() + pixels * (order == ChannelOrder::rgb ? channel : 2 - channel);
        for (std::size_t i = 0; i < pixels; ++i) {
            plane[i] = rgb[3 * i + channel];
        }
    }
}

} // namespace facemirror
