#include "matcher/sweep/window.h"

#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "matcher/sweep/ascii_phones.h"
#include "matcher/sweep/phone_shapes.h"

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

// All of them asked for, without branches: what cannot be guessed costs less so.
template <class... Bool>
HITOKOE_INLINE bool every(Bool... b) {
  return (... & b);
}
template <class... Bool>
HITOKOE_INLINE bool some(Bool... b) {
  return (... | b);
}

class Reader {
 public:
  explicit Reader(const WindowParts& parts)
      : p_(parts), bits_(parts.bits), t_(parts.text), n_(parts.size) {}

  HITOKOE_INLINE void run() {
    mails();
    phones();
    numbers();
  }

 private:
  HITOKOE_INLINE std::uint8_t byte(std::size_t i) const { return i < n_ ? t_[i] : 0; }
  HITOKOE_INLINE bool odd_after(std::size_t i, std::uint8_t of) const {
    return bits_.odd_at(i) && i < n_ && t_[i] >= 0x80 && (p_.mixed.odd_at(i) & of) != 0;
  }
  HITOKOE_INLINE bool odd_before(std::size_t i, std::uint8_t of) const {
    return bits_.odd_before(i) && t_[i - 1] >= 0x80 && (p_.mixed.odd_before(i) & of) != 0;
  }
  HITOKOE_INLINE void copy_sixteen(std::size_t i, char* to) const {
    if (i + 16 <= n_) {
      __builtin_memcpy(to, t_ + i, 16);
    } else {
      __builtin_memcpy(to, t_ + i, n_ - i);
    }
  }

  // --- mail addresses: identity/email.cc says what is one ---

  HITOKOE_INLINE void mails() {
    p_.mails.clear();
    std::size_t done = 0;
    for (std::size_t k = 0; k < p_.places.signs.size; ++k) {
      const std::size_t i = p_.places.signs.at[k];
      if (i >= done) done = mail(i);
    }
    p_.out.put_mails(t_, p_.mails);
  }

