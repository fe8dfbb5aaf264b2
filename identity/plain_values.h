// Values in the spelling that nearly every cell of a column has, straight from their bytes:
// 090-1234-5678, 1980/01/02, 135-0061, a mail address or number in ASCII, a name of kanji and kana
// that has no other form, a reading in full katakana.
//
// The general rules (normalize_folded) decide what a value means; this is a short way to the same
// answer, and knows when it is not sure. The property test holds one against the other.
#pragma once

#include <string_view>

#include "identity/forms.h"

namespace hitokoe::identity {

// True: exactly the forms are appended that normalize_folded() appends for the folded `raw`, on
// either side, at least one. False: nothing is; the general rules must be asked. No heap; a few
// cycles a byte.
bool normalize_plain(FieldId field, std::string_view raw, Forms& forms);

}  // namespace hitokoe::identity
