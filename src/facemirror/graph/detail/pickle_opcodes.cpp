// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/pickle_opcodes.hpp>

#include <array>

namespace facemirror::detail {

namespace {

struct RefusedOpcode {
    unsigned code;
    const char* name;
};

// All of Python's pickletools that is not in namespace opcode.
constexpr std::array refused{
    RefusedOpcode{'0', "POP"},
    RefusedOpcode{'1', "POP_MARK"},
    RefusedOpcode{'2', "DUP"},
    RefusedOpcode{'B', "BINBYTES"},
    RefusedOpcode{'C', "SHORT_BINBYTES"},
    RefusedOpcode{'F', "FLOAT"},
    RefusedOpcode{'I', "INT"},
    RefusedOpcode{'L', "LONG"},
    RefusedOpcode{'P', "PERSID"},
    RefusedOpcode{'S', "STRING"},
    RefusedOpcode{'V', "UNICODE"},
    RefusedOpcode{'d', "DICT"},
    RefusedOpcode{'g', "GET"},
    RefusedOpcode{'i', "INST"},
    RefusedOpcode{'l', "LIST"},
    RefusedOpcode{'o', "OBJ"},
    RefusedOpcode{'p', "PUT"},
    RefusedOpcode{0x81, "NEWOBJ"},
    RefusedOpcode{0x82, "EXT1"},
    RefusedOpcode{0x83, "EXT2"},
    RefusedOpcode{0x84, "EXT4"},
    RefusedOpcode{0x8b, "LONG4"},
    RefusedOpcode{0x8e, "BINBYTES8"},
    RefusedOpcode{0x8f, "EMPTY_SET"},
    RefusedOpcode{0x90, "ADDITEMS"},
    RefusedOpcode{0x91, "FROZENSET"},
    RefusedOpcode{0x92, "NEWOBJ_EX"},
    RefusedOpcode{0x96, "BYTEARRAY8"},
    RefusedOpcode{0x97, "NEXT_BUFFER"},
    RefusedOpcode{0x98, "READONLY_BUFFER"},
};

} // namespace

const char* name_of_refused(unsigned code) noexcept {
    for (const RefusedOpcode& known : refused) {
        if (known.code == code) {
            return known.name;
        }
    }
    return nullptr;
}

} // namespace facemirror::detail