  // Gives where the next one may be.
  HITOKOE_INLINE std::size_t mail(std::size_t at) {
    const std::uint64_t local_bits = bits_.before(kLocals, at);
    const std::uint64_t host_bits = bits_.from(kHosts, at + 1);
    const unsigned local = ones_above(local_bits);
    unsigned host = ones_below(host_bits);
    if (t_[at] != '@' || local == 64 || host == 64) return p_.mixed.mails(at);
    std::size_t begin = at - local;
    const std::size_t end = at + 1 + host;
    if (odd_before(begin, kOddMail) || odd_after(end, kOddMail)) return p_.mixed.mails(at);
    if (local == 0 || host == 0) return at + 1;
    while (begin < at && (t_[begin] == '.' || t_[begin] == '\'')) ++begin;
    const std::uint64_t letters = bits_.from(kLetters, at + 1) & lowest(host);
    const std::uint64_t words = letters | (bits_.from(kDigits, at + 1) & lowest(host));
    if (begin == at || words == 0) return at + 1;
    // Points and dashes at the end are none of it.
    host = 64 - static_cast<unsigned>(std::countl_zero(words));
    const std::uint64_t dots = bits_.from(kDots, at + 1) & lowest(host);
    if (dots == 0 || (dots & dots >> 1) != 0) return at + 1;
    const unsigned last_dot = 63 - static_cast<unsigned>(std::countl_zero(dots));
    if (last_dot == 0 || host - last_dot < 3) return at + 1;
    const std::uint64_t top = lowest(host) & ~lowest(last_dot + 1);
    if ((letters & top) != top && !punycode(at + 2 + last_dot)) return at + 1;
    const std::size_t size = at - begin + 1 + host;
    p_.mails.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(size)});
    const std::uint64_t of_local = ~lowest(64 - (at - begin));
    const bool tagged = (local_bits & of_local & ~bits_.before(kHosts, at)) != 0;
    if (tagged || may_have_twin(at + 1, host)) variants(begin, at, host, tagged);
    return at + 1;
  }

  HITOKOE_INLINE bool punycode(std::size_t i) const {
    return (byte(i) | 32) == 'x' && (byte(i + 1) | 32) == 'n' && byte(i + 2) == '-' &&
           byte(i + 3) == '-';
  }

  HITOKOE_INLINE bool may_have_twin(std::size_t i, std::size_t host) const {
    // Without branches: how long hosts are cannot be guessed.
    const unsigned second = t_[i + 1] | 32U;
    const unsigned third = t_[i + 2];
    return some(every(host == 6, second == 'u', third == '.'),
                every(host == 11, second == 'z', (third | 32U) == 'w'));
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

  HITOKOE_INLINE void phones() {
    std::size_t done = 0;
    for (std::size_t k = 0; k < p_.places.phones.size; ++k) {
      const std::size_t i = p_.places.phones.at[k];
      if (i >= done) done = t_[i] < 0x80 ? phone_unit(i) : odd_phone_unit(i);
    }
  }

  // A unit begins at `i`. Gives where to go on.
  HITOKOE_INLINE std::size_t phone_unit(std::size_t i) {
    const unsigned run = ones_below(bits_.from(kPhones, i));
    const std::size_t end = i + run;
    if (run == 64 || bits_.odd_at(end) || bits_.odd_before(i)) return any_phone_unit(i);
    const std::uint64_t digit = bits_.from(kDigits, i) & lowest(run);
    const auto digits = static_cast<unsigned>(std::popcount(digit));
    if (some(digits < kFewestOfPhone, not_three_groups(digit, digits))) return end;
    if (!usual_phone(i, digit)) read_ascii_phones({t_, i, end}, p_.out);
    return end;
  }

  // Nine digits are one only as 3-1234-5678.
  HITOKOE_INLINE static bool not_three_groups(std::uint64_t digit, unsigned digits) {
    return every(digits == kFewestOfPhone, std::popcount(digit & ~(digit << 1)) != 3);
  }

  // Whether the unit is known for what it is: a phone of a common shape, which is given on, or
  // none. One branch: which of the shapes it is cannot be guessed.
  HITOKOE_INLINE bool usual_phone(std::size_t i, std::uint64_t digit) {
    const auto first = static_cast<unsigned>(std::countr_zero(digit | std::uint64_t{1} << 63));
    const std::size_t at = i + first;
    if (at + 20 > n_) return false;
    const std::uint8_t* p = t_ + at;
    const std::uint64_t shape = digit >> first;
    // A chain ends at ',' and before '+'.
    const std::uint64_t stops = places_of_stops(p);
    const std::uint64_t lead = shape & ((stops - 1) & ~stops);
    const std::uint64_t rest = shape & ~lead;
    const bool zero = *p == '0';
    const std::uint64_t key = PhoneShapes::key(lead, zero);
    const PhoneShape& s = kPhoneShapes.find(key);
    const bool plus = at > 0 && p[-1] == '+';
    const unsigned one = p[s.from[0]] - unsigned{'0'};
    const unsigned other = p[s.second] - unsigned{'0'};
    constexpr unsigned kMobileDigits = 0b11'1110'0100;  // 2, 5 … 9
    const bool mobile = every(other == 0, (kMobileDigits >> (one & 31) & 1) != 0);
    const bool landline = every(one != 0, other != 0);
    const bool is_81 = every(p[0] == '8', p[1] == '1');
    const bool holds = every(s.kind == PhoneShape::kMobile ? mobile : landline,
                             s.kind != PhoneShape::kNone, s.prefixed ? is_81 : !plus);
    const bool never = s.single ? every(!plus, *p != '8') : s.kind == PhoneShape::kNone;
    const bool known = s.key == key;
    const bool found = every(known, holds, rest == 0);
    const bool none =
        every(known, !holds, never, std::popcount(rest) < static_cast<int>(kFewestOfPhone));
    if (!found) return none;
    char* form = p_.out.begin_short();
    __builtin_memcpy(form, "+81", 3);
    for (std::size_t k = 0; k < 3; ++k) __builtin_memcpy(form + 3 + s.to[k], p + s.from[k], 4);
    p_.out.end_short(FieldId::kPhone, s.to[2] + std::size_t{7});
    return true;
  }

  // Of sixteen bytes.
  HITOKOE_INLINE static std::uint64_t places_of_stops(const std::uint8_t* p) {
#if defined(__SSE2__)
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(
        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('+')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(',')))));
#else
    std::uint64_t out = 0;
    for (unsigned k = 0; k < 16; ++k) out |= std::uint64_t{p[k] == '+' || p[k] == ','} << k;
    return out;
