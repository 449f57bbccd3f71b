// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/core/node_output.hpp>

#include <cstdint>
#include <vector>

// The three operators that MediaPipe added to TensorFlow Lite for its attention mesh, as ordinary OpenVINO
// operators. Source: default-models.md 3.
namespace facemirror::detail {

/// How Landmarks2TransformMatrix places its window over a part of the face.
struct WindowOptions {
    std::int64_t left = 0;            ///< Landmark where the window's x axis starts.
    std::int64_t right = 0;           ///< Landmark that the x axis points to.
    std::vector<std::int64_t> subset; ///< Landmarks that the window holds.
    float scale_x = 1.5F;             ///< Window side over the subset's extent.
    float scale_y = 1.5F;
    std::int64_t width = 16; ///< Samples of the window.
    std::int64_t height = 16;
};

/// Shapes   landmarks [1,n,3], x and y in px of the network's input -> [1,4,4], from window samples to px.
[[nodiscard]] ov::Output<ov::Node> landmarks_to_transform_matrix(const ov::Output<ov::Node>& landmarks,
                                                                 const WindowOptions& options);

/// Samples a feature map in the window; a sample that leaves the map is zero as a whole.
/// Shapes   map [1,h,w,c], matrix [1,4,4] -> [1,height,width,c].
[[nodiscard]] ov::Output<ov::Node> transform_tensor_bilinear(const ov::Output<ov::Node>& map,
                                                             const ov::Output<ov::Node>& matrix,
                                                             std::int64_t width, std::int64_t height);

/// Shapes   points [1,n,2] in the window, matrix [1,4,4] -> [1,n,2] in px.
[[nodiscard]] ov::Output<ov::Node> transform_landmarks(const ov::Output<ov::Node>& points,
                                                       const ov::Output<ov::Node>& matrix);

} // namespace facemirror::detail
