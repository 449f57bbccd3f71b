// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/pack_description.hpp>
#include <facemirror/pipeline/outputs.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace facemirror {

/// One limit of a set of gates and what was found.
struct GateResult {
    std::string measure; ///< A key of the measures.
    double found = 0;    ///< NaN where neither run has such values; the gate holds then.
    double limit = 0;
    bool is_least = false; ///< The limit is the least; otherwise the most.
    bool holds = false;
};

/// How far one run is from another over the same clips.
struct Fidelity {
    std::int64_t frames = 0; ///< Rows of the baseline.
    std::map<std::string, double> measures;
    std::vector<GateResult> gates; ///< The set `drift`.

    [[nodiscard]] bool passes() const;
};

/// Compares the tables of pairs of runs.
/// Threads  One at a time.
class FidelityMeter {
public:
    /// Adds the tables of one clip: as two runs wrote them.
    /// Throws   Error{not_found} or Error{corrupted} naming the table.
    void add(const OutputFiles& baseline, const OutputFiles& candidate);

    /// Source   measures.md 5.3, the set `drift`; docs/decisions/0026-fidelity.md says how each is counted.
    [[nodiscard]] Fidelity result() const;

private:
    struct Clip;
    struct Mean {
        double sum = 0;
        std::int64_t count = 0;

        void add(double value); ///< What is no number counts as infinite, so that it holds no gate.
        [[nodiscard]] double value() const;
    };

    void add_faces(const Clip& clip);
    void add_symmetry(const Clip& clip);
    void add_units(const Clip& clip);
    void add_gaze_and_emotion(const Clip& clip);

    std::int64_t m_rows = 0;
    std::int64_t m_row_differences = 0; // rows that only one run has, and times that differ
    std::int64_t m_lost_faces = 0;
    std::int64_t m_lost_values = 0;         // numbers of the baseline that are missing
    std::vector<double> m_drift_oed;        // per frame, mean over the points
    std::map<std::string, Mean> m_symmetry; // per metric, mm
    Mean m_unit_difference;
    Mean m_flipped_decisions;
    Mean m_gaze_deg;
    Mean m_same_emotion;
    Mean m_same_peak;
};

struct PrecisionChoice {
    Precision precision = Precision::f32;
    std::string reason; ///< Why this one and none that is faster: for people, in one line.
};

/// The fastest precision of a pack whose comparison with f32 by this engine, of these very files, passed the
/// gates `drift`, and that the processor can run; f32 without one. int8 before bf16.
[[nodiscard]] PrecisionChoice fastest_faithful(const PackDescription& pack, const std::string& engine,
                                               bool has_bf16);

} // namespace facemirror
