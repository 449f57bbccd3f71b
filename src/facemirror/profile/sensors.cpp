// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/sensors.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace facemirror {

namespace {

namespace fs = std::filesystem;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
// Drivers of the processor; disks and power supplies have sensors too.
constexpr std::array<std::string_view, 4> processor_drivers{"coretemp", "k10temp", "zenpower", "cpu_thermal"};

template <typename Number>
std::optional<Number> read_number(const fs::path& file) {
    std::ifstream stream{file};
    Number number{};
    return stream >> number ? std::optional{number} : std::nullopt;
}

std::string first_word(const fs::path& file) {
    std::ifstream stream{file};
    std::string word;
    stream >> word;
    return word;
}

std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code ignored; // a system without the folder has no such sensor
    for (fs::directory_iterator entry{folder, ignored}, end; !ignored && entry != end;
         entry.increment(ignored)) {
        paths.push_back(entry->path());
    }
    std::ranges::sort(paths);
    return paths;
}

} // namespace

Sensors::Sensors(const fs::path& root) {
    find_temperatures(root / "sys/class/hwmon");
    find_counters(root / "sys/class/powercap");
}

void Sensors::find_temperatures(const fs::path& folder) {
    for (const fs::path& device : entries(folder)) {
        if (std::ranges::count(processor_drivers, first_word(device / "name")) == 0) {
            continue;
        }
        for (const fs::path& file : entries(device)) {
            const std::string name = file.filename().string();
            if (name.starts_with("temp") && name.ends_with("_input")) {
                m_temperatures.push_back(file);
            }
        }
    }
}

void Sensors::find_counters(const fs::path& folder) {
    for (const fs::path& zone : entries(folder)) {
        if (!first_word(zone / "name").starts_with("package")) {
            continue; // parts of a package are in its energy already
        }
        const auto now = read_number<std::uint64_t>(zone / "energy_uj");
        const auto range = read_number<std::uint64_t>(zone / "max_energy_range_uj");
        if (now && range) {
            m_counters.push_back({zone / "energy_uj", *range, *now, 0});
        }
    }
}

double Sensors::temperature_c() const {
    double hottest = nan;
    for (const fs::path& file : m_temperatures) {
        if (const auto thousandths = read_number<double>(file)) {
            hottest = std::fmax(hottest, *thousandths / 1000);
        }
    }
    return hottest;
}

double Sensors::energy_j() {
    double total = m_counters.empty() ? nan : 0;
    for (Counter& counter : m_counters) {
        const auto now = read_number<std::uint64_t>(counter.file);
        if (!now) {
            return nan;
        }
        const bool began_again = *now < counter.last_uj;
        const std::uint64_t spent = *now - counter.last_uj + (began_again ? counter.range_uj : 0);
        counter.total_j += static_cast<double>(spent) / 1e6;
        counter.last_uj = *now;
        total += counter.total_j;
    }
    return total;
}

SensorReading Sensors::read() {
    return {.temperature_c = temperature_c(), .energy_j = energy_j()};
}

} // namespace facemirror
