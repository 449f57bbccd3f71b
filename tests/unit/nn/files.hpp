// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/error.hpp>

#include <support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

namespace facemirror {

inline void write_text(const std::filesystem::path& file, std::string_view text) {
    std::ofstream{file, std::ios::binary} << text;
}

/// Expects an Error of this code whose message holds each of the texts.
inline void expect_error(ErrorCode code, std::initializer_list<std::string> texts,
                         const std::function<void()>& action) {
    try {
        action();
        ADD_FAILURE() << "no Error was thrown";
    } catch (const Error& error) {
        EXPECT_STREQ(name_of(error.code()), name_of(code)) << error.what();
        for (const std::string& text : texts) {
            EXPECT_NE(std::string{error.what()}.find(text), std::string::npos)
                << "\"" << text << "\" is not in: " << error.what();
        }
    }
}

} // namespace facemirror
