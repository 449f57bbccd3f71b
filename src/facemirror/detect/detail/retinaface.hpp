// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/geometry.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace facemirror::retinaface {

inline constexpr std::size_t box_values = 4;    ///< Per prior: shift of the centre and of the size.
inline constexpr std::size_t score_values = 2;  ///< Background, face; softmaxed.
inline constexpr std::size_t point_values = 10; ///< Five points.

/// A box that the network's answers are relative to; px in the input.
struct Prior {
    Point center;
    double side = 0;
};

/// The priors of one input size, computed from their index: a table of 85,200 would be slower to read than
/// the few of them that count are to compute (T21).
/// Source   behaviour.md 5.2.
class PriorGrid {
public:
    /// `width` and `height` of the input in px, both above 0.
    PriorGrid(int width, int height);

    [[nodiscard]] std::size_t size() const noexcept { return m_size; }
    /// The prior that the network's answer `index` belongs to; below size().
    [[nodiscard]] Prior operator[](std::size_t index) const noexcept;

private:
    struct Level {
        std::size_t end = 0; ///< Index after its last prior.
        std::size_t columns = 0;
        double step_px = 0;
        std::array<double, 2> sides_px{};
    };
    std::array<Level, 3> m_levels{};
    std::size_t m_size = 0;
};

/// What the network says; one row per prior.
struct Answers {
    std::span<const float> boxes;
    std::span<const float> scores;
    std::span<const float> points;
};

/// A face before overlapping ones are dropped.
struct Candidate {
    Box box;               ///< px in the input, not clipped to it.
    double score = 0;      ///< 0..1.
    std::size_t prior = 0; ///< Index.
};

/// The candidates that score more than `min_score`, in the order of their priors. One whose box is not finite
/// is none.
/// Source   behaviour.md 5.3, 5.4.
[[nodiscard]] std::vector<Candidate> find_candidates(const Answers& answers, const PriorGrid& priors,
                                                     double min_score);

/// Drops what overlaps a better candidate by more than `max_overlap` (IoU in whole pixels: a side counts from
/// the first to the last pixel, hence + 1).
/// Returns  Best first; equal scores in the order of their priors.
/// Source   behaviour.md 5.4.
[[nodiscard]] std::vector<Candidate> drop_overlapping(std::vector<Candidate> candidates, double max_overlap);

/// The five points of a prior; px in the input: image-left eye, image-right eye, nose, image-left and
/// image-right corner of the mouth.
/// Source   behaviour.md 5.3.
[[nodiscard]] std::vector<Point> points_of(const Answers& answers, const Prior& prior, std::size_t index);

} // namespace facemirror::retinaface
