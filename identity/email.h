// Mail addresses in a text.
#pragma once

#include "identity/forms.h"

namespace hitokoe::identity {

struct EmailMatch {
  std::size_t begin, end;  // characters; begin == end: none
};

// The address around the '@' at text[at]. `whole`: the text is one value, so that everything that
// carriers have given out as a local part is taken (a..b.@, a/b@, quotes).
EmailMatch email_around(Chars text, std::size_t at, bool whole);

// Canonical form and variants of text[match], which email_around() found.
void append_email(Chars text, EmailMatch match, std::size_t at, Forms& forms);

}  // namespace hitokoe::identity
