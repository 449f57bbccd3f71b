// SPDX-License-Identifier: Apache-2.0
#include "support/temporary_folder.hpp"

#include <facemirror/profile/sensors.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace facemirror {
namespace {

void write(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << text << "\n";
}

TEST(Sensors, TakesTheHottestSensorOfTheProcessorOnly) {
    const TemporaryFolder root;
    write(root / "sys/class/hwmon/hwmon0/name", "nvme");
    write(root / "sys/class/hwmon/hwmon0/temp1_input", "91000");
    write(root / "sys/class/hwmon/hwmon1/name", "coretemp");
    write(root / "sys/class/hwmon/hwmon1/temp1_input", "55500");
    write(root / "sys/class/hwmon/hwmon1/temp2_input", "61250");
    write(root / "sys/class/hwmon/hwmon1/temp2_crit", "100000");
    Sensors sensors{root.path()};
    EXPECT_DOUBLE_EQ(sensors.read().temperature_c, 61.25);
    EXPECT_TRUE(std::isnan(sensors.read().energy_j));
}

TEST(Sensors, AddsUpPackagesAndFollowsACounterThatBeginsAgain) {
    const TemporaryFolder root;
    for (const char* zone : {"intel-rapl:0", "intel-rapl:1"}) {
        write(root / (std::string{"sys/class/powercap/"} + zone) / "name",
              std::string{"package-"} + zone[11]);
        write(root / (std::string{"sys/class/powercap/"} + zone) / "energy_uj", "9000000");
        write(root / (std::string{"sys/class/powercap/"} + zone) / "max_energy_range_uj", "10000000");
    }
    write(root / "sys/class/powercap/intel-rapl:0:0/name", "core");
    write(root / "sys/class/powercap/intel-rapl:0:0/energy_uj", "5");
    Sensors sensors{root.path()};
    EXPECT_DOUBLE_EQ(sensors.read().energy_j, 0);
    write(root / "sys/class/powercap/intel-rapl:0/energy_uj", "1000000"); // began again: 2 J
    write(root / "sys/class/powercap/intel-rapl:1/energy_uj", "9500000");
    EXPECT_DOUBLE_EQ(sensors.read().energy_j, 2.5);
    EXPECT_DOUBLE_EQ(sensors.read().energy_j, 2.5);
    EXPECT_TRUE(std::isnan(sensors.read().temperature_c));
}

TEST(Sensors, SaysNothingWithoutSensorsOrWithUnreadableOnes) {
    const TemporaryFolder root;
    write(root / "sys/class/hwmon/hwmon0/name", "k10temp");
    write(root / "sys/class/hwmon/hwmon0/temp1_input", "hot");
    Sensors sensors{root.path()};
    EXPECT_TRUE(std::isnan(sensors.read().temperature_c));
    EXPECT_TRUE(std::isnan(sensors.read().energy_j));
}

} // namespace
} // namespace facemirror
