// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/nn/pack.hpp>

#include <optional>
#include <string>
#include <vector>

namespace facemirror {

/// What a run needs networks or files of a pack for.
enum class Part {
    detector,  ///< `retinaface` or `face_detector`.
    landmarks, ///< `star` or `mesh`.
    halves,    ///< What is run on the mirrored halves: `mtl` or `mesh`.
    head,      ///< The generic face that poses are fitted to: the file `canonical_face`.
};

/// "detector", "landmarks", "halves", "head".
[[nodiscard]] const char* name_of(Part part) noexcept;

/// The pack that the user chose and, for the parts that it lacks, the default pack.
class Models {
public:
    static constexpr const char* default_pack = "mediapipe";

    /// Opens a pack by installed name or folder, and the default pack only if a needed part is missing.
    /// Throws   Error{mismatch} if a pack cannot be used or a needed part is in neither.
    explicit Models(const std::string& name_or_folder,
                    std::vector<Part> needed = {Part::detector, Part::landmarks, Part::halves, Part::head});

    [[nodiscard]] const ModelPack& chosen() const noexcept { return m_chosen; }
    /// Empty when the chosen pack delivers every part.
    [[nodiscard]] const std::optional<ModelPack>& fallback() const noexcept { return m_fallback; }

    /// The pack that delivers a part.
    /// Throws   Error{mismatch} if neither does.
    [[nodiscard]] const ModelPack& pack_for(Part part) const;
    /// The names of the needed parts that the default pack delivers.
    [[nodiscard]] std::vector<std::string> fallback_parts() const;

    /// The network that a part is: the first of its names that the pack has; empty for the head.
    [[nodiscard]] std::string network_for(Part part) const;

private:
    ModelPack m_chosen;
    std::vector<Part> m_needed;
    std::optional<ModelPack> m_fallback;
};

} // namespace facemirror
