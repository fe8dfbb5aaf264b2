// The strict decoders behind charset.h, one step of a stream each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "text/characters.h"

namespace hitokoe::text {

// Every decoder turns as many whole characters of `in` as it can into UTF-8, gives the number of
// bytes taken, and leaves a cut character at the end for the next call unless `last`. A byte that
// is no character becomes U+FFFD and is counted; decoding goes on with the byte after it, so that
// a broken character never swallows a delimiter. `out` has room for 3 bytes for each of `in`, and
// kBehind more.
//
// At most 7 bytes are left behind (the longest escape sequence is 4).
struct Step {
  std::size_t taken;
  std::size_t written;
};
inline constexpr std::size_t kBehind = 64;  // bytes that vectors may write past the text

Step decode_utf8(std::span<const std::uint8_t> in, char* out, bool last, std::uint64_t& bad);
Step decode_shift_jis(std::span<const std::uint8_t> in, char* out, bool last, std::uint64_t& bad);
// Without vectors, for tests.
Step decode_shift_jis_portable(std::span<const std::uint8_t> in, char* out, bool last,
                               std::uint64_t& bad);
Step decode_euc_jp(std::span<const std::uint8_t> in, char* out, bool last, std::uint64_t& bad);
// `state`: what the escape sequences chose so far; 0 at the beginning of a text.
Step decode_iso2022_jp(std::span<const std::uint8_t> in, char* out, bool last, std::uint64_t& bad,
                       int& state);
Step decode_utf16(std::span<const std::uint8_t> in, char* out, bool last, std::uint64_t& bad,
                  bool big_endian);
Step decode_windows_1252(std::span<const std::uint8_t> in, char* out);

// One character of ISO-2022-JP; an escape sequence is kDesignation. `n` > 0.
Character iso2022_jp_at(const std::uint8_t* p, std::size_t n, int& state);
inline constexpr char32_t kDesignation = 0xffffffff;
inline constexpr int kIso2022InKanji = 2;  // the state after ESC $ B

}  // namespace hitokoe::text
