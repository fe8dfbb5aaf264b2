// Customer and contract numbers: letters and digits, whatever stands between them.
#include "identity/characters.h"

namespace hitokoe::identity {

void normalize_number(Chars value, Side, Forms& forms) {
  constexpr std::size_t kLongest = 64;
  const std::size_t first = forms.size();
  std::string& out = forms.text();
  bool digit = false;
  for (const char32_t c : trim(value)) {
    if (is_ascii_digit(c) || is_ascii_letter(c)) {
      digit = digit || is_ascii_digit(c);
      out += static_cast<char>(upper(c));
    } else if (!is_space(c) && !is_dash(c) && c != U'_' && c != U'.' && c != U'/' && c != U'#') {
      forms.drop();
      return;
    }
  }
  if (!digit || forms.current().size() > kLongest) forms.drop();
  forms.commit(first);
}

}  // namespace hitokoe::identity
