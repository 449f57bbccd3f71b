// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

namespace facemirror {

/// How well a frame's pose suits measuring.
struct PoseQuality {
    double quality = 0;   ///< 0..1.
    double stability = 0; ///< 0..1, of the yaw over the last 5 frames.
    bool is_stable = false;
};

/// Frames of lower quality get the status low_quality. Source: design.md 7.
inline constexpr double min_quality = 0.3;

/// Follows the yaw of a clip. Source: behaviour.md 11, with the yaw of the head fit.
class PoseQualityTracker {
public:
    /// Takes the next frame's yaw, or nullopt where there is no face; one push per frame, in order.
    [[nodiscard]] PoseQuality push(std::optional<double> yaw_deg);

private:
    std::deque<std::optional<double>> m_yaws;
};

/// Colour of the banner in the debug video: |yaw| to 3 degrees, to 5, above.
/// Source   behaviour.md 11.
enum class PoseClass { good, acceptable, excessive };
[[nodiscard]] PoseClass pose_class(double yaw_deg) noexcept;
/// "good", "acceptable", "excessive".
[[nodiscard]] const char* name_of(PoseClass pose) noexcept;

} // namespace facemirror
