// The stable names by which the ledger, reports and metrics say what is wrong, in words.
#pragma once

#include <string_view>

#include "hitokoe/base/language.h"

namespace hitokoe::crawler {

// The list answers, but nothing can be seen in it: nobody can say whether anything was published
// there. Names that begin with "blind", and "bad_feed".
bool is_blind(std::string_view reason);

// What a name of docs/sources.md means and what to do; both empty for a name that is not known.
Words in_words(std::string_view reason);

}  // namespace hitokoe::crawler
