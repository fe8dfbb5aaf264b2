// An address as tokens: folded characters, and numbers as values, so that 六本木6, ６本木６ and
// 六本木六 are the same sequence. The same fold makes the place dictionary.
#pragma once

#include <array>
#include <cstdint>

#include "identity/characters.h"

namespace hitokoe::identity {

// A code point, or kNumberToken | value; kKanjiToken: the number was written in kanji.
using AddressToken = std::uint32_t;
inline constexpr AddressToken kNumberToken = 1U << 31;
inline constexpr AddressToken kKanjiToken = 1U << 30;
inline constexpr AddressToken kValueMask = kKanjiToken - 1;

constexpr bool is_number(AddressToken t) { return (t & kNumberToken) != 0; }
constexpr bool is_arabic(AddressToken t) {
  return (t & (kNumberToken | kKanjiToken)) == kNumberToken;
}
constexpr std::uint32_t value_of(AddressToken t) { return t & kValueMask; }

struct AddressTokens {
  static constexpr std::size_t kMost = 192;
  std::array<AddressToken, kMost> token;
  std::array<std::uint16_t, kMost + 1> begin;  // character of the text; [size]: its end
  std::size_t size = 0;

  AddressToken at(std::size_t i) const { return i < size ? token[i] : 0; }
  bool is(std::size_t i, char32_t c) const { return i < size && token[i] == c; }
};

// Replaces `out`. Reads up to 65535 characters; more than kMost tokens are cut.
void tokenize_address(Chars text, AddressTokens& out);

// A token as a canonical name has it: numbers of place names in kanji (六本木).
void append_place_token(AddressToken token, FormText& out);

// Rolling hash of a token sequence; written and spoken forms of a number are equal.
class PlaceHash {
 public:
  // The seed is mixed first: tokens are small numbers, as seeds are.
  explicit PlaceHash(std::uint64_t seed = 0) : h_(mix(seed + 0x9ae16a3b2f90404fULL)) {}
  void add(AddressToken token) {
    h_ = (h_ ^ (token & ~kKanjiToken)) * 0x9e3779b97f4a7c15ULL;
    h_ ^= h_ >> 29;
  }
  std::uint64_t value() const { return mix(h_); }

 private:
  static constexpr std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
    return x ^ (x >> 32);
  }

  std::uint64_t h_;
};

}  // namespace hitokoe::identity
