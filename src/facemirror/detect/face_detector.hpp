// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>
#include <facemirror/core/frame.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace facemirror {

/// Finds the faces of a frame.
class FaceDetector {
public:
    virtual ~FaceDetector() = default;

    /// How many points each face has.
    [[nodiscard]] virtual std::size_t point_count() const noexcept = 0;

    /// Looks for faces in the whole frame, or only in `within` (px in the frame, already as wide as the face
    /// may have moved). A detector that has no use for a smaller picture looks everywhere nonetheless.
    /// Returns  Best first, places in px of the frame whatever was looked at; the first two of Face::points
    ///          are the patient's right and left eye. An empty list is an answer: no face.
    /// Throws   Error{backend} if inference fails.
    /// Threads  One at a time; each worker owns a detector.
    /// Cost     Reads the whole of what it looks at as RGB, so it is meant for frames in which a face must be
    ///          looked for.
    virtual std::vector<Face> detect(const Frame& frame, const std::optional<Box>& within) = 0;
};

} // namespace facemirror
