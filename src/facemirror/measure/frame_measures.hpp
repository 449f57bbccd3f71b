// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/measure/action_units.hpp>
#include <facemirror/measure/gaze.hpp>
#include <facemirror/measure/multitask_values.hpp>
#include <facemirror/measure/side_measures.hpp>
#include <facemirror/measure/symmetry.hpp>

#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace facemirror {

/// One face as the landmark network reports it, in px of the frame. A network of 98 points gives no mesh.
struct FaceShape {
    std::optional<Mesh> mesh;
    Landmarks points{};
};

/// Both sides as one way of measuring sees them; index = static_cast<std::size_t>(Side).
struct SourceValues {
    std::array<SideValues, 2> side;
    std::array<AuRaw, 2> au;
};

/// Everything that is kept of a frame until the whole clip has been seen. Trivially copyable, so that the
/// pipeline can keep it in a temporary file.
struct FrameMeasures {
    HeadPose pose;       ///< `missing` when nothing was measured.
    SourceValues frame;  ///< From the frame (averaged with its flipped pass).
    SourceValues halves; ///< From the two mirrored halves.
    std::array<Gaze, 2> gaze;
    MiddleValues middle;
    std::array<MultitaskValues, 2> multitask; ///< From the two mirrored halves.
};
static_assert(std::is_trivially_copyable_v<FrameMeasures>);

/// The measures of a frame in which nothing could be measured: every value `missing`.
[[nodiscard]] FrameMeasures missing_measures() noexcept;

/// The head's place and turn, from the mesh or, without one, from the points.
[[nodiscard]] std::optional<HeadFit> fit_head(const FaceShape& shape, const CanonicalFace& face);

/// Measures one frame.
/// Shapes   The composites' shapes lie in px of the frame, both columns averaged about `midline`; null where
///          a composite was not run. Their depth is not used: the frame's is (decisions/0051-face-frame.md).
///          Without a mesh the head is fitted to the points, and what needs vertices is `missing`.
/// Returns  `missing` values where something is undefined, all of them when no head can be fitted; the
///          multitask network's always.
/// Threads  Pure; call from anywhere.
[[nodiscard]] FrameMeasures measure_frame(const FaceShape& frame, const FaceShape* left_half,
                                          const FaceShape* right_half, const Midline& midline,
                                          const CanonicalFace& face);

/// The same measures of a picture that was flipped before it reached us (`--selfie`): left and right change
/// places, deviations their sign. Pose and gaze stay as the picture shows them.
[[nodiscard]] FrameMeasures swap_sides(FrameMeasures measures) noexcept;

/// The person's own resting face: the median of every value over the neutral span.
struct Neutral;

/// |yaw| above which a frame is not fit for comparing sides / for summaries; degrees.
/// Source   measures.md 4.8.
inline constexpr double pose_gate_deg = 5;
inline constexpr double summary_gate_deg = 10;

/// Names of the measures in a frame's table row, in the order of write_row().
/// For each value of a side: `<name>_halves_left`, `<name>_frame_left`, `<name>_left`, then the right side.
/// Then what the multitask network says of each half: `au12_score_left`, `emotion_happy_left`,
/// `gaze_halves_yaw_deg_left`.
[[nodiscard]] const std::vector<std::string>& measure_columns();

/// Writes one row of measures; `missing` stands for an empty value.
///
/// The plain columns take rest from the frame and movement from the halves: neutral of the frame + (halves -
/// neutral of the halves). Without a neutral, without halves, or with the head turned more than 5 degrees
/// from the neutral's yaw they are the frame's (decisions/0052-rest-and-movement.md). Shapes   `row` has
/// measure_columns().size() elements. Throws   std::logic_error if `row` has another size.
void write_row(const FrameMeasures& measures, const Neutral* neutral, std::span<double> row);

/// The action units of one side as the plain columns have them: 5 times the multitask network's score where
/// it gives one (no neutral is needed), else from geometry, `missing` without a neutral.
[[nodiscard]] AuValues chosen_action_units(const FrameMeasures& measures, const Neutral* neutral, Side side);

} // namespace facemirror
