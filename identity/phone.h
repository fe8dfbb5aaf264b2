// Phone numbers in a text.
#pragma once

#include <array>
#include <string_view>

#include "identity/forms.h"

namespace hitokoe::identity {

struct PhoneMatch {
  std::size_t begin, end;  // characters of the text
  std::array<char, 15> e164;
  std::size_t length;
  std::string_view number() const { return {e164.data(), length}; }
};

struct PhoneRules {
  bool dropped_zero;   // a spreadsheet took the leading 0: 9012345678, 90-1234-5678
  bool bare_landline;  // … also of nine digits in a row, which could be anything
  bool ranges;         // 03-1234-5678〜9, /5679: both numbers
};

class PhoneSink {
 public:
  virtual void found(const PhoneMatch& match) = 0;

 protected:
  ~PhoneSink() = default;
};

// Every number in order of `begin`. O(length).
void find_phones(Chars text, const PhoneRules& rules, PhoneSink& out);

}  // namespace hitokoe::identity
