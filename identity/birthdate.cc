#include "identity/birthdate.h"

#include <algorithm>

#include "identity/characters.h"

namespace hitokoe::identity {
namespace {

struct Era {
  std::u32string_view name;
  char32_t letter;
  int before;  // year 1 is before + 1
  int last;    // its last year; of the present one, a bound
};
// Code 1..5 of an era, as forms and systems write it, is its place in this list.
constexpr Era kEras[] = {{U"明治", U'M', 1867, 45},
                         {U"大正", U'T', 1911, 15},
                         {U"昭和", U'S', 1925, 64},
                         {U"平成", U'H', 1988, 31},
                         {U"令和", U'R', 2018, 81}};

constexpr std::u32string_view kMonths[] = {U"jan", U"feb", U"mar", U"apr", U"may", U"jun",
                                           U"jul", U"aug", U"sep", U"oct", U"nov", U"dec"};

int days_in(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month - 1];
}

struct Number {
  int value = 0;
  std::size_t digits = 0;  // written; 0: no number
  bool kanji = false;
};

class Reader {
 public:
  Reader(Chars text, std::size_t at) : text_(text), begin_(at), at_(at) {}

  DateMatch read() {
    if (const Era* era = read_era(); era != nullptr) {
      read_of_era(*era);
    } else if (!read_english()) {
      read_plain();
    }
    if (match_.count == 0) return {};
    if (at_ < text_.size() && is_ascii_digit(text_[at_])) return {};
    match_.length = at_ - begin_;
    return match_;
  }

