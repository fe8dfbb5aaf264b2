#include "matcher/sweep/window.h"

#include "matcher/sweep/ascii_phones.h"

#define HITOKOE_INLINE __attribute__((always_inline)) inline

namespace hitokoe::matcher::sweep {

namespace {

constexpr std::size_t kMostLetters = 4;  // of a number (identity/contacts.cc)
constexpr std::size_t kFewestAlone = 8;
constexpr std::size_t kMostDigits = 12;
constexpr unsigned kFewestOfPhone = 9;

HITOKOE_INLINE unsigned ones_above(std::uint64_t x) {  // from the highest place down
  return static_cast<unsigned>(std::countl_one(x));
}
HITOKOE_INLINE unsigned ones_below(std::uint64_t x) {
  return static_cast<unsigned>(std::countr_one(x));
}
HITOKOE_INLINE std::uint64_t lowest(std::size_t n) {
  return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
}

class Reader {
 public:
  explicit Reader(const WindowParts& parts) : p_(parts), t_(parts.text), n_(parts.size) {}

  HITOKOE_INLINE void run() {
    words_ = (n_ + 63) / 64;
    look_at_triggers();
    mails();
    phones();
    numbers();
  }

 private:
  HITOKOE_INLINE std::uint8_t byte(std::size_t i) const { return i < n_ ? t_[i] : 0; }
  HITOKOE_INLINE bool odd_after(std::size_t i, std::uint8_t of) const {
    return i < n_ && t_[i] >= 0x80 && (p_.mixed.odd_at(i) & of) != 0;
  }
  HITOKOE_INLINE bool odd_before(std::size_t i, std::uint8_t of) const {
    return i > 0 && t_[i - 1] >= 0x80 && (p_.mixed.odd_before(i) & of) != 0;
  }

  // Leaves those that are digits of phones in `trigger`, adds signs to `sign`, and notes what may
  // be part of a number.
  HITOKOE_INLINE void look_at_triggers() {
    p_.odd_words.clear();
    for (std::size_t w = 0; w < words_; ++w) {
      std::uint64_t left = p_.bits.trigger.words()[w];
      if (left == 0) continue;
      std::uint64_t digits = 0;
      for (; left != 0; left &= left - 1) {
        const auto bit = static_cast<unsigned>(std::countr_zero(left));
        const std::size_t i = 64 * w + bit;
        const std::uint8_t odd = p_.mixed.odd_at(i);
        if ((odd & kOddSign) != 0) p_.bits.sign.words()[w] |= std::uint64_t{1} << bit;
        if ((odd & kOddDigit) != 0) digits |= std::uint64_t{1} << bit;
        if ((odd & (kOddDigit | kOddDropped)) != 0 && (odd & kOddMail) != 0) {
          p_.odd_words.push_back(static_cast<std::uint32_t>(i));
        }
      }
      p_.bits.trigger.words()[w] = digits;
    }
  }

  // --- mail addresses: identity/email.cc says what is one ---

  HITOKOE_INLINE void mails() {
    p_.mails.clear();
    std::size_t done = 0;
    for (std::size_t w = 0; w < words_; ++w) {
      for (std::uint64_t left = p_.bits.sign.words()[w]; left != 0; left &= left - 1) {
        const std::size_t i = 64 * w + static_cast<unsigned>(std::countr_zero(left));
        if (i >= done) done = mail(i);
      }
    }
    p_.out.put_mails(t_, p_.mails);
  }

