// SPDX-License-Identifier: Apache-2.0
/// make_checkpoint NETWORK FILE: writes the reproducible test weights of retinaface, star or mtl, seed 1, as
/// PyTorch would (docs/test-weights.md): a .pkl is a zip container nested under `net`, as STAR's trainer
/// leaves it, anything else a legacy one. For tests of the built program.
#include "test_weights.hpp"

#include <facemirror/graph/weight_table.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace {

facemirror::NetworkKind kind_of(const std::string& name) {
    using facemirror::NetworkKind;
    for (const NetworkKind kind : {NetworkKind::retinaface, NetworkKind::star, NetworkKind::mtl}) {
        if (name == facemirror::name_of(kind)) {
            return kind;
        }
    }
    throw std::runtime_error{"expected retinaface, star or mtl, found " + name};
}

} // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::fprintf(stderr, "usage: make_checkpoint NETWORK FILE\n");
        return 2;
    }
    try {
        const auto& weights = facemirror::weights_of(kind_of(arguments[1]));
        const auto tensors = facemirror::make_test_weights(weights);
        const std::filesystem::path file = arguments[2];
        if (file.extension() == ".pkl") {
            facemirror::write_zip(file, tensors, {.key = "net"});
        } else {
            facemirror::write_legacy(file, tensors);
        }
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make_checkpoint: %s\n", error.what());
        return 1;
    }
}