 private:
  char32_t peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : U'\0';
  }
  void skip_spaces() {
    while (peek() == U' ') ++at_;
  }
  bool take(char32_t c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  Number read_number(std::size_t most = 8) {
    Number number;
    while (number.digits < most && is_ascii_digit(peek())) {
      number.value = number.value * 10 + ascii_digit(peek());
      ++number.digits;
      ++at_;
    }
    if (number.digits > 0) return number;
    const KanjiNumber kanji = kanji_number(text_, at_);
    if (kanji.length == 0 || kanji.value > 9999) return number;
    at_ += kanji.length;
    const std::uint32_t v = kanji.value;
    number = {static_cast<int>(v), v > 999 ? 4U : v > 99 ? 3U : v > 9 ? 2U : 1U, true};
    return number;
  }

  // / - . , 年 月 and spaces around; false: nothing separates.
  bool read_separator(char32_t unit) {
    const std::size_t before = at_;
    skip_spaces();
    const char32_t c = peek();
    if (c == unit || c == U'/' || c == U'.' || c == U'・' || c == U',' || c == U'、' ||
        (is_dash(c) && c != U'ー') || c == U'ー') {
      ++at_;
      skip_spaces();
    }
    return at_ != before;
  }

  // (昭和55年) between the year and 年 or the month.
  void skip_bracket() {
    if (peek() != U'(') return;
    for (std::size_t i = 1; i < 12 && at_ + i < text_.size(); ++i) {
      if (peek(i) == U')') {
        at_ += i + 1;
        return;
      }
    }
  }

  const Era* read_era() {
    for (const Era& era : kEras) {
      if (peek() == era.name[0]) {
        const std::size_t length = peek(1) == era.name[1] ? 2 : 1;
        at_ += length;
        skip_spaces();
        if (!take(U'.')) take(U'・');
        return &era;
      }
      if (upper(peek()) == era.letter) {
        std::size_t i = 1;
        while (peek(i) == U' ' || peek(i) == U'.' || is_dash(peek(i))) ++i;
        if (i > 2 || !is_ascii_digit(peek(i))) continue;
        at_ += i;
        return &era;
      }
    }
    return nullptr;
  }

  void add_of_era(const Era& era, int year, int month, int day) {
    if (year >= 1 && year <= era.last) match_.add(era.before + year, month, day);
  }

  void read_of_era(const Era& era) {
    match_.sure = true;
    Number year;
    if (take(U'元')) {
      year = {1, 1, true};
    } else {
      year = read_number(7);
    }
    if (year.digits == 6 && !year.kanji) {
      add_of_era(era, year.value / 10000, year.value / 100 % 100, year.value % 100);
      return;
    }
    if (year.digits == 0 || year.digits > 2) return;
    skip_bracket();
    Number month, day;
    if (read_month_and_day(month, day)) add_of_era(era, year.value, month.value, day.value);
  }

  bool read_month_and_day(Number& month, Number& day) {
    if (!read_separator(U'年')) return false;
    skip_bracket();
    month = read_number(2);
    if (month.digits == 0 || !read_separator(U'月')) return false;
    day = read_number(4);
    if (day.digits == 0) return false;
    take(U'日');
    return true;
  }

  // Jan 2, 1980 · 2 January 1980 · 2-Jan-80 is not read: the century would be a guess.
  bool read_english() {
    const std::size_t before = at_;
    Number day = read_number(2);
    if (day.digits > 0 && !day.kanji) {
      while (peek() == U' ' || peek() == U'-' || peek() == U'/') ++at_;
    }
    const int month = read_month_name();
    if (month == 0) {
      at_ = before;
      return false;
    }
    while (peek() == U' ' || peek() == U'-' || peek() == U'/' || peek() == U'.') ++at_;
    if (day.digits == 0) {
      day = read_number(2);
      if (peek() != U',' && peek() != U' ') day.digits = 0;
      while (peek() == U' ' || peek() == U',') ++at_;
    }
    const Number year = read_number(4);
    if (day.digits > 0 && year.digits == 4) {
      match_.sure = true;
      match_.add(year.value, month, day.value);
    }
    return true;
  }

  int read_month_name() {
    for (int m = 0; m < 12; ++m) {
      const std::u32string_view name = kMonths[m];
      if (lower(peek(0)) != name[0] || lower(peek(1)) != name[1] || lower(peek(2)) != name[2]) {
        continue;
      }
      at_ += 3;
      while (is_ascii_letter(peek())) ++at_;
      return m + 1;
    }
    return 0;
  }

  void read_plain() {
    const Number first = read_number(8);
    if (first.digits == 0) return;
    if (!first.kanji && is_compact(first)) return;
    if (first.digits == 3 || first.digits > 4) return;
    skip_bracket();
    Number second, third;
    if (!read_month_and_day(second, third)) return;
    const std::size_t end = at_;
    if (first.digits == 4) {
      match_.sure = true;
      if (third.digits <= 2) match_.add(first.value, second.value, third.value);
      return;
    }
    if (third.digits == 4) {  // 02/01/1980: either side of the Atlantic
      match_.sure = true;
      match_.add(third.value, first.value, second.value);
      match_.add(third.value, second.value, first.value);
      return;
    }
    if (third.digits > 2) return;
    // 3-55-01-02: an era's code before the year.
    if (first.digits == 1 && first.value >= 1 && first.value <= 5 && is_dash_or_slash(peek())) {
      ++at_;
      if (const Number fourth = read_number(2); fourth.digits > 0) {
        match_.sure = true;
        add_of_era(kEras[first.value - 1], second.value, third.value, fourth.value);
        return;
      }
      at_ = end;
    }
    add_two_digit_year(first.value, second.value, third.value);
  }

  static bool is_dash_or_slash(char32_t c) { return is_dash(c) || c == U'/' || c == U'.'; }

  // 55.1.2 may be 1955, 昭和55 or 2055.
  void add_two_digit_year(int year, int month, int day) {
    match_.add(1900 + year, month, day);
    if (year <= 49) match_.add(2000 + year, month, day);
    for (const Era& era : kEras) {
      if (era.letter != U'R' || year <= 49) add_of_era(era, year, month, day);
    }
  }

  bool is_compact(const Number& n) {
    const int v = n.value;
    switch (n.digits) {
      case 8:
        // Of 19800102123456 the date is the beginning; read_number took eight digits at most.
        match_.sure = true;
        while (is_ascii_digit(peek()) && at_ - begin_ < 14) ++at_;
        if (at_ - begin_ == 8 || at_ - begin_ == 14) match_.add(v / 10000, v / 100 % 100, v % 100);
        return true;
      case 7:
        if (v / 1000000 >= 1 && v / 1000000 <= 5) {
          match_.sure = true;
          add_of_era(kEras[v / 1000000 - 1], v / 10000 % 100, v / 100 % 100, v % 100);
        }
        return true;
      case 6:
        add_two_digit_year(v / 10000, v / 100 % 100, v % 100);
        return true;
      default:
        return false;
    }
  }

  Chars text_;
  std::size_t begin_;
  std::size_t at_;
  DateMatch match_;
};

bool may_follow(Chars rest) {
  rest = trim(rest);
  if (rest.empty()) return true;
  // A time, 生, a day of the week in brackets; not more numbers.
  const char32_t c = rest[0];
  if (c == U'生' || c == U'(' || c == U'T' || c == U't') return true;
  return rest.size() >= 4 && is_ascii_digit(c) &&
         std::find(rest.begin(), rest.end(), U':') != rest.end();
}

}  // namespace

void DateMatch::add(int year, int month, int day) {
  if (year < 1868 || year > 2099 || month < 1 || month > 12) return;
  if (day < 1 || day > days_in(year, month) || count == readings.size()) return;
  for (std::size_t i = 0; i < count; ++i) {
    if (readings[i].year == year && readings[i].month == month && readings[i].day == day) return;
  }
  readings[count++] = {static_cast<std::uint16_t>(year), static_cast<std::uint8_t>(month),
                       static_cast<std::uint8_t>(day)};
}

DateMatch date_at(Chars text, std::size_t at) { return Reader(text, at).read(); }

void append_dates(const DateMatch& match, Forms& forms) {
  const std::size_t first = forms.size();
  for (std::size_t i = 0; i < match.count; ++i) {
    const Day& d = match.readings[i];
    const auto two = [](int v, FormText& out) {
      out += static_cast<char>('0' + v / 10);
      out += static_cast<char>('0' + v % 10);
    };
    FormText& out = forms.text();
    two(d.year / 100, out);
    two(d.year % 100, out);
    out += '-';
    two(d.month, out);
    out += '-';
    two(d.day, out);
    forms.commit(first);
  }
}

void normalize_birthdate(Chars value, Side, Forms& forms) {
  value = trim(value);
  const DateMatch match = date_at(value, 0);
  if (match.count == 0 || !may_follow(value.subspan(match.length))) return;
  append_dates(match, forms);
}

}  // namespace hitokoe::identity
