// Finds identifiers in free text: phone numbers, mail addresses, postal codes, addresses, birth
// dates, labelled names ("氏名：…") and customer numbers by pattern. Over-generates on purpose.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/identity/field.h"

namespace hitokoe::identity {

struct Token {
  FieldId field;
  std::string value;    // canonical
  std::uint64_t begin;  // bytes in the text given
  std::uint64_t end;
};

// Appends every identifier of `text` (UTF-8) in order of `begin`. O(length). One raw place may give
// several tokens (`03-1234-5678〜9` gives two numbers).
void extract(std::string_view text, std::vector<Token>& out);

}  // namespace hitokoe::identity
