// What a character can be to the sweep.
//
// A unit is the longest run of characters that may belong to one identifier of a kind: what stands
// around it cannot change what is in it. Units of ASCII take the fast path; a unit with an odd
// character, one outside ASCII that folds to something that counts (０, 九, ＠, の between digits,
// a zero-width space), goes to identity::extract_contacts().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace hitokoe::matcher::sweep {

// Of an ASCII character. As bits of one byte: one look-up of the vector code gives all of them.
enum AsciiClass : std::uint8_t {
  kDigit = 1,
  kLetter = 2,
  kSign = 4,        // '@'
  kDot = 8,         // '.'
  kHostRest = 16,   // '-' '_'
  kLocalRest = 32,  // '+' '%' '\''
  kPhoneRest = 64,  // what stands between the digits of numbers, and what leads to a range
};
inline constexpr std::uint8_t kPhoneUnit = kDigit | kPhoneRest;
inline constexpr std::uint8_t kHost = kDigit | kLetter | kDot | kHostRest;
inline constexpr std::uint8_t kLocal = kHost | kLocalRest;
inline constexpr std::uint8_t kMailUnit = kLocal | kSign;

inline constexpr std::array<std::uint8_t, 128> kAscii = [] {
  std::array<std::uint8_t, 128> t{};
  for (std::uint8_t c = '0'; c <= '9'; ++c) t[c] |= kDigit;
  for (std::uint8_t c = 'a'; c <= 'z'; ++c) t[c] |= kLetter;
  for (std::uint8_t c = 'A'; c <= 'Z'; ++c) t[c] |= kLetter;
  const auto add = [&](const char* set, std::uint8_t bit) {
    for (; *set != 0; ++set) t[static_cast<unsigned char>(*set)] |= bit;
  };
  add("@", kSign);
  add(".", kDot);
  add("-_", kHostRest);
  add("+%'", kLocalRest);
  add(" ()[]./_-~+,", kPhoneRest);
  return t;
}();

// ASCII that belongs to no unit: a text may be cut behind it.
inline bool is_barrier(std::uint8_t byte) { return byte < 0x80 && kAscii[byte] == 0; }

// Of a character outside ASCII; 0 for nearly all.
enum OddClass : std::uint8_t {
  kOddPhone = 1,       // belongs to a phone unit
  kOddDigit = 2,       // … as a digit
  kOddManyDigits = 4,  // … as several
  kOddPlus = 8,        // … and is '+' or nothing
  kOddMail = 16,       // belongs to a mail unit, or the unit of a number
  kOddSign = 32,       // … as '@'
  kOddDropped = 64,    // folds to nothing
};
// A unit may begin with these: they are searched for.
inline constexpr std::uint8_t kTrigger = kOddDigit | kOddSign | kOddDropped;

class Characters {
 public:
  static const Characters& get();

  std::uint8_t odd(char32_t c) const {
    if (c < kLimit) return odd_[c];
    return c >= 0xe0000 && c < 0xe1000 ? beyond_ : 0;
  }
  // Of the character that begins at p[0] (not ASCII), whose bytes end before `n`; 0 where there is
  // none. `length`: its bytes, or 1.
  std::uint8_t odd_at(const std::uint8_t* p, std::size_t n, std::size_t& length) const {
    // Nearly all are of three bytes.
    if (n >= 3 && (p[0] & 0xf0U) == 0xe0 && (p[1] & 0xc0U) == 0x80 && (p[2] & 0xc0U) == 0x80) {
      const char32_t c =
          (p[0] & char32_t{0x0f}) << 12 | (p[1] & char32_t{0x3f}) << 6 | (p[2] & char32_t{0x3f});
      if (c >= 0x800 && (c < 0xd800 || c > 0xdfff)) {
        length = 3;
        // Few blocks of 64 have any: their bits stay in the cache, which the table does not.
        return (blocks_[c >> 12] >> (c >> 6 & 63) & 1) == 0 ? std::uint8_t{0} : odd_[c];
      }
    }
    return odd_slowly(p, n, length);
  }
  // Of the character that ends before text[at].
  std::uint8_t odd_before(const std::uint8_t* text, std::size_t at, std::size_t& length) const;

  // The ASCII character that means the same in a phone unit; 0: none does.
  char phone_sign(char32_t c) const { return c < kLimit ? phone_signs_[c] : '\0'; }
  // The character that begins at p[0]; length 0: none does.
  struct Decoded {
    char32_t value;
    std::size_t length;
  };
  static Decoded decode(const std::uint8_t* p, std::size_t n);

  // Whether the bytes b0 b1 b2 may begin a character: of[i][b_i & 63] AND-ed over all three is not
  // 0, where b0 leads. The same by nibbles, for processors that look up sixteen at once: low and
  // high over all three. Never misses one; what it shows has to be looked at.
  struct Hint {
    std::array<std::uint8_t, 64> of{};
    std::array<std::uint8_t, 16> low{}, high{};
  };
  using Hints = std::array<Hint, 3>;
  static constexpr std::uint8_t kSignHint = 0x80;  // the bit of triggers that may be '@'
  const Hints& triggers() const { return triggers_; }
  const Hints& odds() const { return odds_; }  // of any class

  Characters();

 private:
  static constexpr char32_t kLimit = 0x30000;
  void add_hints(char32_t c, std::uint8_t odd);
  std::uint8_t odd_slowly(const std::uint8_t* p, std::size_t n, std::size_t& length) const;

  std::vector<std::uint8_t> odd_;
  std::array<std::uint64_t, 16> blocks_{};  // of 64 characters below U+10000: one of them is odd
  std::vector<char> phone_signs_;
  std::uint8_t beyond_ = 0;
  Hints triggers_{}, odds_{};
};

}  // namespace hitokoe::matcher::sweep
