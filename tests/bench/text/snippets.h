// Made-up Japanese text of many kinds, encoded and cut, for the figures of detection. None of its
// words were used to tune the model (text/price.cc was tuned on those of the unit tests).
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace hitokoe::text {

struct Encoding {
  std::string_view name;  // as Hitokoe says it
  const char* iconv_name;
  unsigned unit;  // bytes; UTF-16 is cut at whole units
};
inline constexpr Encoding kEncodings[] = {
    {"UTF-8", "UTF-8", 1},       {"Shift_JIS", "CP932", 1},
    {"EUC-JP", "EUC-JP-MS", 1},  {"ISO-2022-JP", "ISO-2022-JP", 1},
    {"UTF-16LE", "UTF-16LE", 1}, {"UTF-16BE", "UTF-16BE", 1}};

// Kinds of text; names for the table.
inline constexpr std::string_view kKinds[] = {"CSV rows",
                                              "forum prose",
                                              "half-width bank rows",
                                              "katakana addresses",
                                              "ASCII, little",
                                              "kanji names",
                                              "key: value",
                                              "mail",
                                              "dictionary: names",
                                              "dictionary: offices",
                                              "dictionary: law and words"};

// At least `bytes` bytes (of UTF-8) of kind `kind`; empty where the dictionary is not there.
std::string text_of_kind(std::size_t kind, std::size_t bytes, std::mt19937& random);

// In the encoding, without byte order mark; what it cannot hold is left out.
std::string encoded(std::string_view utf8, const Encoding& encoding);

struct Snippet {
  std::string bytes;
  std::size_t encoding;
  std::size_t kind;
};
// `each` of every kind and encoding, `size` bytes long; every second one is cut at any byte, the
// others begin at a line. A snippet of nothing but ASCII tells no charset: it is drawn again.
std::vector<Snippet> snippets(std::size_t size, int each, std::uint32_t seed);

}  // namespace hitokoe::text
