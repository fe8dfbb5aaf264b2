#include "identity/plain_values.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "identity/characters.h"
#include "identity/kana.h"
#include "identity/variants.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kLongestPlain = 64;  // bytes
constexpr unsigned char kLeft = 1;         // of a table: the byte is left out

unsigned char byte_at(std::string_view raw, std::size_t i) {
  return static_cast<unsigned char>(raw[i]);
}
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) {
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return true;
}

// Appends it as a form by itself.
bool put(std::string_view form, Forms& forms) {
  const std::size_t first = forms.size();
  forms.text().append(form);
  forms.commit(first);
  return forms.size() > first;
}

// By byte: what a number's form has for it, kLeft, or 0: not so plain.
constexpr std::array<unsigned char, 256> kOfNumber = [] {
  std::array<unsigned char, 256> t{};
  for (unsigned c = '0'; c <= '9'; ++c) t[c] = static_cast<unsigned char>(c);
  for (unsigned c = 'A'; c <= 'Z'; ++c) t[c] = t[c + 32] = static_cast<unsigned char>(c);
  for (const char c : {' ', '-', '_', '.', '/', '#'}) t[static_cast<unsigned char>(c)] = kLeft;
  return t;
}();

bool plain_number(std::string_view raw, Forms& forms) {
  FormText& out = forms.text();
  char* const form = out.more(raw.size());
  char* to = form;
  bool digit = false;
  for (const char c : raw) {
    const unsigned char kept = kOfNumber[static_cast<unsigned char>(c)];
    if (kept == 0) {
      forms.drop();
      return false;
    }
    *to = static_cast<char>(kept);
    to += kept != kLeft ? 1 : 0;
    digit = digit || is_digit(c);
  }
  out.cut(forms.begin() + static_cast<std::size_t>(to - form));
  if (!digit) {
    forms.drop();
    return false;
  }
  const std::size_t first = forms.size();
  forms.commit(first);
  return forms.size() > first;
}

// Ten or eleven digits as Japan numbers telephones, the last four of them in a group or all in one.
bool plain_phone(std::string_view raw, Forms& forms) {
  constexpr std::size_t kFewest = 10, kMost = 13, kTail = 4;
  if (raw.size() < kFewest || raw.size() > kMost || raw[0] != '0') return false;
  std::array<char, kMost + 3> e164 = {'+', '8', '1'};
  std::array<char, kMost> digits;
  std::size_t size = 0, dashes = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (is_digit(raw[i])) {
      digits[size++] = raw[i];
    } else if (raw[i] == '-' && raw[i - 1] != '-') {
      ++dashes;
    } else {
      return false;
    }
  }
  if (dashes != 0 && (dashes != 2 || raw[raw.size() - kTail - 1] != '-')) return false;
  const bool mobile = size == 11 && digits[2] == '0' &&
                      ((digits[1] >= '5' && digits[1] <= '9') || digits[1] == '2');
  const bool fixed = size == 10 && digits[1] != '0' && digits[2] != '0';
  if (!mobile && !fixed) return false;
  std::copy_n(digits.begin() + 1, size - 1, e164.begin() + 3);
  return put({e164.data(), size + 2}, forms);
}

bool plain_postal(std::string_view raw, Forms& forms) {
  constexpr std::size_t kArea = 3, kDigits = 7;
  if (raw.size() == kDigits && all_digits(raw)) return put(raw, forms);
  if (raw.size() != kDigits + 1 || raw[kArea] != '-') return false;
  if (!all_digits(raw.substr(0, kArea)) || !all_digits(raw.substr(kArea + 1))) return false;
  std::array<char, kDigits> digits;
  std::copy_n(raw.begin(), kArea, digits.begin());
  std::copy(raw.begin() + kArea + 1, raw.end(), digits.begin() + kArea);
  return put({digits.data(), digits.size()}, forms);
}

