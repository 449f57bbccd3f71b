// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/frame.hpp>

namespace facemirror {

struct MirrorOptions {
    double seam_px = 6; ///< Width of the ramp across the midline, px of the frame; 0 is a hard edge.
};

/// Writes the picture whose kept half is the source's own and whose other half is its reflection.
///
/// With B = seam_px and s = distance from the midline, positive on the kept side: samples with s >= B/2 are
/// copied bit for bit; with s <= -B/2 they are the bilinear sample of the source at their reflection, taken
/// from the plane's edge where that lies outside; between, the share of the source rises linearly from 0
/// to 1. Every plane is treated at its own resolution, chroma at its true siting; the seam is in px of the
/// frame for all. patient_left kept: the picture's right part of an upright face. Index and time come from
/// the source.
///
/// Shapes   `out` has the source's layout and its own samples.
/// Throws   std::logic_error if the layouts differ, samples are shared, the midline is not finite or
///          seam_px < 0.
/// Threads  Pure; call from anywhere.
/// Source   behaviour.md 9 and 10; docs/decisions/0042-mirroring.md.
void mirror_frame(const Frame& source, const Midline& midline, Side kept, const MirrorOptions& options,
                  Frame& out);

/// The plain twin of mirror_frame: the definition, sample by sample. For tests and benchmarks.
void mirror_frame_plain(const Frame& source, const Midline& midline, Side kept, const MirrorOptions& options,
                        Frame& out);

} // namespace facemirror
