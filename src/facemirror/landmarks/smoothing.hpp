// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>

#include <optional>

namespace facemirror {

enum class Smoothing { none, one_euro };

/// Lengths count outer-eye distances (OED), so the filter does the same on a small and on a large face.
struct SmoothingOptions {
    Smoothing kind = Smoothing::one_euro;
    double min_cutoff_hz = 2.0;   ///< Cut-off of a face at rest.
    double beta = 80.0;           ///< Hz that each OED per second of speed adds to the cut-off.
    double speed_cutoff_hz = 1.0; ///< Cut-off of the speed's own estimate.
};

/// Smooths the landmarks of consecutive frames, one push per frame in time order.
/// Source   Casiez, Roussel, Vogel: 1 Euro filter, CHI 2012; parameters: docs/decisions/0031-smoothing.md.
class LandmarkSmoother {
public:
    explicit LandmarkSmoother(const SmoothingOptions& options = {}) : m_options{options} {}

    /// Adds the points of a frame; `time_s` must rise from push to push.
    /// Returns  The smoothed points of the same frame; the first push after a reset comes back as it is.
    /// Throws   std::logic_error if the time does not rise.
    Landmarks push(const Landmarks& points, double time_s);

    /// Forgets all frames: the next push starts anew. For a lost face.
    void reset() noexcept { m_last.reset(); }

private:
    struct State {
        Landmarks smoothed{};
        Landmarks speed{}; // px per second
        double time_s = 0;
    };

    SmoothingOptions m_options;
    std::optional<State> m_last;
};

} // namespace facemirror
