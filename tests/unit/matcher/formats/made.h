// Documents made for a test, and what is read of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "matcher/decode/document.h"

namespace hitokoe::matcher::test {

// The fields of a row have no order: "phone=090;name=山田;" → "name=山田;phone=090;".
std::string ordered(const std::string& row);

// Expected rows, each ordered().
class Rows : public std::vector<std::string> {
 public:
  Rows() = default;
  Rows(std::initializer_list<std::string> rows) {
    for (const auto& row : rows) push_back(ordered(row));
  }
};

struct ReadBack {
  std::vector<std::string> rows;      // "name=山田;phone=090;", ordered(), as in the document
  std::vector<std::string> warnings;  // "name: text", English
  bool warns(std::string_view part) const;
  std::vector<std::string> sorted() const;  // rows
};

ReadBack read_back(std::string_view document, const std::string& content_type = {},
                   std::size_t piece = 1 << 20, const NestingLimits& limits = {},
                   const std::string& name = "doc");

// The same however it is cut: whole, byte by byte, in threes, in pieces of 4093.
ReadBack read_in_pieces(std::string_view document, const std::string& content_type = {});

using Parts = std::vector<std::pair<std::string, std::string>>;
std::string zip(const Parts& parts, bool deflate = true);

std::string le(std::uint64_t value, int bytes);  // little-endian
std::string utf16(std::u16string_view text);     // the same
// A compound file of version 3: streams by path, all in whole sectors or in the small ones.
std::string ole(const Parts& streams);

struct PlacedText {
  int x, y;
  std::u16string text;
};
// One page; each text at its place. Japanese by a font that is not in the file.
std::string pdf(const std::vector<PlacedText>& pieces, const std::string& more_trailer = {});

// What SQLite makes of these statements.
std::string database(const std::string& sql);

}  // namespace hitokoe::matcher::test
