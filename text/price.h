// A crude model of Japanese data: how many bits a character costs after the one before it. Readings
// of the same bytes are compared by what their characters cost; detect.cc and segments.cc use it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace hitokoe::text {

// In quarter bits.
using Price = std::int64_t;
inline constexpr Price kBit = 4;

class Prices {
 public:
  using Class = std::uint8_t;

  Prices();
  static const Prices& model();  // built once, immutable

  static constexpr Class kStart = 0;  // the class of the beginning of a text
  Class class_of(char32_t c) const {
    return c < 0x10000 ? classes_[c] : (c >= 0x1f000 && c < 0x1fb00 ? kEmoji : kBeyond);
  }
  // `of`: the price of a character of class `next` after one of class `previous`.
  Price of(Class previous, Class next) const { return after_[previous][next]; }

  // A byte that is no character, and one that is passed over because the text was cut there.
  static constexpr Price kErrorByte = kBit * 24;
  static constexpr Price kSkippedByte = kBit * 9;

  // Whether characters of the class are more than ASCII: only they tell charsets apart.
  static constexpr bool tells(Class c) { return c > kLastPlain; }
  static constexpr Class kLastPlain = 7;

 private:
  static const Class kEmoji;
  static const Class kBeyond;

  static constexpr std::size_t kMostClasses = 64;
  std::vector<Class> classes_;  // of the BMP
  std::array<std::array<std::uint8_t, kMostClasses>, kMostClasses> after_{};
};

}  // namespace hitokoe::text
