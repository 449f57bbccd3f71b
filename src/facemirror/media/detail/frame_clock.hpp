// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace facemirror::detail {

/// Gives every frame a time that rises: equal, falling and missing time stamps become the previous one plus a
/// frame's duration (design 3.4).
class FrameClock {
public:
    struct Stamp {
        std::int64_t pts = 0;      ///< Ticks.
        std::int64_t duration = 1; ///< Ticks, at least 1.
    };

    /// `usual_duration` in ticks serves frames that have none; 0 unknown: then the last step between two
    /// frames.
    explicit FrameClock(std::int64_t usual_duration) : m_usual_duration{usual_duration} {}

    [[nodiscard]] Stamp next(std::optional<std::int64_t> pts, std::int64_t duration) noexcept;
    /// How many time stamps were not as they should be.
    [[nodiscard]] std::int64_t repaired() const noexcept { return m_repaired; }

private:
    std::int64_t m_usual_duration;
    std::int64_t m_last_step = 1;
    std::optional<Stamp> m_last;
    std::int64_t m_repaired = 0;
};

} // namespace facemirror::detail
