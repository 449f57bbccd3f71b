// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/synth/head.hpp>
#include <facemirror/synth/movement.hpp>
#include <facemirror/synth/obstacle.hpp>
#include <facemirror/synth/picture.hpp>
#include <facemirror/synth/sliding_skin.hpp>
#include <facemirror/synth/warp.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace facemirror {

enum class FrameTiming {
    constant,
    variable, ///< Each frame lasts 0.5 to 1.5 times the nominal duration.
};

struct SceneOptions {
    double duration_s = 6.4;
    double fps = 30;
    FrameTiming timing = FrameTiming::constant;
    std::uint32_t seed = 1; ///< Of the noise and of variable frame times.
    double noise_sigma = 0; ///< Grey noise, new in each frame; levels of 0..255.
    std::vector<Movement> movements;
    HeadMotion head;
    std::optional<OccluderOptions> occluder;
    std::optional<SecondFaceOptions> second_face;
};

/// Slides the lower lip over the teeth until the lips touch, so that a laughing photograph has a rest with
/// closed lips. The points move with it. Lips that are closed do not part again: MovementKind::lip_part moves
/// them only.
void close_lips(Base& base);

/// Movements of the demonstration clip: one-sided smile, brows, blink, lips.
[[nodiscard]] std::vector<Movement> demo_movements();

/// Ticks per second of the frame times, fine enough for all usual rates.
inline constexpr std::int64_t ticks_per_second = 90000;

/// The start of each frame in ticks, first 0, rising.
/// Throws   std::logic_error if the rate is not 1..1000 per second or the duration not above 0..3600 s.
[[nodiscard]] std::vector<std::int64_t> frame_times(const SceneOptions& options);

/// Everything that is true of one frame.
struct FrameTruth {
    std::int64_t pts = 0; ///< Ticks.
    double time_s = 0;
    std::vector<double> strengths; ///< 0..1 of each movement.
    Landmarks displacement{};      ///< Of each point by the movements alone; px of the unmoved clip.
    Similarity head;               ///< Applied to the whole face after the turn.
    double yaw_deg = 0;
    Landmarks position{}; ///< Where the points are in this frame; px.
    bool occluded = false;
    bool has_second_face = false;
};

/// A still face that moves in a known way. The same base and options give the same frames on every call.
class Scene {
public:
    /// Throws   Error{unsupported} if the movements together would fold the picture.
    Scene(Base base, SceneOptions options);

    [[nodiscard]] const Base& base() const noexcept { return m_base; }
    [[nodiscard]] const SceneOptions& options() const noexcept { return m_options; }
    [[nodiscard]] const FaceAxes& face() const noexcept { return m_face; }
    [[nodiscard]] const std::optional<Occluder>& occluder() const noexcept { return m_occluder; }
    [[nodiscard]] std::size_t frame_count() const noexcept { return m_times.size(); }

    /// The spots of a movement at full strength, both sides; empty for a blink.
    [[nodiscard]] std::vector<Spot> spots_of(const Movement& movement) const;

    /// Threads  Pure; call from anywhere.
    [[nodiscard]] FrameTruth truth(std::size_t index) const;
    /// Shapes   Planes G, B, R, 8 bit; pts and duration in ticks.
    /// Threads  Pure; call from anywhere.
    [[nodiscard]] Frame render(std::size_t index) const;

private:
    struct Moment;

    [[nodiscard]] Moment moment(std::size_t index) const;
    [[nodiscard]] Color face_color(const Moment& moment, Point p, Point& guess) const noexcept;
    [[nodiscard]] Color color_at(const Moment& moment, int x, int y, Point& guess) const noexcept;
    void check_fold() const;

    Base m_base;
    SceneOptions m_options;
    FaceAxes m_face;
    std::vector<std::int64_t> m_times;
    std::vector<std::vector<Spot>> m_spots; // of each movement
    std::array<SlidingSkin, 2> m_lids;      // by Side
    std::optional<Occluder> m_occluder;
    std::optional<SecondFace> m_second_face;
    std::vector<float> m_noise; // levels, drawn once; frames take it from different places
};

} // namespace facemirror
