// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>
#include <facemirror/core/frame.hpp>

#include <memory>
#include <optional>

namespace facemirror {

/// Moves landmarks on to later frames by optical flow, as long as nothing but the whole head moves a little.
///
/// Each later frame is compared with the one that the flow started in, so errors do not add up.
/// Threads  One at a time.
/// Source   Pyramidal Lucas-Kanade with a forward-backward check (Kalal, Mikolajczyk, Matas 2010); the
/// limits:
///          docs/decisions/0036-cadence.md.
class PointFlow {
public:
    PointFlow();
    ~PointFlow();
    PointFlow(const PointFlow&) = delete;
    PointFlow& operator=(const PointFlow&) = delete;

    /// From here on the flow starts in this frame, where the landmarks are these.
    void start(const Frame& frame, const Landmarks& points);

    /// The landmarks in a later frame of the same size. Empty when too many points are not found again on the
    /// way back, the head has moved by more than a little, or brows, lids, pupils, nose or mouth move by
    /// themselves; also without a start.
    [[nodiscard]] std::optional<Landmarks> follow(const Frame& frame);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace facemirror
