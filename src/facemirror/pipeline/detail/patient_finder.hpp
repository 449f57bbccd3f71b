// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/detect/face_detector.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace facemirror {

/// Asks a detector for the patient among the faces of a frame, and remembers where the face surely was.
/// Threads  One at a time.
class PatientFinder {
public:
    /// Without a detector only the memory may be used.
    explicit PatientFinder(std::unique_ptr<FaceDetector> detector) : m_detector{std::move(detector)} {}

    [[nodiscard]] bool has_detector() const noexcept { return m_detector != nullptr; }

    /// A new frame, in which nothing was detected yet.
    void begin_frame() noexcept { m_points.clear(); }

    /// Looks in `within` if it is given, and in the whole frame if there is nothing.
    /// Returns  The patient (choose_patient), or nullopt if no face can be.
    /// Throws   Error{backend} if inference fails.
    std::optional<Face> find(const Frame& frame, double time_s, const std::optional<Box>& within);

    /// Every face of a frame, best first.
    std::vector<Face> find_all(const Frame& frame) { return m_detector->detect(frame, std::nullopt); }

    /// This detection is what score() and points() tell of.
    void take(const Face& face);

    /// The patient's face surely was here.
    void remember_place(const Box& box, double time_s) noexcept;

    /// Of the last detection, 0..1; its points only if it was in this frame.
    [[nodiscard]] double score() const noexcept { return m_score; }
    [[nodiscard]] const std::vector<Point>& points() const noexcept { return m_points; }
    /// The face is lost, or its place is given: there is no such detection.
    void set_score(double score) noexcept { m_score = score; }

private:
    std::unique_ptr<FaceDetector> m_detector;
    std::optional<Box> m_last_box; // of the last undoubted face
    double m_last_ok_s = 0;
    double m_score = 0;
    std::vector<Point> m_points;
};

} // namespace facemirror
