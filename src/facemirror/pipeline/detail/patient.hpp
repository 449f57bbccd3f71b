// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>

#include <optional>
#include <vector>

namespace facemirror {

/// Where the patient's face was last seen without doubt.
struct LastPlace {
    Box box;              ///< As a detector draws it; px in the frame.
    double absence_s = 0; ///< Time since then.
};

/// The patient among the faces of a frame: the largest if nothing is known or the absence is long, else the
/// one nearest in place and size to the last. Returns  nullopt if no face can be the patient: none at all, or
/// after a short absence only others. Source   docs/decisions/0032-patient-and-loss.md.
[[nodiscard]] std::optional<Face> choose_patient(const std::vector<Face>& faces,
                                                 const std::optional<LastPlace>& last);

} // namespace facemirror
