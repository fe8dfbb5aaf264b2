// Check digits. Each passes about one of ten random numbers (Luhn, corporate, individual): weak
// evidence alone.
#pragma once

#include <string_view>

namespace hitokoe::identity {

// ISO/IEC 7812-1, annex B (cards, IMEI, ICCID): the digit that makes `digits` with it valid.
constexpr char luhn_digit(std::string_view digits) {
  int sum = 0;
  bool twice = true;
  for (std::size_t i = digits.size(); i-- > 0; twice = !twice) {
    const int d = (digits[i] - '0') * (twice ? 2 : 1);
    sum += d > 9 ? d - 9 : d;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}
constexpr bool luhn_holds(std::string_view digits) {
  return digits.size() > 1 && luhn_digit(digits.substr(0, digits.size() - 1)) == digits.back();
}

// 法人番号, 13 digits: the first is 9 - (sum of the others, from the right by turns times 1 and 2,
// mod 9). Ordinance on the designation of corporate numbers, article 2.
constexpr bool corporate_holds(std::string_view digits) {
  if (digits.size() != 13) return false;
  int sum = 0;
  for (std::size_t n = 1; n <= 12; ++n) sum += (digits[13 - n] - '0') * (n % 2 == 1 ? 1 : 2);
  return digits[0] - '0' == 9 - sum % 9;
}

// 個人番号, 12 digits: the last is 11 - (weighted sum mod 11), 0 where that is over 9. Ordinance of
// the Ministry of Internal Affairs and Communications no. 85 of 2014, article 5.
constexpr bool mynumber_holds(std::string_view digits) {
  if (digits.size() != 12) return false;
  constexpr int kWeights[] = {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 11; ++i) sum += (digits[i] - '0') * kWeights[i];
  const int rest = sum % 11;
  return digits[11] - '0' == (rest <= 1 ? 0 : 11 - rest);
}

}  // namespace hitokoe::identity
