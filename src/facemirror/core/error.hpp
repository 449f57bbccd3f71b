// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace facemirror {

/// Why something failed. Each code is one exit code of the program and one exception of the bindings.
enum class ErrorCode {
    not_found,   ///< An input does not exist or cannot be opened.
    unsupported, ///< An input is of a kind that we do not read.
    corrupted,   ///< An input is broken.
    mismatch,    ///< A model or pack is not what it should be.
    backend,     ///< The inference engine, an encoder or the set-up failed.
    output,      ///< An output could not be written.
    cancelled,   ///< The user stopped the work.
};

/// The one exception of the library. The message names the file, what was expected and what was found.
class Error : public std::runtime_error {
public:
    Error(ErrorCode code, const std::string& message) : std::runtime_error{message}, m_code{code} {}

    [[nodiscard]] ErrorCode code() const noexcept { return m_code; }

private:
    ErrorCode m_code;
};

/// The name of a code as it stands in logs: "not_found", ...
[[nodiscard]] const char* name_of(ErrorCode code) noexcept;

/// Checks a precondition of a public entry point; always on.
/// Throws   std::logic_error if it does not hold: a bug of the caller, not a failure.
inline void expects(bool holds, const char* expectation) {
    if (!holds) {
        throw std::logic_error{std::string{"precondition broken: "} + expectation};
    }
}

} // namespace facemirror
