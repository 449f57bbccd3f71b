// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checkpoint_writer.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace facemirror {

/// One entry of a state dict to be filled.
struct NamedShape {
    std::string name;
    std::vector<std::int64_t> shape;
};

/// The reproducible weights of docs/test-weights.md for entries in state-dict order: bit for bit those that
/// the project's Python generator makes of the same seed.
[[nodiscard]] std::vector<TestTensor> make_test_weights(std::span<const NamedShape> entries,
                                                        std::uint64_t seed = 1);

/// The same for a list of anything that has a name and a shape, such as WeightSpec.
template <typename Spec>
[[nodiscard]] std::vector<TestTensor> make_test_weights(const std::vector<Spec>& entries,
                                                        std::uint64_t seed = 1) {
    std::vector<NamedShape> shapes;
    for (const Spec& entry : entries) {
        shapes.push_back({entry.name, entry.shape});
    }
    return make_test_weights(std::span<const NamedShape>{shapes}, seed);
}

/// The smooth test pictures of docs/test-weights.md, [batch, channels, height, width], whole numbers 0..255.
[[nodiscard]] std::vector<float> make_test_picture(int batch, int channels, int height, int width,
                                                   std::uint64_t seed);

} // namespace facemirror