// 19800102, 1980/01/02, 1980-1-2. Days that some month has not are left to the general rules.
bool plain_date(std::string_view raw, Forms& forms) {
  constexpr int kOldest = 1868, kLatest = 2099, kDaysOfAll = 28;
  if (raw.size() < 8 || raw.size() > 10 || !all_digits(raw.substr(0, 4))) return false;
  std::string_view month, day;
  if (raw.size() == 8 && is_digit(raw[4]) && is_digit(raw[6])) {
    month = raw.substr(4, 2);
    day = raw.substr(6);
  } else {
    if (raw[4] != '/' && raw[4] != '-' && raw[4] != '.') return false;
    const std::size_t second = is_digit(raw[6]) ? 7 : 6;
    if (second + 1 >= raw.size() || raw[second] != raw[4]) return false;
    month = raw.substr(5, second - 5);
    day = raw.substr(second + 1);
    if (day.size() > 2) return false;
  }
  if (!all_digits(month) || !all_digits(day)) return false;
  const auto value_of = [](std::string_view digits) {
    int value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
  };
  const int year = value_of(raw.substr(0, 4)), m = value_of(month), d = value_of(day);
  if (year < kOldest || year > kLatest || m < 1 || m > 12 || d < 1 || d > kDaysOfAll) return false;
  const auto ten = [](int v) { return static_cast<char>('0' + v / 10); };
  const auto one = [](int v) { return static_cast<char>('0' + v % 10); };
  const std::array<char, 10> form = {raw[0], raw[1], raw[2], raw[3], '-',
                                     ten(m), one(m), '-',    ten(d), one(d)};
  return put({form.data(), form.size()}, forms);
}

constexpr std::array<unsigned char, 256> kOfMail = [] {
  std::array<unsigned char, 256> t{};
  for (unsigned c = '0'; c <= '9'; ++c) t[c] = static_cast<unsigned char>(c);
  for (unsigned c = 'a'; c <= 'z'; ++c) t[c] = t[c - 32] = static_cast<unsigned char>(c);
  for (const unsigned c : {0x2eU, 0x5fU, 0x2dU, 0x40U})
    t[c] = static_cast<unsigned char>(c);  // . _ - @
  return t;
}();

// Letters after the last dot, at least two; no two dots in a row.
bool plain_host(std::string_view host) {
  if (host.empty() || host[0] == '.' || host == "ezweb.ne.jp" || host == "au.com") return false;
  std::size_t top = host.size();
  while (top > 0 && host[top - 1] >= 'a' && host[top - 1] <= 'z') --top;
  if (top < 2 || host[top - 1] != '.' || host.size() - top < 2) return false;
  return host.find("..") == std::string_view::npos;
}

bool plain_email(std::string_view raw, Forms& forms) {
  const std::size_t first = forms.size();
  char* const form = forms.text().more(raw.size());
  std::size_t at = 0, signs = 0;
  bool plain = true;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const unsigned char c = kOfMail[byte_at(raw, i)];
    plain = plain && c != 0;
    form[i] = static_cast<char>(c);
    if (c == '@') {
      at = i;
      ++signs;
    }
  }
  if (!plain || signs != 1 || at == 0 || !plain_host({form + at + 1, raw.size() - at - 1})) {
    forms.drop();
    return false;
  }
  forms.commit(first);
  return forms.size() > first;
}

// Bytes two and three of a katakana's form, by those of the katakana; 0: no plain one.
struct KanaBytes {
  unsigned char second = 0, third = 0;
};
constexpr std::array<KanaBytes, 128> kOfKana = [] {
  std::array<KanaBytes, 128> t{};
  const auto set = [&t](char32_t c, char32_t form) {
    t[c - 0x3080] = {static_cast<unsigned char>(0x80U | (form >> 6 & 0x3fU)),
                     static_cast<unsigned char>(0x80U | (form & 0x3fU))};
  };
  for (char32_t c = 0x30a1; c <= 0x30f6; ++c) set(c, kana_of(c));
  set(U'ー', U'ー');
  return t;
}();

// Whether a space stands at raw[i]; `size`: its bytes.
bool space_at(std::string_view raw, std::size_t i, std::size_t& size) {
  size = raw[i] == ' ' ? 1 : 3;
  return raw[i] == ' ' || raw.substr(i).starts_with("\u3000");
}

