// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

namespace facemirror {

namespace facs {

/// Action units of the multitask network by FACS number, in the order of its output.
/// Source   behaviour.md 15 and T1.
inline constexpr std::array multitask{1, 2, 4, 6, 9, 12, 25, 26};

/// A score of at least this much counts as present: the threshold of the network's training.
/// Source   behaviour.md 23 T3, 24.3.
inline constexpr double occurrence_score = 0.5;

} // namespace facs

/// Emotions of the multitask network in the order of its output. Source   behaviour.md 14.
inline constexpr std::array<const char*, 8> emotion_names{"neutral", "happy",   "sad",   "surprise",
                                                          "fear",    "disgust", "anger", "contempt"};

/// What the multitask network says about one half of a face; `missing` where it was not run.
struct MultitaskValues {
    std::array<double, facs::multitask.size()> au_score; ///< 0..1: how likely the unit is present.
    std::array<double, emotion_names.size()> emotion;    ///< Shares, their sum is 1.
    double gaze_yaw_deg = 0;   ///< > 0 towards the picture's right, where the half lies in the frame.
    double gaze_pitch_deg = 0; ///< > 0 down.
};

} // namespace facemirror
