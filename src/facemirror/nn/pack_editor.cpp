// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/pack_editor.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/nn/detail/staging.hpp>
#include <facemirror/nn/pack.hpp>

#include <string>
#include <system_error>

namespace facemirror {

namespace fs = std::filesystem;

void edit_pack(const fs::path& folder, const std::function<void(PackDescription&)>& change) {
    PackDescription description = ModelPack{folder}.description();
    change(description);
    const std::string text = to_json_text(description);
    const fs::path place = folder / "pack.json";
    verify_files(folder, parse_pack_description(text, place.string()));
    const detail::StagingFolder staging{place}; // beside it, so that the rename is one step
    const fs::path finished = staging.make("new") / "pack.json";
    detail::write_file(finished, text);
    std::error_code failed;
    fs::rename(finished, place, failed);
    if (failed) {
        throw Error{ErrorCode::output, place.string() + ": cannot replace it: " + failed.message()};
    }
}

} // namespace facemirror
