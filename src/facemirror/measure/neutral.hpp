// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/measure/frame_measures.hpp>

#include <cstddef>

namespace facemirror {

enum class NeutralSource { found, given };

/// "found", "given".
[[nodiscard]] const char* name_of(NeutralSource source) noexcept;

/// Frames that show the person's resting face.
struct NeutralSpan {
    double start_s = 0; ///< Time of the first frame.
    double end_s = 0;   ///< End of the last frame.
    NeutralSource source = NeutralSource::found;
};

struct Neutral {
    NeutralSpan span;
    FrameMeasures median; ///< Of every value over the span's frames; pose too.
    std::size_t frames = 0;
};

/// What counts as calm. Source of the first two: issue text; others: docs/decisions/0053-neutral.md.
struct NeutralRules {
    double min_duration_s = 0.5;
    double max_motion_oed = 0.003; ///< Per frame, of the upper face or the mouth.
    double max_lip_gap_oed = 0.02; ///< Lips count as closed below.
    double min_eye_aspect = 0.15;  ///< Each eye counts as open above.
    double max_drift_oed = 0.015;  ///< Of any value from the span's mean.
    double max_yaw_drift_deg = 3;  ///< From the span's mean.
};

/// Looks for the longest calm span of a clip that is not a held smile, from one pass over its frames.
///
/// Cost     Memory grows with the number of calm spans (at most 1024 are kept), not of frames.
class NeutralFinder {
public:
    explicit NeutralFinder(NeutralRules rules = {}) : m_rules{rules} {}

    /// Takes the next frame. Its measures count only when the status is ok.
    void push(double time_s, double duration_s, FrameStatus status, const FrameMeasures& measures);

    /// Returns  nullopt if there is none; why_not() then says what was missing.
    [[nodiscard]] std::optional<NeutralSpan> find() const;

    /// One line for the user, e.g. "the lips are never closed while the face is at rest".
    [[nodiscard]] std::string why_not() const;

    /// The values by which calm and posture are judged, in OED but for the last; see docs/decisions/0053.
    static constexpr std::size_t feature_count = 14;
    using Features = std::array<double, feature_count>;

    struct Span {
        double start_s = 0;
        double end_s = 0;
        std::size_t frames = 0;
        Features mean{};
        double mean_yaw_deg = 0;
    };

private:
    struct Counts {
        std::size_t measured = 0;
        std::size_t lips_closed = 0;
        std::size_t lids_open = 0;
    };

    [[nodiscard]] bool is_at_rest(const FrameMeasures& measures);
    [[nodiscard]] bool is_long_enough(const Span& span) const;
    static void extend(Span& span, const Features& features, double yaw_deg);
    void close_span();

    NeutralRules m_rules;
    std::vector<Span> m_spans;
    std::optional<Span> m_open;
    Features m_last{}; // of the newest frame in the open span
    Counts m_counts;
};

/// Takes the median of the frames of a span, in a second pass over a clip's measures.
/// Cost     Keeps at most 512 frames, evenly spread.
class NeutralMedian {
public:
    explicit NeutralMedian(const NeutralSpan& span) : m_span{span} {}

    /// Takes the next frame; those outside the span or not ok are passed over.
    void push(double time_s, FrameStatus status, const FrameMeasures& measures);

    /// Returns  nullopt if the span holds no ok frame.
    [[nodiscard]] std::optional<Neutral> finish() const;

private:
    NeutralSpan m_span;
    std::vector<FrameMeasures> m_kept;
    std::size_t m_seen = 0;
    std::size_t m_stride = 1;
};

} // namespace facemirror
