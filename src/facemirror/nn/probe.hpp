// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/network.hpp>

#include <chrono>

namespace facemirror {

/// What the processor can do at most, as far as the engine can make it: multiplications with addition a
/// second of a chain of large matrix products in this arithmetic, the fastest run of
/// `duration`, of at least 20.
/// Throws   Error{backend} if the engine cannot run the products in this arithmetic on this processor.
/// Source   docs/decisions/0080-bench.md.
[[nodiscard]] double measure_peak(Precision precision, int threads, std::chrono::duration<double> duration);

} // namespace facemirror