bool plain_kana(std::string_view raw, Forms& forms) {
  const std::size_t first = forms.size();
  std::array<char, kLongestPlain> form, without;  // ー
  std::size_t size = 0, without_size = 0, space = 0;
  for (std::size_t i = 0; i < raw.size();) {
    if (i + 2 < raw.size() && byte_at(raw, i) == 0xe3 && (byte_at(raw, i + 1) & 0xfeU) == 0x82) {
      const unsigned at = (byte_at(raw, i + 1) & 1U) << 6 | (byte_at(raw, i + 2) & 0x3fU);
      const KanaBytes kana = kOfKana[at];
      if (kana.second == 0 || (byte_at(raw, i + 2) & 0xc0U) != 0x80) return false;
      const std::array<char, 3> bytes = {raw[i], static_cast<char>(kana.second),
                                         static_cast<char>(kana.third)};
      std::copy_n(bytes.begin(), 3, form.begin() + static_cast<long>(size));
      size += 3;
      std::copy_n(bytes.begin(), 3, without.begin() + static_cast<long>(without_size));
      without_size += at == U'ー' - 0x3080 ? 0 : 3;
      i += 3;
    } else if (space_at(raw, i, space)) {
      i += space;
    } else {
      return false;
    }
  }
  const std::string_view whole(form.data(), size);
  if (without_size < 6 || whole.starts_with("ー") || whole.ends_with("サマ")) return false;
  forms.text().append(whole);
  forms.commit(first);
  if (without_size < size) {
    forms.text().append({without.data(), without_size});
    forms.commit(first);
  }
  return forms.size() > first;
}

// By character of the BMP: part of a name, and the same in all its forms.
class NameCharacters {
 public:
  NameCharacters() {
    for (char32_t c = 0x4e00; c <= 0x9fff; ++c) {
      if (fold_name_kanji(c) == c && fold_loose_kanji(c) == c) add(c);
    }
    for (char32_t c = 0x3041; c <= 0x3096; ++c) add(c);
    for (char32_t c = 0x30a1; c <= 0x30f6; ++c) add(c);
    add(U'ー');
    add(U'々');
  }
  bool has(char32_t c) const { return (bits_[c / 64] >> c % 64 & 1) != 0; }

 private:
  void add(char32_t c) { bits_[c / 64] |= std::uint64_t{1} << c % 64; }
  std::array<std::uint64_t, 1024> bits_{};
};

// The last character of 様, さま, サマ, 殿, さん, 御中, 先生: perhaps no part of the name.
bool may_end_honorific(char32_t c) {
  return c == U'様' || c == U'ま' || c == U'マ' || c == U'殿' || c == U'ん' || c == U'中' ||
         c == U'生';
}

bool plain_name(std::string_view raw, Forms& forms) {
  static const NameCharacters characters;
  const std::size_t first = forms.size();
  std::array<char, kLongestPlain> form;
  std::size_t size = 0, space = 0;
  char32_t c = 0;
  for (std::size_t i = 0; i < raw.size();) {
    if (i + 2 < raw.size() && (byte_at(raw, i) & 0xf0U) == 0xe0) {
      const unsigned second = byte_at(raw, i + 1), third = byte_at(raw, i + 2);
      const char32_t point =
          (byte_at(raw, i) & 0x0fU) << 12 | (second & 0x3fU) << 6 | (third & 0x3fU);
      if (((second & 0xc0U) ^ 0x80U) == 0 && ((third & 0xc0U) ^ 0x80U) == 0 &&
          characters.has(point)) {
        std::copy_n(raw.begin() + static_cast<long>(i), 3, form.begin() + static_cast<long>(size));
        size += 3;
        i += 3;
        c = point;
        continue;
      }
    }
    if (!space_at(raw, i, space)) return false;
    i += space;
  }
  if (size < 6 || may_end_honorific(c)) return false;
  forms.text().append({form.data(), size});
  forms.commit(first);
  return forms.size() > first;
}

}  // namespace

bool normalize_plain(FieldId field, std::string_view raw, Forms& forms) {
  if (raw.empty() || raw.size() > kLongestPlain) return false;
  switch (field) {
    case FieldId::kRef:
    case FieldId::kContract:
    case FieldId::kRefToken:
      return plain_number(raw, forms);
    case FieldId::kEmail:
      return plain_email(raw, forms);
    case FieldId::kPhone:
      return plain_phone(raw, forms);
    case FieldId::kPostal:
      return plain_postal(raw, forms);
    case FieldId::kBirthdate:
      return plain_date(raw, forms);
    case FieldId::kKana:
      return plain_kana(raw, forms);
    case FieldId::kName:
      return plain_name(raw, forms);
    default:
      return false;
  }
}

}  // namespace hitokoe::identity
