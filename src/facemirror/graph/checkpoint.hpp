// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facemirror {

/// How one element of a tensor is stored.
enum class ElementType { f32, f16, bf16, f64, i64, i32, i16, i8, u8, boolean };

/// One tensor of a checkpoint, without its numbers.
struct CheckpointEntry {
    std::string name;                ///< Its key in the state dict, without a leading `module.`.
    std::vector<std::int64_t> shape; ///< Empty for a single number.
    ElementType type = ElementType::f32;
};

/// The weights of a network as PyTorch saved them: an ordered list of named tensors.
///
/// The file's pickles are interpreted for tensors and plain values only; nothing of the file is executed, and
/// any class or function that is not part of a state dict is refused by its name. A trainer's dict is entered
/// at the first of `state_dict`, `net`, `net_ema` and `model`; what else it holds (optimizer, epoch) is
/// passed over. Source   behaviour.md 24 (containers), 21 (files); the formats of torch.save and Python's
/// pickle, protocols
///          2 to 5.
class Checkpoint {
public:
    /// Before and since PyTorch 1.6: pickles followed by raw data, or a zip archive of both.
    enum class Container { legacy, zip };

    /// Reads a file of at most 4 GiB.
    /// Throws   Error{not_found} without the file; Error{corrupted} if it is broken; Error{unsupported} if it
    ///          is no state dict, holds another class or function, or numbers of a kind that we do not read.
    /// Cost     Memory of twice the file while a zip is read, once afterwards; beyond that at most 100 MB,
    /// whatever
    ///          the file says.
    [[nodiscard]] static Checkpoint read(const std::filesystem::path& file);

    /// The same for the bytes of a file; `origin` names it in messages.
    [[nodiscard]] static Checkpoint parse(std::vector<std::byte> bytes, const std::string& origin);

    /// Returns  The tensors in the order of the file; no name stands twice.
    [[nodiscard]] const std::vector<CheckpointEntry>& entries() const noexcept { return m_entries; }

    /// Returns  The index of the entry with this name; nullopt if there is none.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

    /// The numbers of one entry as float32: f16 and bf16 exactly, wider types rounded to nearest, booleans as
    /// 0 and 1.
    /// Shapes   Row-major and contiguous in the entry's shape, however the file's strides are; at most four
    ///          elements for each byte of the file.
    /// Throws   std::logic_error if there is no such entry.
    [[nodiscard]] std::vector<float> values(std::size_t entry) const;

    /// Returns  The file as messages name it.
    [[nodiscard]] const std::string& origin() const noexcept { return m_origin; }

    [[nodiscard]] Container container() const noexcept { return m_container; }

    /// Returns  The key that was entered (`state_dict`, `net`, `net_ema` or `model`); empty if the file is
    /// the
    ///          state dict itself.
    [[nodiscard]] const std::string& nested_under() const noexcept { return m_nested_under; }

private:
    /// Where the numbers of an entry lie.
    struct Placement {
        std::size_t first_byte = 0;        ///< Of its first element in m_bytes.
        std::vector<std::int64_t> strides; ///< Elements from one index to the next, for each axis.
    };

    std::string m_origin;
    Container m_container = Container::legacy;
    std::string m_nested_under;
    std::vector<std::byte> m_bytes; ///< The whole file, or all members of the zip one after another.
    std::vector<CheckpointEntry> m_entries;
    std::vector<Placement> m_placements;
    std::map<std::string, std::size_t, std::less<>> m_by_name;
};

/// The bytes that one element takes in a file.
[[nodiscard]] std::size_t size_of(ElementType type) noexcept;

/// The name of a type as PyTorch writes it: "float32", ...
[[nodiscard]] const char* name_of(ElementType type) noexcept;

} // namespace facemirror
