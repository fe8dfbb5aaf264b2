// The words that names of columns are made of. Names stand here as read_name reduces them: lower
// case, ASCII narrow, katakana wide, without separators.
#pragma once

#include <span>
#include <string_view>

#include "matcher/rows/header_names.h"

namespace hitokoe::matcher {

struct NameGroup {
  ColumnMeaning meaning;
  std::string_view names;  // separated by spaces
};
std::span<const NameGroup> whole_names();

// Japanese names that tell the meaning wherever they stand in a longer one, the more telling first.
std::span<const NameGroup> telling_parts();

// Words that say whose value it is, and words of other things. Words in ASCII count only as whole
// words of a name (staff_name), Japanese ones wherever they stand.
struct PersonWords {
  Person person;
  std::string_view words;
};
std::span<const PersonWords> person_words();
std::string_view other_words();

// What may stand before a name without a change of its meaning: 顧客, cust, m_.
std::string_view owner_words();
// The same behind it: 欄, 必須, txt.
std::string_view filler_words();

std::string_view kana_words();    // カナ, furigana
std::string_view romaji_words();  // ローマ字, romaji

}  // namespace hitokoe::matcher
