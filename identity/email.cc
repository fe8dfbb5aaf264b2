#include "identity/email.h"

#include <algorithm>
#include <string_view>

#include "identity/characters.h"

namespace hitokoe::identity {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kLongestLocal = 64;
constexpr std::size_t kLongestHost = 253;

bool is_local(char32_t c, bool whole) {
  if (is_ascii_letter(c) || is_ascii_digit(c)) return true;
  const auto in = [c](std::u32string_view set) { return set.find(c) != set.npos; };
  return in(U"._-+%'") || (whole && in(U"!#$&*/=?^`{|}~"));
}

bool is_host(char32_t c, bool whole) {
  if (is_ascii_letter(c) || is_ascii_digit(c) || c == U'-' || c == U'.' || c == U'_') return true;
  return whole && c >= 0x80 && (is_kanji(c) || is_hiragana(c) || is_katakana(c) || c == U'ー');
}

// The last label has two letters at least: 1.2@3.4 is no address.
bool is_host_name(std::string_view host) {
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || host.size() > kLongestHost) return false;
  const std::string_view top = host.substr(dot + 1);
  if (top.size() < 2 || host.find("..") != std::string_view::npos) return false;
  return top.starts_with("xn--") ||
         std::all_of(top.begin(), top.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

EmailMatch email_around(Chars text, std::size_t at, bool whole) {
  std::size_t begin = at, end = at + 1;
  while (begin > 0 && at - begin < kLongestLocal && is_local(text[begin - 1], whole)) --begin;
  while (end < text.size() && end - at <= kLongestHost && is_host(text[end], whole)) ++end;
  while (end > at + 1 &&
         (text[end - 1] == U'.' || text[end - 1] == U'-' || text[end - 1] == U'_')) {
    --end;
  }
  // What ends a word before the address is no part of it.
  while (!whole && begin < at && (text[begin] == U'.' || text[begin] == U'\'')) ++begin;
  if (begin == at || end == at + 1) return {at, at};
  return {begin, end};
}

void append_email(Chars text, EmailMatch match, std::size_t at, Forms& forms) {
  const std::size_t first = forms.size();
  FormText& out = forms.text();
  bool ascii = true;
  for (std::size_t i = at + 1; i < match.end; ++i) {
    ascii = ascii && text[i] < 0x80;
    out.put(lower(text[i]));
  }
  if (!ascii) {
    const std::string host = text::host_to_ascii(forms.current());
    forms.drop();
    out += host;
  }
  if (!is_host_name(forms.current())) {
    forms.drop();
    return;
  }
  // The host was written first to be judged; put the local part before it.
  std::array<char, kLongestLocal> local;
  std::size_t length = 0;
  for (std::size_t i = match.begin; i < at && length < local.size(); ++i) {
    local[length++] = static_cast<char>(lower(text[i]));
  }
  std::array<char, kLongestHost> host_buffer;
  const std::string_view written = forms.current();
  std::copy(written.begin(), written.end(), host_buffer.begin());
  const std::string_view host(host_buffer.data(), written.size());
  forms.drop();

  const std::string_view whole_local(local.data(), length);
  const std::size_t plus = whole_local.find('+', 1);
  std::string_view twin;  // au changed the name of its mail in 2018; the boxes are the same
  if (host == "ezweb.ne.jp"sv) twin = "au.com";
  if (host == "au.com"sv) twin = "ezweb.ne.jp";
  const auto add = [&](std::string_view part, std::string_view at_host) {
    out += part;
    out += '@';
    out += at_host;
    forms.commit(first);
  };
  add(whole_local, host);
  if (plus != std::string_view::npos) add(whole_local.substr(0, plus), host);
  if (!twin.empty()) {
    add(whole_local, twin);
    if (plus != std::string_view::npos) add(whole_local.substr(0, plus), twin);
  }
}

void normalize_email(Chars value, Side, Forms& forms) {
  value = trim(value);
  // "山田 <taro@example.jp>", mailto:, quotes around a local part that breaks the RFC.
  const auto sign = std::find(value.begin(), value.end(), U'@');
  if (sign == value.end()) return;
  std::array<char32_t, kLongestRaw> clean;
  std::size_t size = 0, at = 0;
  for (const char32_t& c : value) {
    if (c == U'"') continue;
    if (&c == &*sign) at = size;
    clean[size++] = c;
  }
  Chars text(clean.data(), size);
  constexpr std::u32string_view kScheme = U"mailto:";
  if (text.size() > kScheme.size() &&
      std::equal(kScheme.begin(), kScheme.end(), text.begin(),
                 [](char32_t a, char32_t b) { return a == lower(b); })) {
    text = text.subspan(kScheme.size());
    at -= kScheme.size();
  }
  const EmailMatch match = email_around(text, at, true);
  if (match.begin == match.end) return;
  append_email(text, match, at, forms);
}

}  // namespace hitokoe::identity
