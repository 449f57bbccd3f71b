// SPDX-License-Identifier: Apache-2.0
// make_test_weights NETWORK SEED FILE: writes a checkpoint with the weights of docs/test-weights.md. A .pkl
// is a zip container nested under `net`, as STAR's trainer writes; anything else a legacy one.
#include "checkpoint_writer.hpp"
#include "test_weights.hpp"

#include <facemirror/graph/weight_table.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>

int main(int argc, char** argv) {
    using namespace facemirror;
    if (argc != 4) {
        std::fprintf(stderr, "usage: make_test_weights retinaface|star|mtl SEED FILE\n");
        return 2;
    }
    try {
        for (const NetworkKind kind : {NetworkKind::retinaface, NetworkKind::star, NetworkKind::mtl}) {
            if (name_of(kind) != std::string{argv[1]}) {
                continue;
            }
            const auto weights = make_test_weights(weights_of(kind), std::strtoull(argv[2], nullptr, 10));
            const std::filesystem::path file = argv[3];
            if (file.extension() == ".pkl") {
                write_zip(file, weights, {.key = "net"});
            } else {
                write_legacy(file, weights);
            }
            return 0;
        }
        std::fprintf(stderr, "make_test_weights: expected retinaface, star or mtl, found %s\n", argv[1]);
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make_test_weights: %s\n", error.what());
        return 1;
    }
}
