// The strict decoders behind charset.h, one step of a stream each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hitokoe::text {

// Every decoder turns as many whole characters of `in` as it can into UTF-8, gives the number of
// bytes taken, and leaves a cut character at the end for the next call unless `last`. A byte that
// is no character becomes U+FFFD and is counted; decoding goes on with the byte after it, so that
// a broken character never swallows a delimiter. `out` has room for 3 bytes for each of `in`.
//
// At most 7 bytes are left behind (the longest escape sequence is 4).
struct Step {
  std::size_t taken;
  std::size_t written;
};

Step decode_utf8(std::span<const std::uint8_t> in, char* out, bool last, std::uint64_t& bad);
Step decode_shift_jis(std::span<const std::uint8_t> in, char* out, bool last, std::uint64_t& bad);
Step decode_euc_jp(std::span<const std::uint8_t> in, char* out, bool last, std::uint64_t& bad);
// `state`: what the escape sequences chose so far; 0 at the beginning of a text.
Step decode_iso2022_jp(std::span<const std::uint8_t> in, char* out, bool last, std::uint64_t& bad,
                       int& state);
Step decode_utf16(std::span<const std::uint8_t> in, char* out, bool last, std::uint64_t& bad,
                  bool big_endian);

}  // namespace hitokoe::text
