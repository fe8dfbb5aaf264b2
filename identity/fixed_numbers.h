// Numbers of a fixed length: payment cards, IMEI, ICCID, IMSI, corporate and individual numbers,
// and bank accounts written 4-3-type-7.
#pragma once

#include <array>
#include <string_view>

#include "identity/forms.h"

namespace hitokoe::identity {

struct FixedNumber {
  FieldId field;
  std::size_t begin, end;     // characters of the text
  std::array<char, 20> text;  // canonical; of kMynumber the number itself
  std::size_t size;
  std::string_view view() const { return {text.data(), size}; }
};

class FixedNumberSink {
 public:
  virtual void found(const FixedNumber& number) = 0;

 protected:
  ~FixedNumberSink() = default;
};

// The numbers in the groups of digits that begin at text[at], in running text: only in the
// groupings people use, with a valid check digit where there is one, not inside a longer number or
// a word. Gives where the groups end. 13-digit cards and corporate numbers without T only count
// with a label, which is not looked for here. O(groups).
std::size_t find_fixed_numbers(Chars text, std::size_t at, FixedNumberSink& out);

// Of a value that is known to be such a number: in any grouping; an IMEI or ICCID without its check
// digit gets it. `field` is one of kCard, kImei, kIccid, kImsi, kCorporate, kMynumber; of the last
// the form is a row of twelve stars.
void normalize_fixed(FieldId field, Chars value, Forms& forms);

}  // namespace hitokoe::identity
