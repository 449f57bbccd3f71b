// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/detail/byte_cursor.hpp>
#include <facemirror/graph/detail/pickle_values.hpp>

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace facemirror::detail {

/// Interprets the pickles of one file: plain values, ordered dicts, tensors and storages; nothing else.
///
/// Each instruction makes at most one small value, and their number is limited, so memory is bounded by the
/// size of the pickle and in any case. There is no recursion.
/// Source   The instructions are those of Python's pickletools that PyTorch writes in protocols 2 to 5.
class PickleReader {
public:
    /// Adds to `values`. Texts of the values lie in the cursor's bytes.
    PickleReader(ByteCursor& cursor, PickleValues& values) : m_cursor{cursor}, m_values{values} {}

    /// Reads the next pickle, up to and with its STOP.
    /// Throws   Error{corrupted} if it is broken; Error{unsupported} for another class, function, instruction
    /// or
    ///          protocol.
    ValueId read();

private:
    void step(unsigned code);
    bool push_number(unsigned code);
    bool push_text(unsigned code);
    bool push_tuple(unsigned code);
    bool fill_container(unsigned code);
    bool use_memo(unsigned code);
    bool use_object(unsigned code);

    void push(ValueId id) { m_stack.push_back(id); }
    ValueId pop();
    ValueId top() const;
    std::vector<ValueId> pop_to_mark();
    std::vector<ValueId> pop_last(std::size_t count);
    std::size_t floor() const { return m_marks.empty() ? 0 : m_marks.back(); }
    void extend(PickleKind kind, const std::vector<ValueId>& items);
    void push_global(std::string_view module, std::string_view name);
    void recall(std::uint64_t slot);
    const PickleValue& pop_text();
    void drop_state();
    void check_protocol(std::uint64_t protocol) const;
    [[noreturn]] void broken(const std::string& expectation, const std::string& finding) const;

    ByteCursor& m_cursor;
    PickleValues& m_values;
    std::vector<ValueId> m_stack;
    std::vector<std::size_t> m_marks; ///< Heights of the stack.
    std::unordered_map<std::uint64_t, ValueId> m_memo;
    std::size_t m_steps = 0;
};

} // namespace facemirror::detail
