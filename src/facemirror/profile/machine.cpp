// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/machine.hpp>

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <thread>

namespace facemirror {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double kib_per_mib = 1024;

int usable_cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        return CPU_COUNT(&allowed);
    }
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

} // namespace

MachineFacts machine_facts(const std::filesystem::path& root) {
    MachineFacts facts{.cores = usable_cores(), .memory_mib = nan, .operating_system = "unknown"};
    std::ifstream memory{root / "proc/meminfo"};
    std::string key;
    double kib = 0;
    if (memory >> key >> kib && key == "MemTotal:") {
        facts.memory_mib = kib / kib_per_mib;
    }
    utsname names{};
    if (uname(&names) == 0) {
        facts.operating_system = std::string{names.sysname} + " " + names.release + " " + names.machine;
    }
    return facts;
}

double resident_mib(const std::filesystem::path& root) {
    std::ifstream statm{root / "proc/self/statm"};
    double whole_pages = 0;
    double resident_pages = 0;
    if (!(statm >> whole_pages >> resident_pages)) {
        return nan;
    }
    return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (kib_per_mib * 1024);
}

} // namespace facemirror
