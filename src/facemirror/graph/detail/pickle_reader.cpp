// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/pickle_reader.hpp>

#include <facemirror/graph/detail/pickle_opcodes.hpp>
#include <facemirror/graph/detail/torch_objects.hpp>

namespace facemirror::detail {

namespace {

// STAR's 1450 entries with a moving average and the optimizer of 538 parameters are some 4500 tensors of 45
// instructions. An instruction takes at most about 100 bytes of memory (measured), so all take 50 MB.
constexpr std::size_t max_steps = 1U << 19;

} // namespace

const char* describe(PickleKind kind) noexcept {
    switch (kind) {
    case PickleKind::none:
        return "None";
    case PickleKind::boolean:
        return "a boolean";
    case PickleKind::integer:
        return "an integer";
    case PickleKind::big_integer:
        return "a huge integer";
    case PickleKind::real:
        return "a float";
    case PickleKind::text:
        return "a text";
    case PickleKind::tuple:
        return "a tuple";
    case PickleKind::list:
        return "a list";
    case PickleKind::dict:
        return "a dict";
    case PickleKind::global:
        return "a class or function";
    case PickleKind::storage:
        return "a storage";
    case PickleKind::tensor:
        return "a tensor";
    }
    return "an unknown value";
}

ValueId PickleReader::read() {
    m_stack.clear();
    m_marks.clear();
    m_memo.clear();
    if (const auto first = m_cursor.take_unsigned(1); first != opcode::proto) {
        broken("a pickle of protocol 2 or later at byte " + std::to_string(m_cursor.position() - 1),
               "the byte " + std::to_string(first));
    }
    check_protocol(m_cursor.take_unsigned(1));
    for (unsigned code = 0; (code = static_cast<unsigned>(m_cursor.take_unsigned(1))) != opcode::stop;) {
        if (++m_steps > max_steps) {
            refuse(ErrorCode::unsupported, m_cursor.origin(),
                   "at most " + std::to_string(max_steps) + " pickle instructions", "more");
        }
        step(code);
    }
    const ValueId result = pop();
    if (!m_stack.empty() || !m_marks.empty()) {
        broken("one value in a pickle", "more");
    }
    return result;
}

void PickleReader::step(unsigned code) {
    if (code == opcode::proto) {
        check_protocol(m_cursor.take_unsigned(1));
    } else if (code == opcode::frame) { // only how much one read may fetch
        if (const auto size = m_cursor.take_unsigned(8); size > m_cursor.left()) {
            broken("a whole frame of " + std::to_string(size) + " bytes", std::to_string(m_cursor.left()));
        }
    } else if (code == opcode::mark) {
        m_marks.push_back(m_stack.size());
    } else if (!push_number(code) && !push_text(code) && !push_tuple(code) && !fill_container(code) &&
               !use_memo(code) && !use_object(code)) {
        const char* name = name_of_refused(code);
        if (name == nullptr) {
            broken("a pickle instruction at byte " + std::to_string(m_cursor.position() - 1),
                   "the byte " + std::to_string(code));
        }
        refuse(ErrorCode::unsupported, m_cursor.origin(), "a PyTorch state dict",
               std::string{"the pickle instruction "} + name);
    }
}

bool PickleReader::push_number(unsigned code) {
    PickleValue value{.kind = PickleKind::integer};
    switch (code) {
    case opcode::none:
        value.kind = PickleKind::none;
        break;
    case opcode::new_true:
    case opcode::new_false:
        value.kind = PickleKind::boolean;
        value.integer = code == opcode::new_true ? 1 : 0;
        break;
    case opcode::bin_int:
        value.integer = m_cursor.take_signed(4);
        break;
    case opcode::bin_int1:
        value.integer = static_cast<std::int64_t>(m_cursor.take_unsigned(1));
        break;
    case opcode::bin_int2:
        value.integer = static_cast<std::int64_t>(m_cursor.take_unsigned(2));
        break;
    case opcode::long1: {
        const auto size = static_cast<std::size_t>(m_cursor.take_unsigned(1));
        if (size > 8) {
            value = {.kind = PickleKind::big_integer, .text = m_cursor.take_text(size)};
        } else if (size > 0) {
            value.integer = m_cursor.take_signed(size);
        }
        break;
    }
    case opcode::bin_float:
        m_cursor.take(8);
        value.kind = PickleKind::real;
        break;
    default:
        return false;
    }
    push(m_values.add(value));
    return true;
}

bool PickleReader::push_text(unsigned code) {
    std::size_t length_bytes = 0;
    switch (code) {
    case opcode::short_bin_string:
    case opcode::short_bin_unicode:
        length_bytes = 1;
        break;
    case opcode::bin_string:
    case opcode::bin_unicode:
        length_bytes = 4;
        break;
    case opcode::bin_unicode8:
        length_bytes = 8;
        break;
    default:
        return false;
    }
    const auto length = m_cursor.take_unsigned(length_bytes);
    push(m_values.add({.kind = PickleKind::text, .text = m_cursor.take_text(length)}));
    return true;
}

bool PickleReader::push_tuple(unsigned code) {
    switch (code) {
    case opcode::empty_tuple:
        push(m_values.add_container(PickleKind::tuple));
        return true;
    case opcode::tuple1:
    case opcode::tuple2:
    case opcode::tuple3:
        push(m_values.add_container(PickleKind::tuple, pop_last(code - opcode::tuple1 + 1)));
        return true;
    case opcode::tuple:
        push(m_values.add_container(PickleKind::tuple, pop_to_mark()));
        return true;
    default:
        return false;
    }
}

bool PickleReader::fill_container(unsigned code) {
    switch (code) {
    case opcode::empty_list:
        push(m_values.add_container(PickleKind::list));
        return true;
    case opcode::empty_dict:
        push(m_values.add_container(PickleKind::dict));
        return true;
    case opcode::append:
        extend(PickleKind::list, pop_last(1));
        return true;
    case opcode::appends:
        extend(PickleKind::list, pop_to_mark());
        return true;
    case opcode::set_item:
        extend(PickleKind::dict, pop_last(2));
        return true;
    case opcode::set_items:
        extend(PickleKind::dict, pop_to_mark());
        return true;
    default:
        return false;
    }
}

bool PickleReader::use_memo(unsigned code) {
    switch (code) {
    case opcode::bin_put:
        m_memo[m_cursor.take_unsigned(1)] = top();
        return true;
    case opcode::long_bin_put:
        m_memo[m_cursor.take_unsigned(4)] = top();
        return true;
    case opcode::memoize:
        m_memo[m_memo.size()] = top();
        return true;
    case opcode::bin_get:
        recall(m_cursor.take_unsigned(1));
        return true;
    case opcode::long_bin_get:
        recall(m_cursor.take_unsigned(4));
        return true;
    default:
        return false;
    }
}

bool PickleReader::use_object(unsigned code) {
    switch (code) {
    case opcode::global: {
        const std::string_view module = m_cursor.take_line();
        push_global(module, m_cursor.take_line());
        return true;
    }
    case opcode::stack_global: {
        const std::string_view name = pop_text().text;
        push_global(pop_text().text, name);
        return true;
    }
    case opcode::bin_persid:
        push(load_storage(m_values, pop(), m_cursor.origin()));
        return true;
    case opcode::reduce: {
        const ValueId arguments = pop();
        push(call(m_values, pop(), arguments, m_cursor.origin()));
        return true;
    }
    case opcode::build:
        drop_state();
        return true;
    default:
        return false;
    }
}

ValueId PickleReader::top() const {
    if (m_stack.size() <= floor()) {
        broken("a value for the pickle instruction before byte " + std::to_string(m_cursor.position()),
               "none");
    }
    return m_stack.back();
}

ValueId PickleReader::pop() {
    const ValueId id = top();
    m_stack.pop_back();
    return id;
}

std::vector<ValueId> PickleReader::pop_last(std::size_t count) {
    if (m_stack.size() - floor() < count) {
        broken(std::to_string(count) + " values for the pickle instruction before byte " +
                   std::to_string(m_cursor.position()),
               std::to_string(m_stack.size() - floor()));
    }
    const auto first = m_stack.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<ValueId> items(first, m_stack.end());
    m_stack.erase(first, m_stack.end());
    return items;
}

std::vector<ValueId> PickleReader::pop_to_mark() {
    if (m_marks.empty()) {
        broken("a mark for the pickle instruction before byte " + std::to_string(m_cursor.position()),
               "none");
    }
    std::vector<ValueId> items = pop_last(m_stack.size() - m_marks.back());
    m_marks.pop_back();
    return items;
}

void PickleReader::extend(PickleKind kind, const std::vector<ValueId>& items) {
    const ValueId container = top();
    if (m_values[container].kind != kind) {
        broken(std::string{describe(kind)} + " to fill", describe(m_values[container].kind));
    }
    if (kind == PickleKind::dict && items.size() % 2 != 0) {
        broken("pairs of key and value in a dict", "an odd number of values");
    }
    auto& held = m_values.items(container);
    held.insert(held.end(), items.begin(), items.end());
}

void PickleReader::recall(std::uint64_t slot) {
    const auto found = m_memo.find(slot);
    if (found == m_memo.end()) {
        broken("a value that was kept as number " + std::to_string(slot), "none");
    }
    push(found->second);
}

const PickleValue& PickleReader::pop_text() {
    const PickleValue& value = m_values[pop()];
    if (value.kind != PickleKind::text) {
        broken("the name of a class or function", describe(value.kind));
    }
    return value;
}

void PickleReader::push_global(std::string_view module, std::string_view name) {
    const auto global = find_global(module, name);
    if (!global) {
        refuse(ErrorCode::unsupported, m_cursor.origin(), "a PyTorch state dict",
               "the global " + printable(module) + "." + printable(name));
    }
    push(m_values.add({.kind = PickleKind::global, .index = static_cast<std::uint32_t>(*global)}));
}

/// A state dict carries the versions of its modules as an attribute, which is of no use here.
void PickleReader::drop_state() {
    const PickleKind state = m_values[pop()].kind;
    const PickleKind object = m_values[top()].kind;
    if (state != PickleKind::dict || object != PickleKind::dict) {
        broken("attributes of a dict", std::string{describe(state)} + " for " + describe(object));
    }
}

void PickleReader::check_protocol(std::uint64_t protocol) const {
    if (protocol < 2 || protocol > 5) {
        refuse(ErrorCode::unsupported, m_cursor.origin(), "a pickle of protocol 2 to 5",
               "protocol " + std::to_string(protocol));
    }
}

void PickleReader::broken(const std::string& expectation, const std::string& finding) const {
    refuse(ErrorCode::corrupted, m_cursor.origin(), expectation, finding);
}

} // namespace facemirror::detail
