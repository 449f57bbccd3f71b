// SPDX-License-Identifier: Apache-2.0
#include "support/temporary_folder.hpp"

#include <facemirror/profile/machine.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace facemirror {
namespace {

TEST(Machine, ReadsTheMemoryOfTheSystem) {
    const TemporaryFolder root;
    std::filesystem::create_directories(root / "proc");
    std::ofstream{root / "proc/meminfo"} << "MemTotal:        8388608 kB\nMemFree: 1 kB\n";
    const MachineFacts facts = machine_facts(root.path());
    EXPECT_DOUBLE_EQ(facts.memory_mib, 8192);
    EXPECT_GE(facts.cores, 1);
    EXPECT_FALSE(facts.operating_system.empty());
}

TEST(Machine, SaysNothingWhereTheSystemDoesNot) {
    const TemporaryFolder root;
    EXPECT_TRUE(std::isnan(machine_facts(root.path()).memory_mib));
    EXPECT_TRUE(std::isnan(resident_mib(root.path())));
}

TEST(Machine, KnowsTheMemoryOfThisProcess) {
    EXPECT_GT(resident_mib(), 0.5);
}

} // namespace
} // namespace facemirror
