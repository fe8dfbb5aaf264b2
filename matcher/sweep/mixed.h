// Units with characters outside ASCII that count (characters.h): identity's own code reads them,
// but for phones that can be written in ASCII.
#pragma once

#include <string_view>
#include <vector>

#include "hitokoe/identity/contacts.h"
#include "matcher/sweep/characters.h"
#include "matcher/sweep/tokens.h"

namespace hitokoe::matcher::sweep {

class MixedUnits {
 public:
  explicit MixedUnits(Tokens& out) : out_(out) {}

  // The text that the calls below are about.
  void begin(const std::uint8_t* text, std::size_t size) {
    text_ = text;
    size_ = size;
  }

  // The character at text[i], or before it.
  std::uint8_t odd_at(std::size_t i) const {
    std::size_t length = 0;
    return odd_at(i, length);
  }
  std::uint8_t odd_at(std::size_t i, std::size_t& length) const {
    return characters_.odd_at(text_ + i, size_ - i, length);
  }
  std::uint8_t odd_before(std::size_t i) const {
    std::size_t length = 0;
    return characters_.odd_before(text_, i, length);
  }

  // Each takes the unit around text[i], gives its tokens to `out` and returns where it ends.
  std::size_t phones(std::size_t i);
  std::size_t mails(std::size_t i);  // only those of the sign at `i` and behind it
  std::size_t numbers(std::size_t i, std::size_t from);  // only those that begin at `from` or later

 private:
  struct Unit {
    std::size_t begin, end;
    std::size_t digits;  // at most so many
  };
  Unit unit(std::size_t i, std::uint8_t ascii, std::uint8_t odd) const;
  bool has_number(const Unit& unit) const;
  std::size_t write_in_ascii(const Unit& unit);
  void extract(const Unit& unit, identity::ContactKinds kinds);

  Tokens& out_;
  const Characters& characters_ = Characters::get();
  const std::uint8_t* text_ = nullptr;
  std::size_t size_ = 0;
  std::vector<identity::Token> found_;
  std::array<std::uint8_t, 256> ascii_;
};

}  // namespace hitokoe::matcher::sweep
