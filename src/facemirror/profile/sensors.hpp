// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace facemirror {

/// What the processor's own sensors say; NaN where the system offers none or does not let us read it.
struct SensorReading {
    double temperature_c = 0; ///< Of the hottest sensor of the processor.
    double energy_j = 0;      ///< Of all packages since the Sensors were made.
};

/// The processor's temperature and the energy of its packages.
/// Source   The Linux kernel's documents hwmon/sysfs-interface (temp*_input, 1/1000 degree) and
/// power/powercap (energy_uj and max_energy_range_uj, 1e-6 J, which begin again at zero).
class Sensors {
public:
    /// `root` stands for "/" and is another folder in tests.
    explicit Sensors(const std::filesystem::path& root = "/");

    [[nodiscard]] SensorReading read();

private:
    struct Counter {
        std::filesystem::path file;
        std::uint64_t range_uj = 0;
        std::uint64_t last_uj = 0;
        double total_j = 0;
    };

    void find_temperatures(const std::filesystem::path& folder);
    void find_counters(const std::filesystem::path& folder);
    [[nodiscard]] double temperature_c() const;
    [[nodiscard]] double energy_j();

    std::vector<std::filesystem::path> m_temperatures;
    std::vector<Counter> m_counters;
};

} // namespace facemirror
