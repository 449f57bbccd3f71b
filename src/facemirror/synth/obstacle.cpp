// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/synth/key_values.hpp>
#include <facemirror/synth/obstacle.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace facemirror {

namespace {

constexpr std::array side_names{"left", "right", "lower", "upper"};
constexpr double overhang_oed = 0.15; // The cloth reaches beyond the outline, as a hand or a mask does.
constexpr double thread_oed = 0.045;
constexpr double head_half_width_oed = 0.95;
constexpr double head_half_height_oed = 1.25;
constexpr double head_edge = 0.06; // Soft rim, in parts of the ellipse.

double cross(Point a, Point b) {
    return a.x * b.y - a.y * b.x;
}

void append_turning_left(std::vector<Point>& chain, Point p, std::size_t keep) {
    while (chain.size() > keep && cross(chain.back() - chain[chain.size() - 2], p - chain.back()) <= 0) {
        chain.pop_back();
    }
    chain.push_back(p);
}

// The part of a convex polygon with dot(p, normal) >= limit.
std::vector<Point> clipped(const std::vector<Point>& polygon, Point normal, double limit) {
    std::vector<Point> kept;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const Point a = polygon[i];
        const Point b = polygon[(i + 1) % polygon.size()];
        const double da = dot(a, normal) - limit;
        const double db = dot(b, normal) - limit;
        if (da >= 0) {
            kept.push_back(a);
        }
        if ((da >= 0) != (db >= 0)) {
            kept.push_back(a + da / (da - db) * (b - a));
        }
    }
    return kept;
}

// The limit above which `share` of the polygon's area lies in the direction of the normal.
double limit_for_share(const std::vector<Point>& polygon, Point normal, double share) {
    const auto along = [&](Point a, Point b) { return dot(a, normal) < dot(b, normal); };
    const auto [first, last] = std::minmax_element(polygon.begin(), polygon.end(), along);
    double low = dot(*first, normal);
    double high = dot(*last, normal);
    const double wanted = share * area_of(polygon);
    constexpr int halvings = 50;
    for (int i = 0; i < halvings; ++i) {
        const double mid = (low + high) / 2;
        (area_of(clipped(polygon, normal, mid)) > wanted ? low : high) = mid;
    }
    return low;
}

float noise_at(int x, int y) {
    std::uint32_t h = static_cast<std::uint32_t>(x) * 374761393U + static_cast<std::uint32_t>(y) * 668265263U;
    h = (h ^ (h >> 13U)) * 1274126177U; // integer hash; the primes spread the bits
    return static_cast<float>((h ^ (h >> 16U)) & 0xffffU) / 65535.0F;
}

CoveredSide side_named(const std::string& name) {
    const auto found = std::find(side_names.begin(), side_names.end(), name);
    if (found == side_names.end()) {
        throw Error{ErrorCode::unsupported,
                    "occluder: expected side left, right, lower or upper, found \"" + name + "\""};
    }
    return static_cast<CoveredSide>(found - side_names.begin());
}

void check_interval(const Interval& interval, const char* what) {
    if (interval.end_s <= interval.start_s) {
        throw Error{ErrorCode::unsupported, std::string{what} + ": the end comes after the start"};
    }
}

} // namespace

const char* name_of(CoveredSide side) noexcept {
    return side_names[static_cast<std::size_t>(side)];
}

