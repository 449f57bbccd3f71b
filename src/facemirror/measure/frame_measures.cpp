// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/frame_measures.hpp>

#include <bit>
#include <utility>

namespace facemirror {
namespace {

constexpr std::array sides{Side::patient_left, Side::patient_right};

std::size_t index_of(Side side) noexcept {
    return static_cast<std::size_t>(side);
}

// A composite shows no turned head, so its own depth would not fit the pose of the frame.
FaceShape with_depth_of(const FaceShape& frame, FaceShape half) noexcept {
    if (!frame.mesh || !half.mesh) {
        half.mesh.reset();
        return half;
    }
    for (std::size_t i = 0; i < half.mesh->size(); ++i) {
        (*half.mesh)[i].z = (*frame.mesh)[i].z;
    }
    return half;
}

void measure_source(SourceValues& values, Side side, const FaceShape& shape, const Midline& midline,
                    const CanonicalFace& face, const HeadFit& fit, const FaceFrame& axes) {
    const std::size_t s = index_of(side);
    values.side[s] = measure_side(shape.points, midline, axes, side);
    const double eye_ratio = eye_aspect_ratio(shape.points, side);
    if (shape.mesh) {
        values.au[s] = measure_au_raw(*shape.mesh, face, fit, eye_ratio, side);
    } else {
        values.au[s].eye_aspect_ratio = eye_ratio;
    }
}

} // namespace

FrameMeasures missing_measures() noexcept {
    std::array<double, sizeof(FrameMeasures) / sizeof(double)> values;
    values.fill(missing);
    return std::bit_cast<FrameMeasures>(values);
}

std::optional<HeadFit> fit_head(const FaceShape& shape, const CanonicalFace& face) {
    return shape.mesh ? fit_head(*shape.mesh, face) : fit_head(shape.points, face);
}

FrameMeasures measure_frame(const FaceShape& frame, const FaceShape* left_half, const FaceShape* right_half,
                            const Midline& midline, const CanonicalFace& face) {
    FrameMeasures measures = missing_measures();
    const auto fit = fit_head(frame, face);
    const auto axes = fit ? face_frame(frame.points, *fit) : std::nullopt;
    if (!axes) {
        return measures;
    }
    measures.pose = fit->pose;
    measures.middle = measure_middle(frame.points, midline, *axes);
    for (const Side side : sides) {
        measure_source(measures.frame, side, frame, midline, face, *fit, *axes);
        if (frame.mesh) {
            measures.gaze[index_of(side)] = measure_gaze(*frame.mesh, face, *fit, side);
        }
        const FaceShape* half = side == Side::patient_left ? left_half : right_half;
        if (half != nullptr) {
            measure_source(measures.halves, side, with_depth_of(frame, *half), midline, face, *fit, *axes);
        }
    }
    return measures;
}

FrameMeasures swap_sides(FrameMeasures measures) noexcept {
    for (SourceValues* source : {&measures.frame, &measures.halves}) {
        std::swap(source->side[0], source->side[1]);
        std::swap(source->au[0], source->au[1]);
    }
    std::swap(measures.gaze[0], measures.gaze[1]);
    std::swap(measures.multitask[0], measures.multitask[1]);
    for (std::size_t i = 0; i < 2 * middle_deviation_count; ++i) {
        measures.middle[i] = -measures.middle[i];
    }
    return measures;
}

} // namespace facemirror
