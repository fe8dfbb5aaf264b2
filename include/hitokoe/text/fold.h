// Text → code points in one notation: NFKC, and what identifiers never differ in taken away.
//
// Variation selectors, zero-width characters and soft hyphens are dropped; half-width kana are
// joined with their sound marks; enclosed digits (①, ⑴, ❶) become a space, because ①090 is not
// 1090. Bytes that are no UTF-8 become U+FFFD. Letters keep their case.
//
// Tables are made from ICU at build time; only text with combining marks other than those of kana
// goes through ICU itself. Thread-safe; no heap but for that text. About 2 ns a character.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"

namespace hitokoe::text {

// Writes to `out`, gives the number of code points; stops where `out` is full.
std::size_t fold(std::string_view utf8, std::span<char32_t> out);

// The same, and the byte at which the source of each code point begins; combining marks stay
// apart. Both outputs are replaced.
void fold_with_offsets(std::string_view utf8, std::u32string& out,
                       std::vector<std::uint32_t>& offsets);

// One character's folded form where that is one character, else itself.
char32_t fold_char(char32_t c);

// Appends UTF-8; what is no scalar value becomes U+FFFD.
void append_utf8(char32_t c, std::string& out);

// A host name in its ASCII form (UTS 46, "日本.jp" → "xn--wgv71a.jp"); empty where it has none.
std::string host_to_ascii(std::string_view utf8);

// The tables behind fold(), for the digest that both ends of a comparison must share.
std::vector<ByteView> fold_tables();

}  // namespace hitokoe::text
