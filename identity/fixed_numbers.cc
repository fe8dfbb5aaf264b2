#include "identity/fixed_numbers.h"

#include <algorithm>
#include <initializer_list>

#include "identity/check_digits.h"
#include "identity/digit_groups.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kShortest = 12, kLongest = 20;

int number_of(std::string_view digits) {
  int n = 0;
  for (const char c : digits) n = n * 10 + (c - '0');
  return n;
}

// Whether a card of `d.size()` digits may begin so (ISO/IEC 7812 ranges as the schemes publish
// them).
bool is_card_range(std::string_view d) {
  const int two = number_of(d.substr(0, 2)), three = number_of(d.substr(0, 3)),
            four = number_of(d.substr(0, 4));
  switch (d.size()) {
    case 13:
    case 19:
      if (d[0] == '4') return true;  // Visa
      break;
    case 14:
      return (three >= 300 && three <= 305) || four == 3095 || two == 36 || two == 38 || two == 39;
    case 15:
      return two == 34 || two == 37;  // American Express
    case 16:
      if (d[0] == '4' || (two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return true;
      if (two == 36 || two == 38 || two == 39) return true;  // Diners of 16 digits
      break;
    default:
      break;
  }
  if (d.size() < 16) return false;
  return (four >= 3528 && four <= 3589) || four == 6011 || (three >= 644 && three <= 649) ||
         two == 65 || two == 62;  // JCB, Discover, UnionPay
}

bool is_card(std::string_view d) {
  return d.size() >= 13 && d.size() <= 19 && is_card_range(d) && luhn_holds(d) &&
         d.find_first_not_of(d[d.size() - 1]) != d.npos;
}

// The first two digits name the body that gave the number out (3GPP TS 23.003, GSMA TS.06).
bool is_imei(std::string_view d) {
  if (d.size() != 15 || !luhn_holds(d)) return false;
  switch (number_of(d.substr(0, 2))) {
    case 1:
    case 30:
    case 33:
    case 35:
    case 44:
    case 45:
    case 49:
    case 50:
    case 51:
    case 52:
    case 53:
    case 54:
    case 86:
    case 91:
    case 98:
    case 99:
      return true;
    default:
      return false;
  }
}

// ITU-T E.118 for Japan: 89 81.
bool is_iccid(std::string_view d) {
  return (d.size() == 19 || d.size() == 20) && d.starts_with("8981") && luhn_holds(d);
}

// ITU-T E.212 for Japan: 440 and 441.
bool is_imsi(std::string_view d) {
  return d.size() == 15 && (d.starts_with("440") || d.starts_with("441"));
}

bool is_mobile_abroad(std::string_view d) {  // 81 90 1234 5678
  return d.starts_with("81") && d[2] >= '5' && d[2] <= '9' && d[3] == '0';
}

bool is_time(std::string_view d) {  // 202401021530
  const int month = number_of(d.substr(4, 2)), day = number_of(d.substr(6, 2));
  return (d.starts_with("19") || d.starts_with("20")) && month >= 1 && month <= 12 && day >= 1 &&
         day <= 31 && number_of(d.substr(8, 2)) < 24 && number_of(d.substr(10, 2)) < 60;
}

bool is_in_words(Chars text, std::size_t begin) {
  constexpr std::u32string_view kWords[] = {U"imei", U"iccid", U"imsi", U"sim",
                                            U"card", U"no",    U"t"};
  std::size_t from = begin;
  while (from > 0 && is_ascii_letter(text[from - 1])) --from;
  if (from == begin) return begin > 0 && text[begin - 1] == U'_';
  if (from > 0 && (is_ascii_digit(text[from - 1]) || text[from - 1] == U'_')) return true;
  return std::none_of(std::begin(kWords), std::end(kWords), [&](std::u32string_view word) {
    return word.size() == begin - from &&
           std::equal(word.begin(), word.end(), text.begin() + static_cast<long>(from),
                      [](char32_t a, char32_t b) { return a == lower(b); });
  });
}

class Finder {
 public:
  Finder(Chars text, FixedNumberSink& out) : text_(text), out_(out) {}

  std::size_t run(std::size_t at) {
    const std::size_t end = read_digit_groups(text_, at, groups_);
    if (groups_.size < kShortest) return end;
    const std::size_t whole = groups_.count - (groups_.cut ? 1 : 0);
    for (std::size_t from = 0; from < whole;) {
      const std::size_t to = number_from(from, whole);
      from = to == from ? from + 1 : to;
    }
    return end;
  }

 private:
  bool grouped(std::size_t from, std::size_t to, std::initializer_list<std::size_t> sizes) const {
    if (to - from != sizes.size()) return false;
    const auto* size = sizes.begin();
    for (std::size_t i = from; i < to; ++i) {
      if (groups_.groups[i].count != *size++) return false;
    }
    return true;
  }

  // Group after the number that begins with group `from`; `from`: none.
  std::size_t number_from(std::size_t from, std::size_t whole) {
    if (is_in_words(text_, groups_.groups[from].begin)) return from;
    if (from > 0 && joined(from - 1)) return from;
    std::size_t longest = from;
    while (longest < whole && groups_.view(from, longest + 1).size() <= kLongest) ++longest;
    for (std::size_t to = longest; to > from; --to) {
      const std::string_view d = groups_.view(from, to);
      if (d.size() < kShortest) break;
      if ((to == groups_.count || !joined(to - 1)) && read(from, to, d)) return to;
    }
    return from;
  }

  // Whether something other than spaces stands between this group and the next: one number.
  bool joined(std::size_t group) const {
    const std::size_t begin = groups_.groups[group].end, end = groups_.groups[group + 1].begin;
    return std::any_of(text_.begin() + static_cast<long>(begin),
                       text_.begin() + static_cast<long>(end),
                       [](char32_t c) { return !is_space(c); });
  }

  bool read(std::size_t from, std::size_t to, std::string_view d) {
    const std::size_t end = groups_.groups[to - 1].end;
    const char32_t next = end < text_.size() ? text_[end] : U' ';
    const bool filled = d.size() == 19 && upper(next) == U'F';  // 19 digits in ten bytes
    if (is_ascii_letter(next) && !filled) return false;
    const bool one = to - from == 1;
    bool any = false;
    const auto give = [&](FieldId field) {
      FixedNumber number{field, groups_.groups[from].begin, end + (filled ? 1 : 0), {}, d.size()};
      d.copy(number.text.data(), d.size());
      out_.found(number);
      any = true;
    };
    const auto give_account = [&](char type) {
      FixedNumber number{FieldId::kBank, groups_.groups[from].begin, end, {}, 18};
      const std::string_view tail = d.substr(d.size() - 7);
      std::copy_n("0000-000-1-", 11, number.text.begin());
      d.copy(number.text.data(), 4);
      d.substr(4).copy(number.text.data() + 5, 3);
      number.text[9] = type;
      tail.copy(number.text.data() + 11, tail.size());
      out_.found(number);
      any = true;
    };
    switch (d.size()) {
      case 12:
        if (mynumber_holds(d) &&
            (grouped(from, to, {4, 4, 4}) || (one && !is_mobile_abroad(d) && !is_time(d)))) {
          give(FieldId::kMynumber);
        }
        break;
      case 13:
        if (corporate_holds(d) && (grouped(from, to, {1, 4, 4, 4}) || (one && after_t(from)))) {
          give(FieldId::kCorporate);
        }
        break;
      case 14:
        if (grouped(from, to, {4, 3, 7})) give_account('1');
        break;
      case 15:
        if (grouped(from, to, {4, 3, 1, 7}) && (d[7] == '1' || d[7] == '2' || d[7] == '4')) {
          give_account(d[7]);
        }
        if (is_imsi(d) && (one || grouped(from, to, {3, 2, 10}) || grouped(from, to, {3, 3, 9}))) {
          give(FieldId::kImsi);
        }
        if (is_imei(d) &&
            (one || grouped(from, to, {2, 6, 6, 1}) || grouped(from, to, {6, 2, 6, 1}) ||
             grouped(from, to, {8, 6, 1}) || grouped(from, to, {6, 8, 1}))) {
          give(FieldId::kImei);
        }
        break;
      case 19:
      case 20:
        if (is_iccid(d)) give(FieldId::kIccid);
        break;
      default:
        break;
    }
    if (d.size() >= 14 && (one || card_groups(from, to)) && is_card(d)) give(FieldId::kCard);
    return any;
  }

  bool card_groups(std::size_t from, std::size_t to) const {
    return grouped(from, to, {4, 4, 4, 4}) || grouped(from, to, {4, 6, 5}) ||
           grouped(from, to, {4, 6, 4}) || grouped(from, to, {4, 4, 4, 4, 3});
  }

  // The invoice number of a firm is T and its corporate number.
  bool after_t(std::size_t from) const {
    const std::size_t begin = groups_.groups[from].begin;
    return begin > 0 && upper(text_[begin - 1]) == U'T';
  }

  Chars text_;
  FixedNumberSink& out_;
  DigitGroups groups_;
};

// The digits of a value that is nothing but one number, with words around it.
bool read_only_number(Chars value, DigitGroups& groups) {
  std::size_t at = 0;
  while (at < value.size() && any_digit(value[at]) < 0) ++at;
  if (at == value.size()) return false;
  const std::size_t end = read_digit_groups(value, at, groups);
  return !groups.cut && std::none_of(value.begin() + static_cast<long>(end), value.end(),
                                     [](char32_t c) { return is_ascii_digit(c); });
}

// The valid number of this kind that begins the digits: an expiry date may follow a card.
std::string_view leading(const DigitGroups& groups, bool (*is)(std::string_view)) {
  for (std::size_t from = 0; from < groups.count; ++from) {
    for (std::size_t to = from + 1; to <= groups.count; ++to) {
      if (is(groups.view(from, to))) return groups.view(from, to);
    }
  }
  return {};
}

void commit(Forms& forms, std::size_t first, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) forms.text() += part;
  forms.commit(first);
}

// 14 digits without the check digit, a spare digit of 0, or 16 digits with a software version.
void append_imei(std::string_view d, std::size_t first, Forms& forms) {
  const bool spare = d.size() == 15 && d.back() == '0';
  if (d.size() != 14 && d.size() != 16 && !spare) return;
  const std::string_view body = d.substr(0, 14);
  const char check = luhn_digit(body);
  std::array<char, 15> all;
  body.copy(all.data(), body.size());
  all[14] = check;
  if (is_imei({all.data(), all.size()})) commit(forms, first, {{all.data(), all.size()}});
}

}  // namespace

