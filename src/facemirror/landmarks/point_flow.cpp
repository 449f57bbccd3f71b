// SPDX-License-Identifier: Apache-2.0
#include <facemirror/landmarks/mesh_geometry.hpp>
#include <facemirror/landmarks/point_flow.hpp>
#include <facemirror/landmarks/star.hpp>

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numeric>
#include <vector>

namespace facemirror {

namespace {

// All limits in outer-eye distances. Source: docs/decisions/0036-cadence.md.
constexpr double max_return_error = 0.005; ///< Of a point that is followed there and back.
constexpr double max_lost_share = 0.1;     ///< Of the points, that do not come back.
constexpr double max_head_shift = 0.03;    ///< Of any point with the whole head: less than a crop's margin.
constexpr double max_own_movement = 0.008; ///< Rms of the points of a part against the head.
constexpr double max_own_step = 0.015;     ///< Of one point against the head.

// Of the picture itself, levels of 0..255: flow follows a closing lid badly, but the pixels round it change.
constexpr float max_residual_ratio = 2; ///< Of a part over the median of the face, which is noise.
constexpr float max_residual_rest = 1;  ///< Beyond that.

constexpr double margin_share = 0.15; ///< Round the landmarks, of their box.
constexpr int picture_px = 256; ///< Longer side of the picture that is compared; smaller faces as they are.
constexpr int window_px = 15;
constexpr int levels = 2;

/// The parts that move by themselves: WFLW's brows, nose, lids, mouth, pupils. Source: the WFLW layout.
constexpr std::array<std::array<std::size_t, 2>, 9> parts{
    {{33, 41}, {42, 50}, {51, 54}, {55, 59}, {60, 67}, {68, 75}, {76, 87}, {88, 95}, {96, 97}}};
constexpr std::size_t first_inner =
    33; ///< Before it the contour, along which flow slides: it goes with the head.

using Complex = std::complex<double>;

/// How the whole head moved: p -> to + factor * (p - from).
struct HeadMovement {
    Complex from;
    Complex to;
    Complex factor{1, 0};

    [[nodiscard]] Point operator()(Point p) const {
        const Complex moved = to + factor * (Complex{p.x, p.y} - from);
        return {moved.real(), moved.imag()};
    }
};

/// The similarity that fits best. Source: least squares over complex numbers.
HeadMovement fit_movement(const std::vector<Point>& before, const std::vector<Point>& now) {
    HeadMovement movement;
    const auto count = static_cast<double>(before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        movement.from += Complex{before[i].x, before[i].y} / count;
        movement.to += Complex{now[i].x, now[i].y} / count;
    }
    Complex product{};
    double square = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const Complex p = Complex{before[i].x, before[i].y} - movement.from;
        const Complex q = Complex{now[i].x, now[i].y} - movement.to;
        product += std::conj(p) * q;
        square += std::norm(p);
    }
    if (square > 0) {
        movement.factor = product / square;
    }
    return movement;
}

} // namespace

struct PointFlow::State {
    [[nodiscard]] Point to_picture(Point p) const {
        return {(p.x - roi.x + 0.5) * scale - 0.5, (p.y - roi.y + 0.5) * scale - 0.5};
    }
    [[nodiscard]] Point to_frame(Point p) const {
        return {(p.x + 0.5) / scale - 0.5 + roi.x, (p.y + 0.5) / scale - 0.5 + roi.y};
    }
    void read(const Frame& frame, std::vector<cv::Mat>& pyramid);
    void track();
    int check_return();
    [[nodiscard]] HeadMovement head_movement() const;
    [[nodiscard]] bool is_at_rest(const Landmarks& moved, const HeadMovement& head) const;
    [[nodiscard]] bool looks_the_same() const;

    cv::Rect roi; // of the frame
    double scale = 1;
    PixelLayout layout;
    bool has_start = false;
    Landmarks points{};      // where the flow started; px in the picture
    double outer_eye_px = 0; // in the picture
    cv::Mat picture;
    cv::Mat levels_8_bit;
    std::vector<cv::Mat> before;
    std::vector<cv::Mat> now;
    std::vector<cv::Point2f> there;
    std::vector<cv::Point2f> start_points;
    std::vector<cv::Point2f> back;
    std::vector<unsigned char> found;
    std::vector<unsigned char> found_back;
    std::vector<float> residual; // mean difference of a point's window from the one that it started with
    std::vector<float> ignored;
    std::array<bool, wflw::size> is_good{};
};

void PointFlow::State::read(const Frame& frame, std::vector<cv::Mat>& pyramid) {
    const Plane& plane = frame.planes[0]; // luma, gray or green
    const int type = layout.bytes_per_sample() == 1 ? CV_8UC1 : CV_16UC1;
    const cv::Mat whole{layout.height, layout.width, type, plane.data,
                        static_cast<std::size_t>(plane.stride)};
    cv::Mat part = whole(roi);
    if (type == CV_16UC1) {
        part.convertTo(levels_8_bit, CV_8UC1, 1.0 / (1 << (layout.bit_depth - 8)));
        part = levels_8_bit;
    }
    const cv::Size size{std::max(1, static_cast<int>(std::lround(roi.width * scale))),
                        std::max(1, static_cast<int>(std::lround(roi.height * scale)))};
    cv::resize(part, picture, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_NEAREST);
    cv::buildOpticalFlowPyramid(picture, pyramid, {window_px, window_px}, levels);
}

