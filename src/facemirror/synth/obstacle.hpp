// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/synth/face_axes.hpp>
#include <facemirror/synth/picture.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace facemirror {

/// A span of the clip's time; the end is not part of it. Seconds.
struct Interval {
    double start_s = 1;
    double end_s = 2;

    [[nodiscard]] bool holds(double time_s) const noexcept { return time_s >= start_s && time_s < end_s; }
    friend bool operator==(const Interval&, const Interval&) = default;
};

/// The area inside the outline of the points (their convex hull), px^2.
[[nodiscard]] std::vector<Point> hull_of(const Landmarks& points);
[[nodiscard]] double area_of(const std::vector<Point>& polygon) noexcept;

/// From which side of the face something covers it; left and right are the patient's.
enum class CoveredSide { left, right, lower, upper };

/// "left", "right", "lower", "upper".
[[nodiscard]] const char* name_of(CoveredSide side) noexcept;

struct OccluderOptions {
    CoveredSide side = CoveredSide::left;
    double share = 0.5; ///< Of the area inside the outline of the 98 points; 0..1.
    Interval interval;
};

/// Reads "side=left,start=1,end=2,share=0.5".
/// Throws   Error{unsupported} for an unknown key or side, a share outside 0..1 or an empty interval.
[[nodiscard]] OccluderOptions parse_occluder(const std::string& text);

/// An opaque, coarsely woven cloth over a part of the face; it moves with the head.
class Occluder {
public:
    Occluder(const OccluderOptions& options, const Landmarks& points, const FaceAxes& face);

    [[nodiscard]] const OccluderOptions& options() const noexcept { return m_options; }
    /// The four corners; px of the unmoved clip.
    [[nodiscard]] const std::array<Point, 4>& corners() const noexcept { return m_corners; }
    /// How much of a position is covered, 0..1; the edge is 1 px soft.
    [[nodiscard]] float cover(Point p) const noexcept;
    [[nodiscard]] Color color(Point p) const noexcept;

private:
    OccluderOptions m_options;
    std::array<Point, 4> m_corners{};
    Point m_origin;
    Point m_lateral;
    Point m_down;
    Box m_in_face{}; // along lateral and down, from the origin
    double m_thread_px = 1;
};

struct SecondFaceOptions {
    double size = 0.8;   ///< Of the patient's face.
    double height = 0.1; ///< Of its path below the patient's face, in outer-eye distances.
    Interval interval{2, 2.5};
};

/// Reads "start=2,end=2.5,size=0.8,height=0.1".
/// Throws   Error{unsupported} for an unknown key, a size outside 0.1..3 or an empty interval.
[[nodiscard]] SecondFaceOptions parse_second_face(const std::string& text);

/// The same face mirrored and in other colours; it crosses the whole clip from image-left in its interval.
class SecondFace {
public:
    SecondFace(const SecondFaceOptions& options, const Base& base, const FaceAxes& face);

    [[nodiscard]] const SecondFaceOptions& options() const noexcept { return m_options; }
    /// Where the middle of the face is at a time of the interval; px of the clip.
    [[nodiscard]] Point center(double time_s) const noexcept;
    /// The colour at a position of the clip and how much it covers, 0..1.
    struct Look {
        Color color{};
        float cover = 0;
    };
    [[nodiscard]] Look at(const Base& base, Point p, double time_s) const noexcept;

private:
    SecondFaceOptions m_options;
    Point m_face;        // middle of the patient's face
    double m_half_width; // of the head that is cut out; px of the clip, at its own size
    double m_half_height;
    double m_clip_width;
    double m_below; // of the path, under the patient's face; px
};

} // namespace facemirror
