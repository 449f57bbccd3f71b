// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace facemirror {

/// The machine that a number was measured on.
struct MachineFacts {
    int cores = 0;                ///< That this process may use.
    double memory_mib = 0;        ///< NaN where the system does not say.
    std::string operating_system; ///< Name, release and architecture.
};

/// `root` stands for "/" and is another folder in tests.
[[nodiscard]] MachineFacts machine_facts(const std::filesystem::path& root = "/");

/// Resident set of this process now, MiB; NaN where the system does not say. Source: proc(5), statm.
[[nodiscard]] double resident_mib(const std::filesystem::path& root = "/");

} // namespace facemirror