void PointFlow::State::track() {
    const cv::TermCriteria end{cv::TermCriteria::COUNT | cv::TermCriteria::EPS, 20, 0.01};
    const cv::Size window{window_px, window_px};
    cv::calcOpticalFlowPyrLK(before, now, start_points, there, found, residual, window, levels, end);
    cv::calcOpticalFlowPyrLK(now, before, there, back, found_back, ignored, window, levels, end);
}

PointFlow::PointFlow() : m_state{std::make_unique<State>()} {
    cv::setNumThreads(1); // Threads are the pipeline's business.
}

PointFlow::~PointFlow() = default;

void PointFlow::start(const Frame& frame, const Landmarks& points) {
    State& s = *m_state;
    s.has_start = false;
    s.layout = frame.layout;
    const Box box = box_of(points);
    const Point low{box.x1, box.y1};
    const Point high{box.x2, box.y2};
    const double margin = margin_share * std::max(high.x - low.x, high.y - low.y);
    const cv::Rect frame_rect{0, 0, frame.layout.width, frame.layout.height};
    const bool is_sane =
        std::isfinite(margin) && low.x > -1e5 && low.y > -1e5 && high.x < 1e5 && high.y < 1e5;
    if (!is_sane) {
        return;
    }
    const cv::Point first{static_cast<int>(std::floor(low.x - margin)),
                          static_cast<int>(std::floor(low.y - margin))};
    const cv::Point last{static_cast<int>(std::ceil(high.x + margin)),
                         static_cast<int>(std::ceil(high.y + margin))};
    s.roi = cv::Rect{first, last} & frame_rect;
    if (std::min(s.roi.width, s.roi.height) < 2 * window_px) {
        return;
    }
    s.scale = std::min(1.0, static_cast<double>(picture_px) / std::max(s.roi.width, s.roi.height));
    s.start_points.clear();
    for (std::size_t k = 0; k < points.size(); ++k) {
        s.points[k] = s.to_picture(points[k]);
        s.start_points.emplace_back(static_cast<float>(s.points[k].x), static_cast<float>(s.points[k].y));
    }
    s.outer_eye_px = outer_eye_distance(s.points);
    if (!(s.outer_eye_px > 1)) {
        return;
    }
    s.read(frame, s.before);
    s.has_start = true;
}

/// Which points come back to where they started. Returns  how many do not.
int PointFlow::State::check_return() {
    int lost = 0;
    for (std::size_t k = 0; k < wflw::size; ++k) {
        const cv::Point2f way = back[k] - start_points[k];
        is_good[k] = found[k] != 0 && found_back[k] != 0 &&
                     std::hypot(way.x, way.y) <= max_return_error * outer_eye_px;
        lost += is_good[k] ? 0 : 1;
    }
    return lost;
}

/// How the whole head moved, by the points inside of the face that came back.
HeadMovement PointFlow::State::head_movement() const {
    std::vector<Point> from;
    std::vector<Point> to;
    for (std::size_t k = first_inner; k < wflw::size; ++k) {
        if (is_good[k]) {
            from.push_back(points[k]);
            to.emplace_back(there[k].x, there[k].y);
        }
    }
    return fit_movement(from, to);
}

/// Whether no part of the face moves against the head.
bool PointFlow::State::is_at_rest(const Landmarks& moved, const HeadMovement& head) const {
    return std::ranges::all_of(parts, [&](const auto& part) {
        double sum = 0;
        double most = 0;
        for (std::size_t k = part[0]; k <= part[1]; ++k) {
            const Point own = moved[k] - head(points[k]);
            sum += dot(own, own);
            most = std::max(most, length(own));
        }
        const double rms = std::sqrt(sum / static_cast<double>(part[1] - part[0] + 1));
        return rms <= max_own_movement * outer_eye_px && most <= max_own_step * outer_eye_px;
    });
}

/// Whether no part of the face changed more than the noise of the picture does.
bool PointFlow::State::looks_the_same() const {
    std::vector<float> sorted{residual.begin() + first_inner, residual.end()};
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::ranges::nth_element(sorted, middle);
    const float limit = max_residual_ratio * *middle + max_residual_rest;
    return std::ranges::all_of(parts, [&](const auto& part) {
        const auto first = residual.begin() + static_cast<std::ptrdiff_t>(part[0]);
        const auto end = residual.begin() + static_cast<std::ptrdiff_t>(part[1]) + 1;
        return std::accumulate(first, end, 0.0F) <= limit * static_cast<float>(end - first);
    });
}

std::optional<Landmarks> PointFlow::follow(const Frame& frame) {
    State& s = *m_state;
    if (!s.has_start || frame.layout.width != s.layout.width || frame.layout.height != s.layout.height) {
        return std::nullopt;
    }
    s.read(frame, s.now);
    s.track();
    if (s.check_return() > max_lost_share * static_cast<double>(wflw::size)) {
        return std::nullopt;
    }
    const HeadMovement head = s.head_movement();
    Landmarks moved;
    for (std::size_t k = 0; k < wflw::size; ++k) {
        const Point with_head = head(s.points[k]);
        if (distance(with_head, s.points[k]) > max_head_shift * s.outer_eye_px) {
            return std::nullopt;
        }
        const bool is_followed = s.is_good[k] && k >= first_inner;
        moved[k] = is_followed ? Point{s.there[k].x, s.there[k].y} : with_head;
    }
    if (!s.is_at_rest(moved, head) || !s.looks_the_same()) {
        return std::nullopt;
    }
    std::ranges::transform(moved, moved.begin(), [&s](Point p) { return s.to_frame(p); });
    return moved;
}

} // namespace facemirror