std::size_t find_fixed_numbers(Chars text, std::size_t at, FixedNumberSink& out) {
  return Finder(text, out).run(at);
}

void normalize_fixed(FieldId field, Chars value, Forms& forms) {
  const std::size_t first = forms.size();
  DigitGroups groups;
  if (!read_only_number(value, groups)) {
    // A card may have its expiry date behind it: 4111 1111 1111 1111 (12/28).
    if (groups.count == 0 || groups.cut || field != FieldId::kCard) return;
  }
  const std::string_view all = groups.view(0, groups.count);
  switch (field) {
    case FieldId::kCard:
      if (const auto d = leading(groups, is_card); !d.empty()) commit(forms, first, {d});
      return;
    case FieldId::kImei:
      if (is_imei(all)) {
        commit(forms, first, {all});
      } else {
        append_imei(all, first, forms);
      }
      return;
    case FieldId::kIccid:
      if (is_iccid(all)) {
        commit(forms, first, {all});
      } else if ((all.size() == 18 || all.size() == 19) && all.starts_with("8981")) {
        const char check = luhn_digit(all);
        commit(forms, first, {all, {&check, 1}});
      }
      return;
    case FieldId::kImsi:
      if (is_imsi(all)) commit(forms, first, {all});
      return;
    case FieldId::kCorporate:
      if (corporate_holds(all)) commit(forms, first, {all});
      return;
    case FieldId::kMynumber:
      if (mynumber_holds(all)) commit(forms, first, {"************"});
      return;
    default:
      return;
  }
}

}  // namespace hitokoe::identity
