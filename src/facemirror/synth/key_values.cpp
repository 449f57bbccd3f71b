// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/synth/key_values.hpp>

#include <charconv>
#include <cmath>
#include <sstream>

namespace facemirror {

namespace {

double read_number(const std::string& key, const std::string& text) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(value)) {
        throw Error{ErrorCode::unsupported, key + ": expected a number, found \"" + text + "\""};
    }
    return value;
}

void read_one(const std::string& item, std::initializer_list<NumberKey> keys) {
    const std::size_t equals = item.find('=');
    const std::string key = item.substr(0, equals);
    std::string known;
    for (const NumberKey& candidate : keys) {
        if (key == candidate.name && equals != std::string::npos) {
            *candidate.value = read_number(key, item.substr(equals + 1));
            return;
        }
        known += (known.empty() ? "" : ", ") + std::string{candidate.name};
    }
    throw Error{ErrorCode::unsupported, "\"" + item + "\": expected key=number with a key of " + known};
}

} // namespace

void read_key_values(const std::string& text, std::initializer_list<NumberKey> keys) {
    std::istringstream items{text};
    for (std::string item; std::getline(items, item, ',');) {
        read_one(item, keys);
    }
}

std::string plain_number(double value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

} // namespace facemirror
