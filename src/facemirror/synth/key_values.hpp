// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>

namespace facemirror {

/// A key of a "key=value,key=value" text and where its number goes.
struct NumberKey {
    const char* name;
    double* value;
};

/// Reads "key=value,key=value"; keys that do not appear keep their value.
/// Throws   Error{unsupported} naming an unknown key or a value that is not a finite number.
void read_key_values(const std::string& text, std::initializer_list<NumberKey> keys);

/// A number as a person writes it: "8", "0.5".
[[nodiscard]] std::string plain_number(double value);

} // namespace facemirror