  // Gives where the next one may be.
  HITOKOE_INLINE std::size_t mail(std::size_t at) {
    const std::uint64_t local_bits = p_.bits.local.before(at);
    const std::uint64_t host_bits = p_.bits.host.from(at + 1);
    const unsigned local = ones_above(local_bits);
    unsigned host = ones_below(host_bits);
    if (t_[at] != '@' || local == 64 || host == 64) return p_.mixed.mails(at);
    std::size_t begin = at - local;
    const std::size_t end = at + 1 + host;
    if (odd_before(begin, kOddMail) || odd_after(end, kOddMail)) return p_.mixed.mails(at);
    if (local == 0 || host == 0) return at + 1;
    while (begin < at && (t_[begin] == '.' || t_[begin] == '\'')) ++begin;
    const std::uint64_t letters = p_.bits.letter.from(at + 1) & lowest(host);
    const std::uint64_t words = letters | (p_.bits.digit.from(at + 1) & lowest(host));
    if (begin == at || words == 0) return at + 1;
    // Points and dashes at the end are none of it.
    host = 64 - static_cast<unsigned>(std::countl_zero(words));
    const std::uint64_t dots = p_.bits.dot.from(at + 1) & lowest(host);
    if (dots == 0 || (dots & dots >> 1) != 0) return at + 1;
    const unsigned last_dot = 63 - static_cast<unsigned>(std::countl_zero(dots));
    if (last_dot == 0 || host - last_dot < 3) return at + 1;
    const std::uint64_t top = lowest(host) & ~lowest(last_dot + 1);
    if ((letters & top) != top && !punycode(at + 2 + last_dot)) return at + 1;
    const std::size_t size = at - begin + 1 + host;
    p_.mails.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(size)});
    const std::uint64_t of_local = ~lowest(64 - (at - begin));
    const bool tagged = (local_bits & of_local & ~p_.bits.host.before(at)) != 0;
    if (tagged || may_have_twin(at + 1, host)) variants(begin, at, host, tagged);
    return at + 1;
  }

  HITOKOE_INLINE bool punycode(std::size_t i) const {
    return (byte(i) | 32) == 'x' && (byte(i + 1) | 32) == 'n' && byte(i + 2) == '-' &&
           byte(i + 3) == '-';
  }

  HITOKOE_INLINE bool may_have_twin(std::size_t i, std::size_t host) const {
    return (host == 6 && (t_[i + 1] | 32) == 'u' && t_[i + 2] == '.') ||
           (host == 11 && (t_[i + 1] | 32) == 'z' && (t_[i + 2] | 32) == 'w');
  }

  // Without its tag; au.com for ezweb.ne.jp and the other way round.
  __attribute__((noinline)) void variants(std::size_t begin, std::size_t at, std::size_t host,
                                          bool tagged) {
    std::string form;
    for (std::size_t i = begin; i < at + 1 + host; ++i) {
      form += static_cast<char>(t_[i] >= 'A' && t_[i] <= 'Z' ? t_[i] + 32 : t_[i]);
    }
    const std::string name = form.substr(0, at - begin);
    const std::string at_host = form.substr(at - begin);
    const std::size_t plus = tagged ? name.find('+', 1) : std::string::npos;
    const std::string twin = at_host == "@ezweb.ne.jp" ? "@au.com"
                             : at_host == "@au.com"    ? "@ezweb.ne.jp"
                                                       : "";
    if (plus != std::string::npos) p_.out.put(FieldId::kEmail, name.substr(0, plus) + at_host);
    if (twin.empty()) return;
    p_.out.put(FieldId::kEmail, name + twin);
    if (plus != std::string::npos) p_.out.put(FieldId::kEmail, name.substr(0, plus) + twin);
  }

  // --- phones ---

  // A unit of ASCII that holds one has nine characters at least. One with an odd character begins
  // with an odd digit, or has an odd character right behind a character of ASCII.
  HITOKOE_INLINE void phones() {
    std::size_t done = 0;
    std::uint64_t before = 0;
    for (std::size_t w = 0; w < words_; ++w) {
      __extension__ using Wide = unsigned __int128;
      const std::uint64_t* phone = p_.bits.phone.words() + w;
      const Wide all = static_cast<Wide>(phone[1]) << 64 | phone[0];
      const Wide two = all & all >> 1;
      const Wide four = two & two >> 2;
      const std::uint64_t nine = static_cast<std::uint64_t>(four & four >> 4 & all >> 8);
      const std::uint64_t follows = phone[0] << 1 | before >> 63;
      std::uint64_t left =
          (nine & ~follows) | p_.bits.trigger.words()[w] | (p_.bits.beyond.words()[w] & follows);
      before = phone[0];
      for (; left != 0; left &= left - 1) {
        const std::size_t i = 64 * w + static_cast<unsigned>(std::countr_zero(left));
        if (i >= done) done = phone_unit(i);
      }
    }
  }

