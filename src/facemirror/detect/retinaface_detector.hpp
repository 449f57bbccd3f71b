// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/crop.hpp>
#include <facemirror/detect/face_detector.hpp>
#include <facemirror/nn/network.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace facemirror {

struct RetinaFaceOptions {
    double min_score = 0.9;   ///< Faces that do not score more are dropped; 0..1. Source: behaviour.md 5.4.
    double max_overlap = 0.4; ///< Likewise faces that overlap a better one more (IoU). Source: the same.
    /// Of the picture that the network sees; 0: the frame's own size. Never enlarged.
    int long_side_px = 1600; ///< Source: docs/decisions/0033-retinaface-input.md.
    int part_px = 192;       ///< Side of the square that a part of a frame is looked at in. Source: the same.
};

/// Finds faces with RetinaFace, which takes a picture of any size; each size is compiled once and kept.
///
/// Face::points are the patient's right eye (image-left), left eye, nose, right and left corner of the mouth.
/// At the frame's own size the network sees the frame's own converted pixels.
class RetinaFaceDetector final : public FaceDetector {
public:
    /// Opens the network for one input size.
    /// Shapes   input [1,3,height,width], BGR 0..255; outputs [1,P,4], [1,P,2], [1,P,10] in this order.
    using OpenNetwork = std::function<std::unique_ptr<Network>(int width, int height)>;

    /// Opens the network for parts of a frame at once, so that a wrong one is known before the first frame.
    /// Throws   Error{mismatch} if its inputs and outputs are not RetinaFace's, and whatever `open` throws.
    RetinaFaceDetector(OpenNetwork open, const RetinaFaceOptions& options);
    ~RetinaFaceDetector() override;

    [[nodiscard]] std::size_t point_count() const noexcept override { return 5; }
    /// Throws   As the constructor for the first frame of another size; Error{backend} if inference fails.
    std::vector<Face> detect(const Frame& frame, const std::optional<Box>& within) override;

private:
    struct Sized; // the network of one input size

    [[nodiscard]] std::unique_ptr<Sized> open(int width, int height) const;
    std::vector<Face> look(const Frame& frame, const Box& edges, Sized& sized);

    OpenNetwork m_open;
    RetinaFaceOptions m_options;
    std::unique_ptr<Sized> m_part;
    std::unique_ptr<Sized> m_whole; // null before the first whole frame
    RgbRegion m_region;
};

} // namespace facemirror
