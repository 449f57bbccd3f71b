// SPDX-License-Identifier: Apache-2.0
#include "option_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace facemirror {

namespace {

// `count` finite numbers with this separator between them, or nothing.
std::vector<double> numbers_in(const std::string& text, char separator, std::size_t count) {
    std::vector<double> numbers;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (numbers.size() < count) {
        double value = 0;
        const auto [behind, failure] = std::from_chars(at, end, value);
        if (failure != std::errc{} || !std::isfinite(value)) {
            return {};
        }
        numbers.push_back(value);
        if (behind == end) {
            break;
        }
        if (*behind != separator) {
            return {};
        }
        at = behind + 1;
    }
    return numbers.size() == count && at <= end && text.back() != separator ? numbers : std::vector<double>{};
}

} // namespace

TimeSpan parse_time_span(const std::string& text) {
    const auto numbers = numbers_in(text, '-', 2);
    if (numbers.empty() || numbers[0] < 0 || numbers[1] <= numbers[0]) {
        throw CLI::ValidationError{"--neutral", "expected A-B in seconds with B behind A, found " + text};
    }
    return {numbers[0], numbers[1]};
}

Box parse_box(const std::string& text, const char* option) {
    const auto numbers = numbers_in(text, ',', 4);
    if (numbers.empty() || numbers[2] <= numbers[0] || numbers[3] <= numbers[1]) {
        throw CLI::ValidationError{option, "expected X1,Y1,X2,Y2 in px with a positive area, found " + text};
    }
    return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

Precision parse_precision(const std::string& text) {
    for (const Precision precision : {Precision::f32, Precision::bf16, Precision::int8}) {
        if (text == name_of(precision)) {
            return precision;
        }
    }
    throw CLI::ValidationError{"--precision", "expected f32, bf16 or int8, found " + text};
}

spdlog::level::level_enum parse_log_level(const std::string& text) {
    return spdlog::level::from_str(text);
}

CLI::Validator file_name_part() {
    return {[](const std::string& text) -> std::string {
                const bool usable =
                    !text.empty() && text.front() != '.' && text.find('/') == std::string::npos;
                return usable
                           ? ""
                           : "expected a name without a slash that does not begin with a dot, found " + text;
            },
            "NAME"};
}

int parse_cadence(const std::string& text) {
    constexpr int most = 1000;
    int every = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), every);
    const bool is_number = failed == std::errc{} && end == text.data() + text.size();
    if (text != "auto" && (!is_number || every < 1 || every > most)) {
        throw CLI::ValidationError{"--landmarks-every",
                                   fmt::format("expected auto or 1 to {}, found {}", most, text)};
    }
    return text == "auto" ? 0 : every;
}

} // namespace facemirror