  // A unit begins at `i`, or an odd character that may be of one. Gives where to go on.
  HITOKOE_INLINE std::size_t phone_unit(std::size_t i) {
    if (t_[i] >= 0x80) return odd_phone_unit(i);
    std::size_t end = i;
    unsigned digits = 0;
    for (;;) {
      const unsigned run = ones_below(p_.bits.phone.from(end));
      digits += static_cast<unsigned>(std::popcount(p_.bits.digit.from(end) & lowest(run)));
      end += run;
      if (run < 64) break;
    }
    if (odd_after(end, kOddPhone)) return p_.mixed.phones(i);
    if (digits < kFewestOfPhone) return end;
    if (odd_before(i, kOddPlus)) return p_.mixed.phones(i);
    const std::uint64_t bits = p_.bits.digit.from(i) & lowest(end - i);
    const auto groups = std::popcount(bits & ~(bits << 1));
    // Nine digits are one only as 3-1234-5678.
    if (digits == kFewestOfPhone && end - i <= 64 && groups != 3) return end;
    if (digits < 11 + kFewestOfPhone && mobile(i, end, bits)) return end;
    read_ascii_phones({t_, i, end}, p_.out);
    return end;
  }

  // Digits that stand before `i` in its unit were met before, but for those of ASCII right before
  // it: most kanji digits stand alone, as in words.
  HITOKOE_INLINE std::size_t odd_phone_unit(std::size_t i) {
    std::size_t length = 0;
    if ((p_.mixed.odd_at(i, length) & kOddPhone) == 0) return i + 1;
    const std::size_t next = i + length;
    const bool before = i > 0 && p_.bits.phone[i - 1];
    const bool behind = next < n_ && (p_.bits.phone[next] || odd_after(next, kOddPhone));
    return before || behind ? p_.mixed.phones(i) : next;
  }

  // 090-1234-5678 with any one sign between, or without, right at the beginning and with too few
  // digits behind it for another one: what most are.
  HITOKOE_INLINE bool mobile(std::size_t i, std::size_t end, std::uint64_t bits) {
    constexpr std::uint64_t kInGroups = 0b01111'0'1111'0'111;
    const bool in_groups = (bits & lowest(14)) == kInGroups;
    if (!in_groups && (bits & lowest(12)) != lowest(11)) return false;
    if (t_[i] != '0' || t_[i + 1] < '5' || t_[i + 2] != '0' || (i > 0 && t_[i - 1] == '+')) {
      return false;
    }
    std::array<char, 16> form{'+', '8', '1', static_cast<char>(t_[i + 1]), '0'};
    if (in_groups) {
      const auto joins_groups = [](std::uint8_t c) { return c != '+' && c != ','; };
      if (!joins_groups(t_[i + 3]) || !joins_groups(t_[i + 8])) return false;
      __builtin_memcpy(form.data() + 5, t_ + i + 4, 4);
      __builtin_memcpy(form.data() + 9, t_ + i + 9, 4);
    } else {
      __builtin_memcpy(form.data() + 5, t_ + i + 3, 8);
    }
    p_.out.put_short(FieldId::kPhone, form, 13);
    const std::size_t behind = i + (in_groups ? 13 : 11);
    if (behind < end) read_ascii_range({t_, behind, end}, form, 13, p_.out);
    return true;
  }

  // --- numbers: identity/contacts.cc says what is one ---

  HITOKOE_INLINE void numbers() {
    std::size_t odd = 0;
    std::uint64_t before = 0;
    for (std::size_t w = 0; w < words_; ++w) {
      __extension__ using Wide = unsigned __int128;
      const std::uint64_t* digit = p_.bits.digit.words() + w;
      const Wide all = static_cast<Wide>(digit[1]) << 64 | digit[0];
      const Wide two = all & all >> 1;
      const Wide six = two & two >> 2 & two >> 4;
      std::uint64_t left = static_cast<std::uint64_t>(six) & ~(digit[0] << 1 | before >> 63);
      before = digit[0];
      for (; left != 0; left &= left - 1) {
        const std::size_t i = 64 * w + static_cast<unsigned>(std::countr_zero(left));
        while (odd < p_.odd_words.size() && p_.odd_words[odd] < i) odd_number(p_.odd_words[odd++]);
        if (i >= numbers_done_) number(i);
      }
    }
    while (odd < p_.odd_words.size()) odd_number(p_.odd_words[odd++]);
  }

