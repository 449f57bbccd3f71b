// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/small_file.hpp>

#include <facemirror/core/error.hpp>

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace facemirror {

std::string read_small_file(const std::filesystem::path& file, std::uintmax_t max_bytes) {
    std::error_code failure;
    if (!std::filesystem::is_regular_file(file, failure)) {
        throw Error{ErrorCode::not_found, file.string() + ": expected a file, found none"};
    }
    const std::uintmax_t bytes = std::filesystem::file_size(file, failure);
    if (failure || bytes > max_bytes) {
        throw Error{ErrorCode::unsupported,
                    fmt::format("{}: expected at most {} bytes, found {}", file.string(), max_bytes, bytes)};
    }
    std::ifstream stream{file, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{stream}, {}};
    if (!stream.is_open() || stream.bad()) {
        throw Error{ErrorCode::not_found, file.string() + ": expected a readable file, found none"};
    }
    return text;
}

} // namespace facemirror
