// A scanner over groups of digits: groups that stand together (at most four separators between
// two) are tried in order, and the first run of whole groups that makes a valid number is one.
#include "identity/phone.h"

#include <algorithm>

#include "identity/characters.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kMostDigits = 16;  // 010-81-090-1234-5678
constexpr std::size_t kMostGroups = 24;
constexpr std::size_t kMostSeparators = 4;

int digit_of(char32_t c) {
  if (c < 0x80) return ascii_digit(c);
  return kanji_digit(c);
}

bool is_separator(char32_t c) {
  switch (c) {
    case U' ':
    case U'(':
    case U')':
    case U'[':
    case U']':
    case U'.':
    case U'/':
    case U'_':
    case U'・':
    case U'の':
    case U'【':
    case U'】':
    case U'〔':
    case U'〕':
      return true;
    default:
      return is_dash(c) || is_tilde(c);
  }
}

struct Group {
  std::size_t begin, end;
  std::array<char, kMostDigits> digits;
  std::size_t size;  // may be over kMostDigits: then it is no part of a number
  bool plus;         // '+' right before it
  bool after_space;  // nothing but spaces between it and the group before
};

// 0…, ten or eleven digits (Numbering plan of the Ministry of Internal Affairs and Communications).
bool is_domestic(std::string_view d) {
  if (d.size() < 10 || d[0] != '0') return false;
  if (d.size() == 11) {
    return (d[1] >= '5' && d[1] <= '9' && d[2] == '0') || (d[1] == '2' && d[2] == '0');
  }
  return d.size() == 10 && d[1] != '0' && d[2] != '0';
}

class Scanner {
 public:
  Scanner(Chars text, const PhoneRules& rules, PhoneSink& out)
      : text_(text), rules_(rules), out_(out) {}

  void run() {
    std::size_t i = 0;
    while (i < text_.size()) {
      if (digit_of(text_[i]) < 0) {
        ++i;
        continue;
      }
      i = read_chain(i);
      use_chain();
    }
  }

 private:
  std::size_t read_chain(std::size_t i) {
    count_ = 0;
    bool plus = i > 0 && text_[i - 1] == U'+';
    bool spaces = true;
    while (true) {
      Group& group = groups_[count_++];
      group.begin = i;
      group.size = 0;
      group.plus = plus;
      group.after_space = spaces;
      for (int digit; i < text_.size() && (digit = digit_of(text_[i])) >= 0; ++i) {
        if (group.size < kMostDigits) group.digits[group.size] = static_cast<char>('0' + digit);
        ++group.size;
      }
      group.end = i;
      if (count_ == kMostGroups) return i;
      std::size_t next = i;
      spaces = true;
      while (next < text_.size() && next - i < kMostSeparators && is_separator(text_[next])) {
        spaces = spaces && text_[next] == U' ';
        ++next;
      }
      plus = next < text_.size() && text_[next] == U'+';
      if (plus) ++next;
      if (next == i || next >= text_.size() || digit_of(text_[next]) < 0) return i;
      i = next;
    }
  }

  void use_chain() {
    for (std::size_t first = 0; first < count_;) {
      const std::size_t used = number_from(first);
      first += used == 0 ? 1 : used;
    }
  }

  // Number of groups that make a number from `first` on; 0: none.
  std::size_t number_from(std::size_t first) {
    std::array<char, kMostDigits + 1> digits;
    std::size_t size = 0;
    for (std::size_t last = first; last < count_; ++last) {
      const Group& group = groups_[last];
      if (last > first && group.plus) return 0;
      if (size + group.size > kMostDigits) return 0;
      std::copy_n(group.digits.begin(), group.size, digits.begin() + static_cast<long>(size));
      size += group.size;
      const std::string_view all(digits.data(), size);
      if (size >= 9 && (is_number(all, groups_[first].plus) || lost_its_zero(all, first, last))) {
        add(first, last);
        return last - first + 1;
      }
    }
    return 0;
  }

