// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/color.hpp>
#include <facemirror/core/error.hpp>
#include <facemirror/synth/scene.hpp>

#include <algorithm>
#include <cmath>
#include <random>

namespace facemirror {

namespace {

// Beyond this the inverse is no longer found within its tolerance; 1 is a fold.
constexpr double most_steepness = 0.9;
constexpr std::size_t noise_levels = 1U << 16U;

struct SpotPlan {
    std::vector<std::size_t> right_points; // The centre is their mean; the left side has the partners.
    double sigma_lateral_oed;
    double sigma_down_oed;
    Point direction; // x outward, y down
};

// Points and sigmas: truth-study.md 2. A smile pulls along the direction in which action unit 12 is measured
// (default-models.md 6b). The upper lip's part of lip_part is ours: a third of the lower lip's.
std::vector<SpotPlan> plan_of(MovementKind kind) {
    switch (kind) {
    case MovementKind::smile:
        return {{{76}, 0.15, 0.13, {0.77, -0.64}}};
    case MovementKind::corner_down:
        return {{{76}, 0.15, 0.13, {0, 1}}};
    case MovementKind::brow_raise:
        return {{{34, 35, 36, 39, 40, 41}, 0.20, 0.12, {0, -1}}};
    case MovementKind::upper_lid:
        return {{{61, 62, 63}, 0.12, 0.065, {0, 1}}};
    case MovementKind::lower_lid:
        return {{{65, 66, 67}, 0.12, 0.065, {0, -1}}};
    case MovementKind::lower_lip:
        return {{{86, 87, 95}, 0.12, 0.11, {0, 1}}};
    case MovementKind::lip_part:
        return {{{86, 87, 95}, 0.12, 0.11, {0, 1}}, {{77, 78, 89}, 0.12, 0.11, {0, -1.0 / 3}}};
    case MovementKind::blink:
        break;
    }
    return {};
}

bool inside(const Box& box, Point p) {
    return p.x > box.x1 && p.x < box.x2 && p.y > box.y1 && p.y < box.y2;
}

} // namespace

void close_lips(Base& base) {
    const SlidingSkin lips{mouth_opening(base.points, face_axes_of(base.points))};
    const Base open = base;
    const Box box = lips.bounds();
    for (int y = 0; y < base.picture.height; ++y) {
        for (int x = 0; x < base.picture.width; ++x) {
            const Point p{static_cast<double>(x - base.margin_px), static_cast<double>(y - base.margin_px)};
            if (inside(box, p)) {
                const SlidingSkin::Source source = lips.source(p, 1);
                base.picture.at(x, y) =
                    mix(open.at(p), open.at(source.skin), static_cast<float>(source.skin_share));
            }
        }
    }
    std::transform(base.points.begin(), base.points.end(), base.points.begin(),
                   [&](Point point) { return lips.forward(point, 1); });
}

std::vector<Movement> demo_movements() {
    return {parse_movement("smile:left=0.4,start=1.2,rise=0.4,hold=0.8,fall=0.4"),
            parse_movement("brow-raise:start=3.2,rise=0.3,hold=0.4,fall=0.3"),
            parse_movement("blink:start=4.5,rise=0.1,hold=0.05,fall=0.15"),
            parse_movement("lip-part:start=5,rise=0.3,hold=0.4,fall=0.3")};
}

std::vector<std::int64_t> frame_times(const SceneOptions& options) {
    expects(options.fps >= 1 && options.fps <= 1000, "the rate is 1..1000 frames per second");
    expects(options.duration_s > 0 && options.duration_s <= 3600, "the duration is above 0 and up to 3600 s");
    std::mt19937 random{options.seed};
    const double nominal = static_cast<double>(ticks_per_second) / options.fps;
    const double end = options.duration_s * static_cast<double>(ticks_per_second);
    std::vector<std::int64_t> times;
    double variable = 0;
    for (double k = 0; times.empty() || k * nominal < end; ++k) {
        const double at = options.timing == FrameTiming::constant ? k * nominal : variable;
        if (at >= end) {
            break;
        }
        times.push_back(std::llround(at));
        const double part = static_cast<double>(random()) / static_cast<double>(std::mt19937::max());
        variable += nominal * (0.5 + part);
    }
    return times;
}

struct Scene::Moment {
    std::size_t index = 0;
    double time_s = 0;
    std::vector<double> strengths;
    Similarity head;
    Similarity to_base; // inverse of `head`
    Warp turn{{1, 0}, {}};
    Warp warp{{1, 0}, {}};
    std::array<double, 2> closure{}; // of each lid, 0..1, by Side
    const SecondFace* second_face = nullptr;
    const Occluder* occluder = nullptr;
};

Scene::Scene(Base base, SceneOptions options)
    : m_base{std::move(base)}, m_options{std::move(options)}, m_face{face_axes_of(m_base.points)},
      m_times{frame_times(m_options)},
      m_lids{SlidingSkin{eye_opening(m_base.points, m_face, Side::patient_left)},
             SlidingSkin{eye_opening(m_base.points, m_face, Side::patient_right)}} {
    for (const Movement& movement : m_options.movements) {
        m_spots.push_back(spots_of(movement));
    }
    if (m_options.occluder) {
        m_occluder.emplace(*m_options.occluder, m_base.points, m_face);
    }
    if (m_options.second_face) {
        m_second_face.emplace(*m_options.second_face, m_base, m_face);
    }
    if (m_options.noise_sigma > 0) {
        std::mt19937 random{m_options.seed};
        std::normal_distribution<float> noise{0.0F, static_cast<float>(m_options.noise_sigma)};
        m_noise.resize(noise_levels);
        std::generate(m_noise.begin(), m_noise.end(), [&] { return noise(random); });
    }
    check_fold();
}

std::vector<Spot> Scene::spots_of(const Movement& movement) const {
    std::vector<Spot> spots;
    for (const SpotPlan& plan : plan_of(movement.kind)) {
        for (const Side side : {Side::patient_left, Side::patient_right}) {
            Point sum;
            for (const std::size_t k : plan.right_points) {
                sum = sum + m_base.points[side == Side::patient_right ? k : wflw::partner[k]];
            }
            const double length_px = movement.amount / 100 * movement.share(side) * m_face.eye_px;
            spots.push_back(
                {(1.0 / static_cast<double>(plan.right_points.size())) * sum,
                 plan.sigma_lateral_oed * m_face.eye_px, plan.sigma_down_oed * m_face.eye_px,
                 length_px * (plan.direction.x * m_face.outward(side) + plan.direction.y * m_face.down)});
        }
    }
    return spots;
}

Scene::Moment Scene::moment(std::size_t index) const {
    Moment now;
    now.index = index;
    now.time_s = static_cast<double>(m_times[index]) / static_cast<double>(ticks_per_second);
    std::vector<Spot> spots;
    for (std::size_t i = 0; i < m_spots.size(); ++i) {
        const Movement& movement = m_options.movements[i];
        const double strength = movement.envelope.at(now.time_s);
        now.strengths.push_back(strength);
        for (Spot spot : m_spots[i]) {
            spot.shift = strength * spot.shift;
            spots.push_back(spot);
        }
        if (movement.kind == MovementKind::blink) {
            for (const Side side : {Side::patient_left, Side::patient_right}) {
                double& closure = now.closure[static_cast<std::size_t>(side)];
                closure = std::min(1.0, closure + strength * movement.amount / 100 * movement.share(side));
            }
        }
    }
    now.warp = Warp{m_face.lateral, spots};
    now.turn = yaw_warp(m_options.head.yaw_at(now.time_s), m_face);
    now.head = m_options.head.at(now.time_s, m_face);
    now.to_base = now.head.inverse();
    now.occluder = m_occluder && m_occluder->options().interval.holds(now.time_s) ? &*m_occluder : nullptr;
    now.second_face =
        m_second_face && m_second_face->options().interval.holds(now.time_s) ? &*m_second_face : nullptr;
    return now;
}

void Scene::check_fold() const {
    constexpr double grid_oed = 0.02; // A third of the smallest sigma.
    const double step = grid_oed * m_face.eye_px;
    for (std::size_t index = 0; index < m_times.size(); ++index) {
        const Moment now = moment(index);
        const Box box = now.warp.bounds();
        for (double y = box.y1; y < box.y2; y += step) {
            for (double x = box.x1; x < box.x2; x += step) {
                if (now.warp.steepness({x, y}) > most_steepness) {
                    throw Error{ErrorCode::unsupported,
                                "synth: expected movements that leave the picture smooth, found that at " +
                                    std::to_string(now.time_s) + " s they fold it; use smaller amounts"};
                }
            }
        }
    }
}

FrameTruth Scene::truth(std::size_t index) const {
    expects(index < m_times.size(), "the frame is one of the clip");
    Moment now = moment(index);
    FrameTruth truth;
    truth.pts = m_times[index];
    truth.time_s = now.time_s;
    truth.strengths = std::move(now.strengths);
    truth.head = now.head;
    truth.yaw_deg = m_options.head.yaw_at(now.time_s);
    truth.occluded = now.occluder != nullptr;
    truth.has_second_face = now.second_face != nullptr;
    for (std::size_t k = 0; k < wflw::size; ++k) {
        Point moved = m_base.points[k];
        for (std::size_t side = 0; side < m_lids.size(); ++side) {
            moved = m_lids[side].forward(moved, now.closure[side]);
        }
        moved = now.warp.forward(moved);
        truth.displacement[k] = moved - m_base.points[k];
        truth.position[k] = now.head(now.turn.forward(moved));
    }
    return truth;
}

// The colour of the face at a position of the unshifted head. `guess` is the last pixel's displacement.
Color Scene::face_color(const Moment& now, Point p, Point& guess) const noexcept {
    const Point turned = now.turn.is_identity() ? p : now.turn.inverse(p);
    Point rest = turned;
    if (!now.warp.is_identity() && inside(now.warp.bounds(), turned)) {
        rest = now.warp.inverse(turned, guess);
        guess = turned - rest;
    }
    for (std::size_t side = 0; side < m_lids.size(); ++side) {
        if (now.closure[side] > 0 && inside(m_lids[side].bounds(), rest)) {
            const SlidingSkin::Source source = m_lids[side].source(rest, now.closure[side]);
            if (source.skin != rest) {
                return mix(m_base.at(rest), m_base.at(source.skin), static_cast<float>(source.skin_share));
            }
        }
    }
    if (rest == Point{std::round(rest.x), std::round(rest.y)} && rest.x >= 0 && rest.y >= 0 &&
        rest.x < m_base.width && rest.y < m_base.height) {
        return m_base.picture.at(static_cast<int>(rest.x) + m_base.margin_px,
                                 static_cast<int>(rest.y) + m_base.margin_px);
    }
    return m_base.at(rest);
}

Color Scene::color_at(const Moment& now, int x, int y, Point& guess) const noexcept {
    const Point in_clip{static_cast<double>(x), static_cast<double>(y)};
    const Point in_base = m_options.head.is_still() ? in_clip : now.to_base(in_clip);
    Color color = face_color(now, in_base, guess);
    if (now.occluder != nullptr) {
        const float cover = now.occluder->cover(in_base);
        color = cover > 0 ? mix(color, now.occluder->color(in_base), cover) : color;
    }
    if (now.second_face != nullptr) {
        const SecondFace::Look look = now.second_face->at(m_base, in_clip, now.time_s);
        color = mix(color, look.color, look.cover);
    }
    return color;
}

Frame Scene::render(std::size_t index) const {
    expects(index < m_times.size(), "the frame is one of the clip");
    const Moment now = moment(index);
    Frame frame = make_frame(rgb_layout(m_base.width, m_base.height));
    frame.index = static_cast<std::int64_t>(index);
    frame.pts = m_times[index];
    frame.duration = index + 1 < m_times.size()
                         ? m_times[index + 1] - m_times[index]
                         : std::llround(static_cast<double>(ticks_per_second) / m_options.fps);
    std::mt19937 random{m_options.seed + static_cast<std::uint32_t>(index)};
    for (int y = 0; y < m_base.height; ++y) {
        Point guess;
        std::size_t noise = random();
        for (int x = 0; x < m_base.width; ++x) {
            Color color = color_at(now, x, y, guess);
            if (!m_noise.empty()) {
                const float grey = m_noise[noise++ % noise_levels];
                std::transform(color.begin(), color.end(), color.begin(),
                               [grey](float level) { return level + grey; });
            }
            put(frame, x, y, color);
        }
    }
    return frame;
}

} // namespace facemirror
