// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/outputs.hpp>

#include <nlohmann/json.hpp>

#include <fstream>

namespace facemirror {

namespace fs = std::filesystem;

namespace {

// A run.json that cannot be read belongs to nobody: the answer is an empty object, not a failure.
nlohmann::json read_run_json(const fs::path& file) {
    std::ifstream stream{file, std::ios::binary};
    nlohmann::json json = nlohmann::json::parse(stream, nullptr, /*allow_exceptions=*/false);
    return json.is_object() ? json : nlohmann::json::object();
}

std::string content_hash(const nlohmann::json& run) {
    const auto input = run.find("input");
    if (input == run.end() || !input->is_object()) {
        return {};
    }
    const auto hash = input->find("sha256");
    return hash != input->end() && hash->is_string() ? hash->get<std::string>() : std::string{};
}

} // namespace

std::vector<fs::path> OutputFiles::all() const {
    std::vector<fs::path> files;
    for (const fs::path* file : {&left_video, &right_video, &debug_video, &left_table, &right_table,
                                 &frames_table, &landmarks_table, &run_json}) {
        if (!file->empty()) {
            files.push_back(*file);
        }
    }
    return files;
}

OutputFiles output_files(const fs::path& folder, const std::string& stem, Videos videos) {
    OutputFiles files;
    if (videos != Videos::none) {
        files.left_video = folder / (stem + "_left_mirrored.mp4");
        files.right_video = folder / (stem + "_right_mirrored.mp4");
    }
    if (videos == Videos::mirrored_and_debug) {
        files.debug_video = folder / (stem + "_debug.mp4");
    }
    files.left_table = folder / (stem + "_left_mirrored.csv");
    files.right_table = folder / (stem + "_right_mirrored.csv");
    files.frames_table = folder / (stem + "_frames.csv");
    files.landmarks_table = folder / (stem + "_landmarks.csv");
    files.run_json = folder / (stem + "_run.json");
    return files;
}

std::string choose_stem(const fs::path& folder, const std::string& stem, const std::string& sha256,
                        SameStem others, std::set<std::string>& taken) {
    const std::string owner = content_hash(read_run_json(folder / (stem + "_run.json")));
    const bool is_foreign = others == SameStem::keep && !owner.empty() && owner != sha256;
    std::string chosen = stem;
    if ((is_foreign || taken.contains(stem)) && !sha256.empty()) {
        chosen += "-" + sha256.substr(0, 8);
    }
    taken.insert(chosen);
    return chosen;
}

bool is_finished(const OutputFiles& files, const std::string& sha256, const std::string& decided_by) {
    const nlohmann::json run = read_run_json(files.run_json);
    if (sha256.empty() || content_hash(run) != sha256 || !run.contains("decided_by") ||
        !run.contains("outputs")) {
        return false;
    }
    if (run["decided_by"] != nlohmann::json::parse(decided_by, nullptr, false) ||
        !run["outputs"].is_object()) {
        return false;
    }
    for (const fs::path& file : files.all()) {
        if (file == files.run_json) {
            continue;
        }
        std::error_code missing;
        const auto bytes = fs::file_size(file, missing);
        const auto known = run["outputs"].find(file.filename().string());
        if (missing || known == run["outputs"].end() || !known->is_number_unsigned() || *known != bytes) {
            return false;
        }
    }
    return true;
}

} // namespace facemirror
