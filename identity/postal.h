// Postal codes in a text.
#pragma once

#include <array>

#include "identity/forms.h"

namespace hitokoe::identity {

struct PostalMatch {
  std::size_t length;  // characters; 0: none
  std::array<char, 7> digits;
  bool sure;  // 〒 or a dash: more than seven digits in a row
};

// 〒135-0061, 135-0061, 1350061 at text[at]; not the beginning of a longer number.
PostalMatch postal_at(Chars text, std::size_t at);

}  // namespace hitokoe::identity
