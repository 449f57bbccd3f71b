// SPDX-License-Identifier: Apache-2.0
#include "support/temporary_folder.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/profile/powermetrics.hpp>

#include <gtest/gtest.h>

#include <fstream>

namespace facemirror {
namespace {

constexpr const char* log_text = "*** Sampled system activity (1000.00ms elapsed) ***\n"
                                 "CPU Power: 4000 mW\r\n"
                                 "GPU Power: 20 mW\n"
                                 "ANE Power: 1500 mW\n"
                                 "Combined Power (CPU + GPU + ANE): 5520 mW\n"
                                 "Current pressure level: Nominal\n"
                                 "CPU Power: 6000.5 mW\n"
                                 "Current pressure level: Moderate\n"
                                 "Current pressure level: Nominal";

TEST(PowerLog, AddsUpTheSamplesOfEachPartAndTheThermalPressure) {
    const PowerLog log = parse_power_log(log_text, "log.txt");
    ASSERT_EQ(log.parts.size(), 3U);
    EXPECT_EQ(log.parts.at("cpu").samples, 2);
    EXPECT_DOUBLE_EQ(log.parts.at("cpu").mean_mw, 5000.25);
    EXPECT_DOUBLE_EQ(log.parts.at("cpu").max_mw, 6000.5);
    EXPECT_DOUBLE_EQ(log.parts.at("ane").mean_mw, 1500);
    EXPECT_EQ(log.pressures.at("Nominal"), 2);
    EXPECT_EQ(log.pressures.at("Moderate"), 1);
}

TEST(PowerLog, RefusesWhatIsNoLog) {
    for (const std::string& text :
         {std::string{}, std::string{"nothing of power"}, std::string{"CPU Power: mW"},
          std::string{"CPU Power: -1 mW"}, std::string{"CPU Power: nan mW"}, std::string{"CPU Power: 1e9 mW"},
          std::string{"CPU Power: 12"}, std::string{"CPU Power: 1 mW\nCurrent pressure level: \x01"},
          std::string(5000, 'x')}) {
        try {
            static_cast<void>(parse_power_log(text, "log.txt"));
            FAIL() << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::corrupted) << text;
        }
    }
}

TEST(PowerLog, NamesTheLine) {
    try {
        static_cast<void>(parse_power_log("a\nb\nGPU Power: x mW\n", "log.txt"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(std::string{error.what()}.find("log.txt:3"), std::string::npos) << error.what();
    }
}

TEST(PowerLog, OfAFileThatIsTooLargeIsNotRead) {
    const TemporaryFolder folder;
    std::ofstream{folder / "huge.txt"} << "CPU Power: 1 mW\n";
    std::filesystem::resize_file(folder / "huge.txt", (std::uintmax_t{64} << 20) + 1); // takes no space
    try {
        static_cast<void>(read_power_log(folder / "huge.txt"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::unsupported);
    }
}

} // namespace
} // namespace facemirror
