// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace facemirror::detail {

/// The pickle instructions that a state dict needs, by their byte.
/// Source   Python's pickletools.
namespace opcode {

constexpr unsigned proto = 0x80;
constexpr unsigned frame = 0x95;
constexpr unsigned stop = '.';
constexpr unsigned mark = '(';
constexpr unsigned none = 'N';
constexpr unsigned new_true = 0x88;
constexpr unsigned new_false = 0x89;
constexpr unsigned bin_int = 'J';
constexpr unsigned bin_int1 = 'K';
constexpr unsigned bin_int2 = 'M';
constexpr unsigned long1 = 0x8a;
constexpr unsigned bin_float = 'G';
constexpr unsigned bin_string = 'T'; // this and the next: keys and names written by Python 2
constexpr unsigned short_bin_string = 'U';
constexpr unsigned bin_unicode = 'X';
constexpr unsigned short_bin_unicode = 0x8c;
constexpr unsigned bin_unicode8 = 0x8d;
constexpr unsigned empty_tuple = ')';
constexpr unsigned tuple = 't';
constexpr unsigned tuple1 = 0x85;
constexpr unsigned tuple2 = 0x86;
constexpr unsigned tuple3 = 0x87;
constexpr unsigned empty_list = ']';
constexpr unsigned append = 'a';
constexpr unsigned appends = 'e';
constexpr unsigned empty_dict = '}';
constexpr unsigned set_item = 's';
constexpr unsigned set_items = 'u';
constexpr unsigned bin_put = 'q';
constexpr unsigned long_bin_put = 'r';
constexpr unsigned memoize = 0x94;
constexpr unsigned bin_get = 'h';
constexpr unsigned long_bin_get = 'j';
constexpr unsigned global = 'c';
constexpr unsigned stack_global = 0x93;
constexpr unsigned bin_persid = 'Q';
constexpr unsigned reduce = 'R';
constexpr unsigned build = 'b';

} // namespace opcode

/// The name of an instruction that exists but is refused; nullptr if there is none of this byte.
[[nodiscard]] const char* name_of_refused(unsigned code) noexcept;

} // namespace facemirror::detail
