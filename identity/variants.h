// Kanji in one form each: old forms (旧字体) and variant forms of the same character.
//
// Three tables, one in another: names take only what is the same character in another form; the
// loose key of names also takes forms that families tell apart on paper but registers mix up;
// addresses take those and the forms that place names are known to mix up. Characters that are
// different stay different (萩 荻, 弘 宏). Part of the release: a change needs a new field version.
#pragma once

#include <string_view>

namespace hitokoe::identity {

char32_t fold_name_kanji(char32_t c);
char32_t fold_loose_kanji(char32_t c);
char32_t fold_address_kanji(char32_t c);

// The tables as text, for the digest.
std::u32string_view name_variants();
std::u32string_view loose_variants();
std::u32string_view address_variants();

}  // namespace hitokoe::identity
