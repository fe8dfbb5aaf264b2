#include "matcher/sweep/ascii_phones.h"

#include <array>
#include <string_view>

namespace hitokoe::matcher::sweep {

namespace {

constexpr std::size_t kMostDigits = 16;
constexpr std::size_t kFewestDigits = 9;
constexpr std::size_t kMostGroups = 24;
constexpr std::size_t kMostSeparators = 4;
constexpr std::size_t kTail = 4;  // digits of a range

bool is_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }

// What stands between the groups of one number: all of kPhoneRest but '+' and ','.
bool is_separator(std::uint8_t c) { return (kAscii[c] & kPhoneRest) != 0 && c != '+' && c != ','; }

// Digits of a number of ten or eleven, 0 in front.
bool is_domestic(std::string_view d) {
  if (d.size() == 11) {
    return d[0] == '0' &&
           ((d[1] >= '5' && d[1] <= '9' && d[2] == '0') || (d[1] == '2' && d[2] == '0'));
  }
  return d.size() == 10 && d[0] == '0' && d[1] != '0' && d[2] != '0';
}

// The same of its digits without the 0.
bool is_domestic_rest(std::string_view d) {
  if (d.size() == 10) {
    return (d[0] >= '5' && d[0] <= '9' && d[1] == '0') || (d[0] == '2' && d[1] == '0');
  }
  return d.size() == 9 && d[0] != '0' && d[1] != '0';
}

class Reader {
 public:
  Reader(const PhoneUnit& unit, Tokens& out)
      : t_(unit.text), begin_(unit.begin), end_(unit.end), out_(out) {}

  void run() {
    for (std::size_t i = begin_; i < end_;) {
      if (!is_digit(t_[i])) {
        ++i;
        continue;
      }
      i = read_chain(i);
      for (std::size_t first = 0; first < count_;) {
        const std::size_t used = number_from(first);
        first += used == 0 ? 1 : used;
      }
    }
  }

  void add_range(std::array<char, 16>& form, std::size_t size, std::size_t at) {
    for (;;) {
      while (at < end_ && t_[at] == ' ') ++at;
      if (at >= end_ || (t_[at] != '~' && t_[at] != '/' && t_[at] != ',')) return;
      ++at;
      while (at < end_ && t_[at] == ' ') ++at;
      const std::size_t begin = at;
      while (at < end_ && is_digit(t_[at])) {
        if (at - begin == kTail) return;
        ++at;
      }
      const std::size_t digits = at - begin;
      if (digits == 0) return;
      if (at < end_ && t_[at] != ' ' && t_[at] != '/' && t_[at] != '~' && is_separator(t_[at])) {
        return;
      }
      for (std::size_t i = 0; i < digits; ++i) {
        form[size - digits + i] = static_cast<char>(t_[begin + i]);
      }
      out_.put_short(FieldId::kPhone, form, size);
    }
  }

 private:
  struct Group {
    std::size_t end;
    std::size_t size;     // as many as there are
    std::uint32_t digit;  // where its digits begin; at most kMostDigits are kept
    bool plus;
    bool after_space;  // nothing but spaces between it and the group before
  };

  std::size_t read_chain(std::size_t i) {
    count_ = 0;
    digits_[1] = 0;
    std::uint32_t kept = 0;
    bool plus = i > 0 && t_[i - 1] == '+';
    bool spaces = true;
    for (;;) {
      Group& group = groups_[count_++];
      group.digit = kept;
      group.plus = plus;
      group.after_space = spaces;
      const std::size_t begin = i;
      for (; i < end_ && is_digit(t_[i]); ++i) {
        if (i - begin < kMostDigits) digits_[kept++] = static_cast<char>(t_[i]);
      }
      group.size = i - begin;
      group.end = i;
      if (count_ == kMostGroups) return i;
      std::size_t next = i;
      spaces = true;
      while (next < end_ && next - i < kMostSeparators && is_separator(t_[next])) {
        spaces = spaces && t_[next] == ' ';
        ++next;
      }
      plus = next < end_ && t_[next] == '+';
      if (plus) ++next;
      if (next == i || next >= end_ || !is_digit(t_[next])) return i;
      i = next;
    }
  }

  // Whether a number may begin so: 0…, +…, 81…, or one that lost its 0.
  bool may_begin(std::size_t first) const {
    const char* d = digits_.data() + groups_[first].digit;
    if (d[0] == '0' || groups_[first].plus) return true;
    if (d[1] == '0') return (d[0] >= '5' && d[0] <= '9') || d[0] == '2';
    return d[0] == '8' || (first == 0 && count_ == 3);
  }

  // Groups that make a number from `first` on; 0: none.
  std::size_t number_from(std::size_t first) {
    if (!may_begin(first)) return 0;
    std::size_t size = 0;
    const char* digits = digits_.data() + groups_[first].digit;
    const bool plus = groups_[first].plus;
    for (std::size_t last = first; last < count_; ++last) {
      const Group& group = groups_[last];
      if (last > first && group.plus) return 0;
      if (size + group.size > kMostDigits) return 0;
      size += group.size;
      if (size < kFewestDigits) continue;
      const std::string_view all(digits, size);
      std::string_view rest = number(all, plus);
      if (rest.empty() && lost_its_zero(all, first, last)) rest = all;
      if (rest.empty()) continue;
      add(rest, group.end);
      return last - first + 1;
    }
    return 0;
  }

  // Its digits without the 0; empty: it is none.
  static std::string_view number(std::string_view d, bool plus) {
    std::size_t prefix = 0;
    if (plus || (d[0] == '8' && d[1] == '1' && d.size() >= 11)) {
      if (d[0] != '8' || d[1] != '1') return {};
      prefix = 2;
    } else if (d.starts_with("0081")) {
      prefix = 4;
    } else if (d.starts_with("01081")) {
      prefix = 5;
    } else {
      return is_domestic(d) ? d.substr(1) : std::string_view();
    }
    std::string_view rest = d.substr(prefix);
    if (rest.starts_with('0')) rest.remove_prefix(1);  // +81 (0)90
    return is_domestic_rest(rest) ? rest : std::string_view();
  }

  bool lost_its_zero(std::string_view d, std::size_t first, std::size_t last) const {
    if (d.size() > 10 || groups_[first].plus || !is_domestic_rest(d)) return false;
    const bool mobile = d.size() == 10;
    if (first == last) return mobile;
    if (groups_[last].size != 4 || last - first != 2) return false;
    if (mobile && groups_[first].size != 2) return false;
    if (!mobile && (first != 0 || last + 1 != count_)) return false;
    return !groups_[first + 1].after_space && !groups_[last].after_space &&
           (first == 0 || groups_[first].after_space);
  }

  void add(std::string_view rest, std::size_t end) {
    std::array<char, 16> form{'+', '8', '1'};
    for (std::size_t i = 0; i < rest.size(); ++i) form[3 + i] = rest[i];
    const std::size_t size = 3 + rest.size();
    out_.put_short(FieldId::kPhone, form, size);
    add_range(form, size, end);
  }

  const std::uint8_t* t_;
  std::size_t begin_, end_;
  Tokens& out_;
  std::array<Group, kMostGroups> groups_;
  std::size_t count_ = 0;
  std::array<char, kMostGroups * kMostDigits> digits_;
};

}  // namespace

void read_ascii_phones(const PhoneUnit& unit, Tokens& out) { Reader(unit, out).run(); }

void read_ascii_range(const PhoneUnit& unit, std::array<char, 16> form, std::size_t size,
                      Tokens& out) {
  Reader(unit, out).add_range(form, size, unit.begin);
}

}  // namespace hitokoe::matcher::sweep
