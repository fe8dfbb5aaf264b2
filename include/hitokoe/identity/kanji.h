// One form for each kanji: old forms (旧字体) and the forms that registers mix up become the form
// in use today (澤 → 沢, 髙 → 高). Other characters stay as they are.
#pragma once

namespace hitokoe::identity {

// Thread-safe; a table look-up.
char32_t modern_kanji(char32_t c);

}  // namespace hitokoe::identity
