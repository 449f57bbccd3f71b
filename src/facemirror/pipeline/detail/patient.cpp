// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/patient.hpp>

#include <algorithm>
#include <cmath>

namespace facemirror {

namespace {

// Source: docs/decisions/0032-patient-and-loss.md.
constexpr double long_absence_s = 3;
constexpr double max_shift_at_once = 0.6; // in lengths of the last box's longer side
constexpr double max_shift_per_s = 1.0;
constexpr double max_size_ratio_at_once = 1.5;
constexpr double max_size_ratio_per_s = 1.5; // added for each second of absence

double long_side(const Box& box) {
    return std::max(box.width(), box.height());
}

/// How unlike the last place a face is: 0 the same, up to 1 it can be the patient.
double strangeness(const Face& face, const LastPlace& last) {
    const double shift = distance(face.box.center(), last.box.center()) / long_side(last.box);
    const double ratio = std::abs(std::log(long_side(face.box) / long_side(last.box)));
    return std::max(shift / (max_shift_at_once + max_shift_per_s * last.absence_s),
                    ratio / std::log(max_size_ratio_at_once + max_size_ratio_per_s * last.absence_s));
}

} // namespace

std::optional<Face> choose_patient(const std::vector<Face>& faces, const std::optional<LastPlace>& last) {
    if (faces.empty()) {
        return std::nullopt;
    }
    if (!last || last->absence_s > long_absence_s) {
        return *std::max_element(faces.begin(), faces.end(),
                                 [](const Face& a, const Face& b) { return a.box.area() < b.box.area(); });
    }
    const auto nearest = std::min_element(faces.begin(), faces.end(), [&](const Face& a, const Face& b) {
        return strangeness(a, *last) < strangeness(b, *last);
    });
    if (strangeness(*nearest, *last) > 1) {
        return std::nullopt;
    }
    return *nearest;
}

} // namespace facemirror
