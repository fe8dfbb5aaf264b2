// What a text holds of identifiers that stand for themselves: telephone numbers, mail addresses,
// customer and contract numbers. No labels, names, places or dates: extract() reads those.
//
// This is the obvious way, a character at a time. The matcher's sweep gives the same tokens at the
// machine's speed, comes here with what it leaves out, and is tested against it.
#pragma once

#include <string_view>
#include <vector>

#include "hitokoe/identity/extract.h"

namespace hitokoe::identity {

struct ContactKinds {
  bool phone = true;
  bool email = true;
  bool number = true;
};

// Appends what `text` (UTF-8) holds: numbers first, then addresses, then phones, each in order.
// Phones and addresses are those of extract(). O(length).
//
// A number is one to four letters, a dash or none, and 6 to 12 digits; or 8 to 12 digits alone
// which no dash or point joins to others. Neither letters nor digits stand around it, and no '@'
// behind it. It gives two tokens, kContract and kRefToken: nothing tells which it is.
void extract_contacts(std::string_view text, ContactKinds kinds, std::vector<Token>& out);

}  // namespace hitokoe::identity
