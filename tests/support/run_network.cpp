// SPDX-License-Identifier: Apache-2.0
/// run_network FILE N,C,H,W INPUT.f32 FOLDER: runs a network on an input of raw float32 and writes each
/// output as FOLDER/<name>.f32. For tests that compare it with another engine.
#include <facemirror/nn/network.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace facemirror {
namespace {

std::vector<std::size_t> parse_shape(const std::string& text) {
    std::vector<std::size_t> shape;
    std::istringstream stream{text};
    for (std::string size; std::getline(stream, size, ',');) {
        shape.push_back(std::stoul(size));
    }
    return shape;
}

void read_into(const std::string& file, std::span<float> values) {
    if (std::filesystem::file_size(file) != values.size_bytes()) {
        throw std::runtime_error{file + ": expected " + std::to_string(values.size_bytes()) + " bytes"};
    }
    std::ifstream stream{file, std::ios::binary};
    stream.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
    if (!stream) {
        throw std::runtime_error{file + ": cannot be read"};
    }
}

void write(const std::filesystem::path& file, std::span<const float> values) {
    std::ofstream stream{file, std::ios::binary};
    stream.write(reinterpret_cast<const char*>(values.data()),
                 static_cast<std::streamsize>(values.size_bytes()));
    stream.close();
    if (!stream) {
        throw std::runtime_error{file.string() + ": cannot be written"};
    }
}

void run(const std::span<char*> arguments) {
    NetworkOptions options;
    options.input_shape = parse_shape(arguments[2]);
    const auto network = open_network(arguments[1], options);
    read_into(arguments[3], network->input(0));
    network->run();
    const std::filesystem::path folder{arguments[4]};
    std::filesystem::create_directories(folder);
    for (std::size_t i = 0; i < network->outputs().size(); ++i) {
        write(folder / (network->outputs()[i].name + ".f32"), network->output(i));
    }
}

} // namespace
} // namespace facemirror

int main(int count, char** arguments) {
    if (count != 5) {
        std::fprintf(stderr, "usage: run_network FILE N,C,H,W INPUT.f32 FOLDER\n");
        return 2;
    }
    try {
        facemirror::run({arguments, static_cast<std::size_t>(count)});
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "run_network: %s\n", error.what());
        return 1;
    }
}
