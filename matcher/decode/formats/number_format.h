// How a spreadsheet shows a number: as a date, with leading zeros and hyphens, or as it is.
#pragma once

#include <string>
#include <string_view>

namespace hitokoe::matcher {

// ECMA-376 part 1, 18.8.30 and 18.8.31.
class NumberFormat {
 public:
  enum class Kind { kGeneral, kDate, kDigits, kTime };

  NumberFormat() = default;
  explicit NumberFormat(std::string_view code);
  static NumberFormat built_in(unsigned id);  // those without a code in the file
  Kind kind() const { return kind_; }

  // `number` as it is stored ("9.01E+09", "29222"): an ISO date for a date, the digits in their
  // places for "000-0000", otherwise a plain decimal number without exponent. What is no number
  // stays as it is.
  std::string shown(std::string_view number, bool since_1904) const;

 private:
  Kind kind_ = Kind::kGeneral;
  std::string code_;  // of kDigits
};

// Days of a spreadsheet → "1980-01-02"; empty outside 1900-9999. The 1900 system has a 29 February
// 1900 that never was.
std::string date_of_serial(double serial, bool since_1904);

}  // namespace hitokoe::matcher