std::vector<Point> hull_of(const Landmarks& points) {
    std::vector<Point> sorted(points.begin(), points.end());
    std::sort(sorted.begin(), sorted.end(),
              [](Point a, Point b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
    std::vector<Point> hull; // Andrew's monotone chain
    for (const Point p : sorted) {
        append_turning_left(hull, p, 1);
    }
    const std::size_t lower = hull.size();
    for (auto p = sorted.rbegin() + 1; p != sorted.rend(); ++p) {
        append_turning_left(hull, *p, lower);
    }
    hull.pop_back(); // the first point again
    return hull;
}

double area_of(const std::vector<Point>& polygon) noexcept {
    double twice = 0;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        twice += cross(polygon[i], polygon[(i + 1) % polygon.size()]);
    }
    return std::abs(twice) / 2;
}

OccluderOptions parse_occluder(const std::string& text) {
    OccluderOptions options;
    std::string numbers = text;
    const std::size_t side = text.find("side=");
    if (side != std::string::npos) {
        const std::size_t end = std::min(text.find(',', side), text.size());
        options.side = side_named(text.substr(side + 5, end - side - 5));
        numbers.erase(side, end + 1 - side);
    }
    read_key_values(
        numbers,
        {{"start", &options.interval.start_s}, {"end", &options.interval.end_s}, {"share", &options.share}});
    if (options.share < 0 || options.share > 1) {
        throw Error{ErrorCode::unsupported,
                    "occluder: expected a share of 0..1, found " + plain_number(options.share)};
    }
    check_interval(options.interval, "occluder");
    return options;
}

Occluder::Occluder(const OccluderOptions& options, const Landmarks& points, const FaceAxes& face)
    : m_options{options}, m_origin{face.origin}, m_lateral{face.lateral}, m_down{face.down},
      m_thread_px{thread_oed * face.eye_px} {
    std::vector<Point> hull = hull_of(points);
    std::transform(hull.begin(), hull.end(), hull.begin(),
                   [&](Point p) { return Point{dot(p - m_origin, m_lateral), dot(p - m_origin, m_down)}; });
    const double overhang = overhang_oed * face.eye_px;
    m_in_face = {hull[0].x, hull[0].y, hull[0].x, hull[0].y};
    for (const Point p : hull) {
        m_in_face = {std::min(m_in_face.x1, p.x - overhang), std::min(m_in_face.y1, p.y - overhang),
                     std::max(m_in_face.x2, p.x + overhang), std::max(m_in_face.y2, p.y + overhang)};
    }
    switch (options.side) {
    case CoveredSide::left:
        m_in_face.x1 = limit_for_share(hull, {1, 0}, options.share);
        break;
    case CoveredSide::right:
        m_in_face.x2 = -limit_for_share(hull, {-1, 0}, options.share);
        break;
    case CoveredSide::lower:
        m_in_face.y1 = limit_for_share(hull, {0, 1}, options.share);
        break;
    case CoveredSide::upper:
        m_in_face.y2 = -limit_for_share(hull, {0, -1}, options.share);
        break;
    }
    const auto in_clip = [&](double x, double y) { return m_origin + x * m_lateral + y * m_down; };
    m_corners = {in_clip(m_in_face.x1, m_in_face.y1), in_clip(m_in_face.x2, m_in_face.y1),
                 in_clip(m_in_face.x2, m_in_face.y2), in_clip(m_in_face.x1, m_in_face.y2)};
}

float Occluder::cover(Point p) const noexcept {
    const Point d = p - m_origin;
    const double x = dot(d, m_lateral);
    const double y = dot(d, m_down);
    const double inside = std::min({x - m_in_face.x1, m_in_face.x2 - x, y - m_in_face.y1, m_in_face.y2 - y});
    return static_cast<float>(std::clamp(inside + 0.5, 0.0, 1.0));
}

Color Occluder::color(Point p) const noexcept {
    const Point d = p - m_origin;
    const double u = dot(d, m_lateral) / m_thread_px;
    const double v = dot(d, m_down) / m_thread_px;
    const auto column = static_cast<int>(std::floor(u));
    const auto row = static_cast<int>(std::floor(v));
    // A thread is bright in its middle; threads across and along take turns, each with its own shade.
    const double along = (column + row) % 2 == 0 ? u - column : v - row;
    const auto bulge = static_cast<float>(1 - 2 * std::abs(along - 0.5));
    const float level = 45 + 55 * bulge + 60 * noise_at(column, row);
    return {level, level * 0.85F, level * 0.6F};
}

SecondFaceOptions parse_second_face(const std::string& text) {
    SecondFaceOptions options;
    read_key_values(text, {{"start", &options.interval.start_s},
                           {"end", &options.interval.end_s},
                           {"size", &options.size},
                           {"height", &options.height}});
    if (options.size < 0.1 || options.size > 3) {
        throw Error{ErrorCode::unsupported,
                    "second face: expected a size of 0.1..3, found " + plain_number(options.size)};
    }
    check_interval(options.interval, "second face");
    return options;
}

SecondFace::SecondFace(const SecondFaceOptions& options, const Base& base, const FaceAxes& face)
    : m_options{options}, m_face{face.origin}, m_half_width{head_half_width_oed * face.eye_px * options.size},
      m_half_height{head_half_height_oed * face.eye_px * options.size},
      m_clip_width{static_cast<double>(base.width)}, m_below{options.height * face.eye_px} {}

Point SecondFace::center(double time_s) const noexcept {
    const Interval& span = m_options.interval;
    const double part = (time_s - span.start_s) / (span.end_s - span.start_s);
    return {-m_half_width + part * (m_clip_width + 2 * m_half_width), m_face.y + m_below};
}

SecondFace::Look SecondFace::at(const Base& base, Point p, double time_s) const noexcept {
    const Point d = p - center(time_s);
    const double radius = std::hypot(d.x / m_half_width, d.y / m_half_height);
    const double cover = std::clamp((1 - radius) / head_edge, 0.0, 1.0);
    if (cover <= 0) {
        return {};
    }
    const Color own = base.at(m_face + Point{-d.x / m_options.size, d.y / m_options.size});
    // Another skin and other hair, still a face: darker, and less red.
    return {{own[0] * 0.72F, own[1] * 0.78F, own[2] * 0.85F}, static_cast<float>(cover)};
}

} // namespace facemirror
