// Bank accounts: "BBBB-SSS-T-NNNNNNN" (bank, branch, type 1 ordinary 2 current 4 savings, number).
#pragma once

#include "identity/forms.h"

namespace hitokoe::identity {

// Where a word stands at text[at] that an account is written with: 普通, 当座, 貯蓄, 記号.
bool is_account_word(Chars text, std::size_t at);

// Appends the account that `value` names: codes with or without type in any grouping, 4-3-type-7 in
// one row of digits, a well-known bank by its name, or the sign and number of the post bank
// (12340-12345671), which gives 9900-238-1-1234567 and, as a second form, itself. Without a type it
// is an ordinary account; the leak's side tries the others too.
void normalize_bank(Chars value, Side side, Forms& forms);

// As normalize_bank, of a piece of running text around an account's word: the codes must be there.
void append_account_in_text(Chars piece, Forms& forms);

}  // namespace hitokoe::identity