  // Leaves the national number with its 0 in national_.
  bool is_number(std::string_view d, bool plus) {
    std::string_view national;
    if (plus || (d.starts_with("81") && d.size() >= 11)) {
      if (!d.starts_with("81")) return false;
      national = d.substr(2);
    } else if (d.starts_with("0081")) {
      national = d.substr(4);
    } else if (d.starts_with("01081")) {
      national = d.substr(5);
    } else {
      set_national("", d);
      return is_domestic(d);
    }
    if (national.starts_with('0')) national.remove_prefix(1);  // +81 (0)90
    set_national("0", national);
    return is_domestic(national_view());
  }

  bool lost_its_zero(std::string_view d, std::size_t first, std::size_t last) {
    if (!rules_.dropped_zero || d.size() > 10 || groups_[first].plus) return false;
    set_national("0", d);
    if (!is_domestic(national_view())) return false;
    const bool mobile = d.size() == 10;
    if (first == last) return mobile || rules_.bare_landline;
    // In groups: 90-1234-5678, 3-1234-5678, alone and with more than spaces between.
    if (groups_[last].size != 4 || last - first != 2) return false;
    if (mobile && groups_[first].size != 2) return false;
    if (!mobile && (first != 0 || last + 1 != count_)) return false;
    return !groups_[first + 1].after_space && !groups_[last].after_space &&
           (first == 0 || groups_[first].after_space);
  }

  void set_national(std::string_view zero, std::string_view rest) {
    national_size_ = 0;
    for (const char c : zero) national_[national_size_++] = c;
    for (const char c : rest.substr(0, national_.size() - zero.size())) {
      national_[national_size_++] = c;
    }
  }
  std::string_view national_view() const { return {national_.data(), national_size_}; }

  void add(std::size_t first, std::size_t last) {
    PhoneMatch match{};
    match.begin = groups_[first].begin - (groups_[first].plus ? 1 : 0);
    match.end = groups_[last].end;
    const std::string_view national = national_view().substr(1);
    match.e164 = {'+', '8', '1'};
    std::copy(national.begin(), national.end(), match.e164.begin() + 3);
    match.length = 3 + national.size();
    out_.found(match);
    if (rules_.ranges) add_range(match);
  }

  // 〜9, /5679, ・80: the last digits of another number of the same line.
  void add_range(PhoneMatch match) {
    std::size_t at = match.end;
    while (true) {
      while (at < text_.size() && text_[at] == U' ') ++at;
      if (at >= text_.size()) return;
      const char32_t c = text_[at];
      if (!is_tilde(c) && c != U'/' && c != U'・' && c != U',' && c != U'、') return;
      ++at;
      while (at < text_.size() && text_[at] == U' ') ++at;
      std::array<char, 4> tail;
      std::size_t size = 0;
      int digit = -1;
      while (at < text_.size() && (digit = digit_of(text_[at])) >= 0) {
        if (size == tail.size()) return;
        tail[size++] = static_cast<char>('0' + digit);
        ++at;
      }
      if (size == 0) return;
      // 090 of /090-1234-5678 is another number.
      if (at < text_.size() && text_[at] != U' ' && text_[at] != U'/' && text_[at] != U'・' &&
          is_separator(text_[at]) && !is_tilde(text_[at])) {
        return;
      }
      match.end = at;
      std::copy_n(tail.begin(), size, match.e164.begin() + static_cast<long>(match.length - size));
      out_.found(match);
    }
  }

  Chars text_;
  const PhoneRules& rules_;
  PhoneSink& out_;
  std::array<Group, kMostGroups> groups_;
  std::size_t count_ = 0;
  std::array<char, kMostDigits + 1> national_{};
  std::size_t national_size_ = 0;
};

}  // namespace

void find_phones(Chars text, const PhoneRules& rules, PhoneSink& out) {
  Scanner(text, rules, out).run();
}

void normalize_phone(Chars value, Side side, Forms& forms) {
  class Sink final : public PhoneSink {
   public:
    explicit Sink(Forms& forms) : forms_(forms), first_(forms.size()) {}
    void found(const PhoneMatch& match) override {
      forms_.text().append(match.number());
      forms_.commit(first_);
    }

   private:
    Forms& forms_;
    std::size_t first_;
  };
  Sink sink(forms);
  const bool leak = side == Side::kLeak;
  find_phones(value, {.dropped_zero = leak, .bare_landline = leak, .ranges = leak}, sink);
}

}  // namespace hitokoe::identity
