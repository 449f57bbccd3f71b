// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/checkpoint_writer.hpp"
#include "support/test_weights.hpp"

#include <facemirror/graph/checkpoint.hpp>
#include <facemirror/graph/weight_table.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace facemirror {

/// The smallest of the three networks, with test weights.
inline std::vector<TestTensor> retinaface_tensors() {
    return make_test_weights(retinaface_weights());
}

inline TestTensor& tensor_of(std::vector<TestTensor>& tensors, std::string_view name) {
    return *std::ranges::find(tensors, name, &TestTensor::name);
}

inline Checkpoint checkpoint_of(const std::vector<TestTensor>& tensors) {
    return Checkpoint::parse(zip_bytes(tensors), "test.pth");
}

} // namespace facemirror
