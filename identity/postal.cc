#include "identity/postal.h"

#include "identity/characters.h"

namespace hitokoe::identity {
namespace {

int digit_of(char32_t c) { return c < 0x80 ? ascii_digit(c) : kanji_digit(c); }

}  // namespace

PostalMatch postal_at(Chars text, std::size_t at) {
  PostalMatch match{};
  std::size_t i = at;
  bool mark = false;
  if (i < text.size() && (text[i] == U'〒' || text[i] == 0x3020 || text[i] == 0x3036)) {
    mark = true;
    ++i;
    while (i < text.size() && (text[i] == U' ' || text[i] == U':')) ++i;
  }
  std::size_t size = 0;
  bool dash = false;
  for (; i < text.size() && size < match.digits.size(); ++i) {
    if (const int digit = digit_of(text[i]); digit >= 0) {
      match.digits[size++] = static_cast<char>('0' + digit);
    } else if (size == 3 && !dash && is_dash(text[i])) {
      dash = true;
    } else {
      break;
    }
  }
  if (size != match.digits.size()) return {};
  if (i < text.size() && digit_of(text[i]) >= 0) return {};
  if (i + 1 < text.size() && is_dash(text[i]) && digit_of(text[i + 1]) >= 0) return {};
  match.length = i - at;
  match.sure = mark || dash;
  return match;
}

void normalize_postal(Chars value, Side side, Forms& forms) {
  value = trim(value);
  const std::size_t first = forms.size();
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (at > 0 && digit_of(value[at - 1]) >= 0) continue;
    const PostalMatch match = postal_at(value, at);
    if (match.length == 0) continue;
    forms.text().append({match.digits.data(), match.digits.size()});
    forms.commit(first);
    return;
  }
  // 0600001 that went through a spreadsheet: 600001.
  if (side != Side::kLeak || value.size() != 6) return;
  FormText& out = forms.text();
  out += '0';
  for (const char32_t c : value) {
    if (!is_ascii_digit(c)) {
      forms.drop();
      return;
    }
    out += static_cast<char>(c);
  }
  forms.commit(first);
}

}  // namespace hitokoe::identity
