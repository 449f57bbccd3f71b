// SPDX-License-Identifier: Apache-2.0
#include <facemirror/profile/bench_comparison.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/profile/small_file.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <map>

namespace facemirror {

namespace {

using Json = nlohmann::json;
using Numbers = std::map<std::string, double>;

constexpr std::uintmax_t max_bytes = std::uintmax_t{16} << 20;

/// A bench as numbers by name, and what they hold for.
struct Digest {
    Numbers numbers;
    std::map<std::string, std::string> circumstances;
};

std::string text_of_one(const Json& value) {
    if (value.is_structured()) {
        return "..."; // writing it out would go as deep as a hostile file likes
    }
    return value.is_string() ? value.get<std::string>()
                             : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A value or a list of values, cut off where it gets long.
std::string short_text(const Json& value) {
    constexpr std::size_t enough = 120;
    if (!value.is_array()) {
        return text_of_one(value).substr(0, enough);
    }
    std::string text;
    for (auto each = value.begin(); each != value.end() && text.size() < enough; ++each) {
        text += (text.empty() ? "" : "x") + text_of_one(*each);
    }
    return text.substr(0, enough);
}

void note(Digest& digest, const std::string& what, const Json& holder, const char* key) {
    const auto found = holder.find(key);
    digest.circumstances[what] = found == holder.end() ? "null" : short_text(*found);
}

void add(Digest& digest, const std::string& what, const Json& holder, const char* key) {
    const auto found = holder.find(key);
    if (found != holder.end() && found->is_number()) {
        digest.numbers[what] = found->get<double>();
    }
}

/// An object that every bench has; get_ref throws for anything else.
const Json& object_in(const Json& bench, const char* key) {
    const Json& found = bench.at(key);
    static_cast<void>(found.get_ref<const Json::object_t&>());
    return found;
}

void digest_networks(Digest& digest, const Json& networks) {
    for (const Json& row : networks) {
        const std::string load =
            fmt::format("{} {}, {} threads, {} streams, batch {}", short_text(row.at("name")),
                        short_text(row.at("precision")), short_text(row.at("threads")),
                        short_text(row.at("streams")), short_text(row.at("batch")));
        note(digest, load + ": input", row, "input_shape");
        add(digest, load + ": p50, ms", row, "p50_ms");
        add(digest, load + ": p95, ms", row, "p95_ms");
        add(digest, load + ": pictures/s", row, "items_per_s");
    }
}

void digest_run(Digest& digest, const Json& run) {
    note(digest, "run: precision", run, "precision");
    note(digest, "run: threads", run, "threads");
    note(digest, "run: face box", run, "face_box");
    note(digest, "run: clip", run.at("clip"), "sha256");
    add(digest, "run: frames/s", run, "fps");
    add(digest, "run: wall, s", run, "wall_s");
    add(digest, "run: peak memory, MiB", run, "peak_rss_mib");
    for (const Json& stage : run.at("stages")) {
        add(digest,
            fmt::format("run: {} {}: mean, ms", short_text(stage.at("category")),
                        short_text(stage.at("operation"))),
            stage, "mean_ms");
    }
}

Digest digest_of(std::string_view text, const std::string& origin) {
    try {
        const Json bench = Json::parse(text);
        Digest digest;
        for (const char* key : {"processor", "cores", "memory_mib", "engine", "os"}) {
            note(digest, std::string{"machine: "} + key, object_in(bench, "machine"), key);
        }
        const Json& pack = object_in(bench, "pack");
        note(digest, "pack: name", pack, "name");
        note(digest, "pack: sha256", pack, "sha256");
        note(digest, "program: version", bench, "version");
        if (const auto networks = bench.find("networks"); networks != bench.end()) {
            digest_networks(digest, *networks);
        }
        if (const auto run = bench.find("run"); run != bench.end() && !run->is_null()) {
            digest_run(digest, *run);
        }
        return digest;
    } catch (const Json::exception& error) {
        throw Error{ErrorCode::corrupted,
                    origin + ": expected what bench --json prints, found otherwise: " + error.what()};
    }
}

} // namespace

BenchComparison compare_benches(std::string_view before, std::string_view now, const std::string& origin) {
    const Digest old_digest = digest_of(before, origin);
    const Digest new_digest = digest_of(now, "this bench");
    BenchComparison comparison;
    for (const auto& [what, value] : new_digest.circumstances) {
        const auto other = old_digest.circumstances.find(what);
        if (other != old_digest.circumstances.end() && other->second != value) {
            comparison.differences.push_back(
                fmt::format("{}: {} before, {} now", what, other->second, value));
        }
    }
    for (const auto& [what, value] : new_digest.numbers) {
        const auto other = old_digest.numbers.find(what);
        if (other != old_digest.numbers.end()) {
            const double ratio =
                other->second != 0 ? value / other->second : std::numeric_limits<double>::quiet_NaN();
            comparison.rows.push_back({what, other->second, value, ratio});
        }
    }
    return comparison;
}

BenchComparison compare_with_file(const std::filesystem::path& before, std::string_view now) {
    return compare_benches(read_small_file(before, max_bytes), now, before.string());
}

} // namespace facemirror