  HITOKOE_INLINE void odd_number(std::size_t i) {
    if (i >= numbers_done_) numbers_done_ = p_.mixed.numbers(i, numbers_done_);
  }

  // Six digits at least begin at `begin`.
  HITOKOE_INLINE void number(std::size_t begin) {
    const std::size_t from = numbers_done_;
    const unsigned size = ones_below(p_.bits.digit.from(begin));
    const std::size_t end = begin + size;
    numbers_done_ = end;
    if (size > kMostDigits) return;
    const std::uint8_t next = byte(end);
    const std::uint8_t last = begin > 0 ? t_[begin - 1] : 0;
    const bool dash = last == '-';
    const std::size_t word_end = dash ? begin - 1 : begin;
    const unsigned letters = ones_above(p_.bits.letter.before(word_end));
    const std::size_t word = word_end - letters;
    if ((next | last | (word > 0 ? t_[word - 1] : 0)) >= 0x80 || joins(next) || joins(last)) {
      if (odd_after(end, kOddMail) || odd_before(begin, kOddMail) || odd_before(word, kOddMail) ||
          (joins(next) && odd_after(end + 1, kOddMail)) ||
          (joins(last) && odd_before(begin - 1, kOddMail))) {
        numbers_done_ = p_.mixed.numbers(begin, from);
        return;
      }
    }
    if (next < 0x80 && (kAscii[next] & (kLetter | kSign)) != 0) return;
    if (letters >= 1 && letters <= kMostLetters && !(word > 0 && p_.bits.digit[word - 1])) {
      return add_number(word, letters, begin, size);
    }
    if (size < kFewestAlone || last == '+') return;
    if (!dash && letters > 0) return;
    if (joins(last) && begin > 1 && p_.bits.digit[begin - 2]) return;
    if (joins(next) && end + 1 < n_ && p_.bits.digit[end + 1]) return;
    add_number(begin, 0, begin, size);
  }

  HITOKOE_INLINE static bool joins(std::uint8_t c) { return c == '-' || c == '.'; }

  HITOKOE_INLINE void add_number(std::size_t word, std::size_t letters, std::size_t begin,
                                 std::size_t size) {
    std::array<char, 16> form{};
    for (std::size_t k = 0; k < letters; ++k) form[k] = static_cast<char>(t_[word + k] & ~32);
    for (std::size_t k = 0; k < size; ++k) form[letters + k] = static_cast<char>(t_[begin + k]);
    p_.out.put_short(FieldId::kContract, form, letters + size);
    p_.out.put_short(FieldId::kRefToken, form, letters + size);
  }

  const WindowParts& p_;
  const std::uint8_t* t_;
  std::size_t n_;
  std::size_t words_ = 0;
  std::size_t numbers_done_ = 0;
};

#if defined(__x86_64__)
__attribute__((target("bmi,bmi2,lzcnt,popcnt"))) void read_with_bits(const WindowParts& parts) {
  Reader(parts).run();
}
#endif
void read_plainly(const WindowParts& parts) { Reader(parts).run(); }

bool have_bits() {
#if defined(__x86_64__)
  static const bool have = __builtin_cpu_supports("bmi") != 0 &&
                           __builtin_cpu_supports("bmi2") != 0 &&
                           __builtin_cpu_supports("popcnt") != 0 &&
                           __builtin_cpu_supports("avx2") != 0;  // and with it lzcnt
  return have;
#else
  return false;
#endif
}

}  // namespace

void read_window(const WindowParts& parts) {
#if defined(__x86_64__)
  if (have_bits()) return read_with_bits(parts);
#endif
  read_plainly(parts);
}

}  // namespace hitokoe::matcher::sweep
