// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/checkpoint.hpp>

namespace facemirror {

std::size_t size_of(ElementType type) noexcept {
    switch (type) {
    case ElementType::f64:
    case ElementType::i64:
        return 8;
    case ElementType::f32:
    case ElementType::i32:
        return 4;
    case ElementType::f16:
    case ElementType::bf16:
    case ElementType::i16:
        return 2;
    case ElementType::i8:
    case ElementType::u8:
    case ElementType::boolean:
        return 1;
    }
    return 1;
}

const char* name_of(ElementType type) noexcept {
    switch (type) {
    case ElementType::f32:
        return "float32";
    case ElementType::f16:
        return "float16";
    case ElementType::bf16:
        return "bfloat16";
    case ElementType::f64:
        return "float64";
    case ElementType::i64:
        return "int64";
    case ElementType::i32:
        return "int32";
    case ElementType::i16:
        return "int16";
    case ElementType::i8:
        return "int8";
    case ElementType::u8:
        return "uint8";
    case ElementType::boolean:
        return "bool";
    }
    return "unknown";
}

} // namespace facemirror