#endif
  }

  // As phone_unit(), of any length and whatever stands around it.
  __attribute__((noinline)) std::size_t any_phone_unit(std::size_t i) {
    std::size_t end = i;
    unsigned digits = 0;
    for (;;) {
      const unsigned run = ones_below(bits_.from(kPhones, end));
      digits += static_cast<unsigned>(std::popcount(bits_.from(kDigits, end) & lowest(run)));
      end += run;
      if (run < 64) break;
    }
    if (odd_after(end, kOddPhone)) return p_.mixed.phones(i);
    if (digits < kFewestOfPhone) return end;
    if (odd_before(i, kOddPlus)) return p_.mixed.phones(i);
    const std::uint64_t digit = bits_.from(kDigits, i) & lowest(end - i);
    if (end - i <= 64 && not_three_groups(digit, digits)) return end;
    read_ascii_phones({t_, i, end}, p_.out);
    return end;
  }

  // An odd character that may be of a unit. Digits that stand before `i` in it were met before, but
  // for those of ASCII right before it.
  HITOKOE_INLINE std::size_t odd_phone_unit(std::size_t i) {
    std::size_t length = 0;
    if ((p_.mixed.odd_at(i, length) & kOddPhone) == 0) return i + 1;
    const std::size_t next = i + length;
    const bool before = i > 0 && bits_.has(kPhones, i - 1);
    const bool behind = next < n_ && (bits_.has(kPhones, next) || odd_after(next, kOddPhone));
    return before || behind ? p_.mixed.phones(i) : next;
  }

  // --- numbers: identity/contacts.cc says what is one ---

  HITOKOE_INLINE void numbers() {
    std::size_t odd = 0;
    const Places& odds = p_.places.odd;
    for (std::size_t k = 0; k < p_.places.numbers.size; ++k) {
      const std::size_t i = p_.places.numbers.at[k];
      while (odd < odds.size && odds.at[odd] < i) odd_number(odds.at[odd++]);
      if (i >= numbers_done_) number(i);
    }
    while (odd < odds.size) odd_number(odds.at[odd++]);
  }

  HITOKOE_INLINE void odd_number(std::size_t i) {
    if (i < numbers_done_) return;
    const std::uint8_t odd = p_.mixed.odd_at(i);
    if ((odd & (kOddDigit | kOddDropped)) == 0 || (odd & kOddMail) == 0) return;
    numbers_done_ = p_.mixed.numbers(i, numbers_done_);
  }

  // Six digits at least begin at `begin`.
  HITOKOE_INLINE void number(std::size_t begin) {
    const std::size_t from = numbers_done_;
    const std::size_t size = ones_below(bits_.from(kDigits, begin));
    const std::size_t end = begin + size;
    numbers_done_ = end;
    const std::uint8_t next = byte(end);
    const std::uint8_t last = begin > 0 ? t_[begin - 1] : 0;
    const bool dash = last == '-';
    const std::size_t word_end = begin - (dash ? 1 : 0);
    const std::size_t letters = ones_above(bits_.before(kLetters, word_end));
    const std::size_t word = word_end - letters;
    const bool odd =
        some(bits_.odd_at(end), bits_.odd_before(begin), bits_.odd_before(word),
             every(joins(next), bits_.odd_at(end + 1)), joins(last) && bits_.odd_before(begin - 1));
    if (odd && size <= kMostDigits &&
        (odd_after(end, kOddMail) || odd_before(begin, kOddMail) || odd_before(word, kOddMail) ||
         (joins(next) && odd_after(end + 1, kOddMail)) ||
         (joins(last) && odd_before(begin - 1, kOddMail)))) {
      numbers_done_ = p_.mixed.numbers(begin, from);
      return;
    }
    // Without branches: most runs of digits are numbers or not at random.
    const std::uint64_t digits_before = bits_.before(kDigits, begin);
    const bool closed = !some(bits_.has(kLetters, end), bits_.has(kSigns, end));
    const bool worded = every(letters - 1 < kMostLetters, bits_.before(kDigits, word) >> 63 == 0);
    const bool alone = every(size >= kFewestAlone, last != '+', some(dash, letters == 0),
                             !every(joins(last), (digits_before >> 62 & 1) != 0),
                             !every(joins(next), bits_.has(kDigits, end + 1)));
    const bool found = every(size <= kMostDigits, closed, some(worded, alone));
    if (!found) return;
    std::uint32_t four;
    __builtin_memcpy(&four, t_ + word, 4);  // the digits are six
    const std::size_t taken = worded ? letters : 0;
    four &= ~0x20202020U;
    for (const FieldId field : {FieldId::kContract, FieldId::kRefToken}) {
      char* form = p_.out.begin_short();
      __builtin_memcpy(form, &four, 4);
      copy_sixteen(begin, form + taken);
      const std::size_t all = taken + (size & 15);
      __builtin_memset(form + all, 0, 16);
      p_.out.end_short(field, all);
    }
  }

  HITOKOE_INLINE static bool joins(std::uint8_t c) { return some(c == '-', c == '.'); }

  const WindowParts& p_;
  const Bitmaps& bits_;
  const std::uint8_t* t_;
  std::size_t n_;
  std::size_t numbers_done_ = 0;
};

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"))) void read_with_bits(
    const WindowParts& parts) {
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
