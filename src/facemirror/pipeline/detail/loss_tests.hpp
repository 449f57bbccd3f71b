// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace facemirror {

/// What one frame says about whether its points lie on the patient's face. A network fills in what it can
/// tell; what is empty is not judged.
struct LossEvidence {
    double time_s = 0;
    std::optional<double> face_logit;            ///< The mesh network's face flag.
    std::optional<double> flip_disagreement_oed; ///< Of two passes of the mesh network.
    std::optional<double> residual_cm; ///< Rms of what the generic face, fitted to the points, leaves over.
    Landmarks points{};                ///< px in the frame.
    std::optional<double> confidence;  ///< Mean over the points' heat maps, 0..1.
};

struct Verdict {
    FrameStatus status = FrameStatus::ok;
    std::string reason; ///< Empty when ok.
};

/// The middle one of the last values.
class RunningMedian {
public:
    explicit RunningMedian(std::size_t window) : m_window{window} {}
    void push(double value);
    void clear() noexcept { m_values.clear(); }
    /// Returns  nullopt before the first push.
    [[nodiscard]] std::optional<double> value() const;

private:
    std::size_t m_window;
    std::deque<double> m_values;
};

/// Compares each frame with the undoubted frames before it.
///
/// A covered face: the face flag falls, the two passes disagree. Another face or a lost one: the rigid parts
/// of the face jump, the mesh is no face any more, or the heat maps spread. Lids, brows and lips are looked
/// at by no test, so a blink or a one-sided smile fires none. Source docs/decisions/0032-patient-and-loss.md:
/// thresholds and what each test saw; of the heat maps: docs/decisions/0034-following-with-heat-maps.md.
class LossTests {
public:
    [[nodiscard]] Verdict judge(const LossEvidence& evidence) const;

    /// Takes the frame's final evidence and verdict into the history; once per frame.
    void remember(const LossEvidence& evidence, const Verdict& verdict);

    /// The face was not seen: it may come back anywhere.
    void forget_place() noexcept;

private:
    [[nodiscard]] Verdict judge_flag(double face_logit, double flip_oed, double time_s) const;
    [[nodiscard]] Verdict judge_shape(double residual_cm) const;
    [[nodiscard]] Verdict judge_heat(double confidence) const;
    [[nodiscard]] Verdict judge_place(const LossEvidence& evidence) const;

    static constexpr std::size_t window = 60; ///< Undoubted frames that the medians hold.

    RunningMedian m_logit{window};
    RunningMedian m_flip{window};
    RunningMedian m_residual{window};
    RunningMedian m_confidence{window};
    std::optional<LossEvidence> m_last_ok;  // where the face surely was; empty: unknown
    std::optional<LossEvidence> m_previous; // the frame before, whatever its verdict
    bool m_is_in_doubt = false;             // the frame before was not ok
    std::optional<double> m_doubt_since_s;
};

} // namespace facemirror
