#include "identity/digit_groups.h"

namespace hitokoe::identity {
namespace {

bool joins(char32_t c) { return is_dash(c) || c == U'.' || c == U'_' || c == U'/' || c == U'・'; }

// Where the next group begins; `at`: none.
std::size_t next_group(Chars text, std::size_t at) {
  constexpr std::size_t kMostSpaces = 2;
  std::size_t i = at;
  std::size_t spaces = 0, marks = 0;
  while (i < text.size()) {
    if (text[i] == U' ' || text[i] == U'\t') {
      if (++spaces > kMostSpaces) return at;
    } else if (joins(text[i])) {
      if (++marks > 1) return at;
    } else {
      break;
    }
    ++i;
  }
  return i > at && i < text.size() && any_digit(text[i]) >= 0 ? i : at;
}

}  // namespace

std::size_t read_digit_groups(Chars text, std::size_t at, DigitGroups& out) {
  out.count = out.size = 0;
  out.cut = false;
  while (true) {
    if (out.count == DigitGroups::kMostGroups) {
      out.cut = true;
      return at;
    }
    DigitGroup& group = out.groups[out.count++];
    group = {at, at, out.size, 0};
    for (int digit; at < text.size() && (digit = any_digit(text[at])) >= 0; ++at) {
      if (out.size == DigitGroups::kMostDigits) {
        out.cut = true;
        continue;
      }
      out.digits[out.size++] = static_cast<char>('0' + digit);
      ++group.count;
    }
    group.end = at;
    const std::size_t next = out.cut ? at : next_group(text, at);
    if (next == at) return at;
    at = next;
  }
}

}  // namespace hitokoe::identity
