#include "matcher/sweep/mixed.h"

#include "matcher/sweep/ascii_phones.h"

namespace hitokoe::matcher::sweep {

namespace {

constexpr std::size_t kFewestOfPhone = 9;
constexpr std::size_t kFewestOfNumber = 6;
constexpr std::size_t kManyDigits = 4;  // no character folds to more

std::size_t digits_of(std::uint8_t odd) {
  if ((odd & kOddManyDigits) != 0) return kManyDigits;
  return (odd & kOddDigit) != 0 ? 1 : 0;
}

}  // namespace

MixedUnits::Unit MixedUnits::unit(std::size_t i, std::uint8_t ascii, std::uint8_t odd) const {
  Unit u{i, i, 0};
  while (u.end < size_) {
    const std::uint8_t byte = text_[u.end];
    if (byte < 0x80) {
      if ((kAscii[byte] & ascii) == 0) break;
      if ((kAscii[byte] & kDigit) != 0) ++u.digits;
      ++u.end;
      continue;
    }
    std::size_t length = 0;
    const std::uint8_t c = characters_.odd_at(text_ + u.end, size_ - u.end, length);
    if ((c & odd) == 0) break;
    u.digits += digits_of(c);
    u.end += length;
  }
  while (u.begin > 0) {
    const std::uint8_t byte = text_[u.begin - 1];
    if (byte < 0x80) {
      if ((kAscii[byte] & ascii) == 0) break;
      if ((kAscii[byte] & kDigit) != 0) ++u.digits;
      --u.begin;
      continue;
    }
    std::size_t length = 0;
    const std::uint8_t c = characters_.odd_before(text_, u.begin, length);
    if ((c & odd) == 0) break;
    u.digits += digits_of(c);
    u.begin -= length;
  }
  return u;
}

void MixedUnits::extract(const Unit& u, identity::ContactKinds kinds) {
  found_.clear();
  identity::extract_contacts({reinterpret_cast<const char*>(text_ + u.begin), u.end - u.begin},
                             kinds, found_);
}

// Writes the unit in ASCII; gives its size, 0 where that cannot be done.
std::size_t MixedUnits::write_in_ascii(const Unit& u) {
  std::size_t size = 0;
  for (std::size_t at = u.begin; at < u.end;) {
    if (size == ascii_.size()) return 0;
    if (text_[at] < 0x80) {
      ascii_[size++] = text_[at++];
      continue;
    }
    const auto c = Characters::decode(text_ + at, u.end - at);
    const char sign = characters_.phone_sign(c.value);
    if (c.length == 0 || sign == '\0') return 0;
    ascii_[size++] = static_cast<std::uint8_t>(sign);
    at += c.length;
  }
  return size;
}

// Whether so many digits may stand in a row that there can be a number.
bool MixedUnits::has_number(const Unit& u) const {
  if (u.digits < kFewestOfNumber) return false;
  std::size_t row = 0;
  for (std::size_t at = u.begin; at < u.end;) {
    std::size_t length = 1;
    std::size_t digits = 0;
    bool ends = false;
    if (text_[at] < 0x80) {
      digits = kAscii[text_[at]] & kDigit;
      ends = digits == 0;
    } else {
      const std::uint8_t odd = characters_.odd_at(text_ + at, u.end - at, length);
      digits = digits_of(odd);
      ends = (odd & (kOddDigit | kOddDropped)) == 0;
    }
    row = ends ? 0 : row + digits;
    if (row >= kFewestOfNumber) return true;
    at += length;
  }
  return false;
}

std::size_t MixedUnits::phones(std::size_t i) {
  const Unit u = unit(i, kPhoneUnit, kOddPhone);
  if (u.digits < kFewestOfPhone) return u.end;
  if (const std::size_t size = write_in_ascii(u); size > 0) {
    read_ascii_phones({ascii_.data(), 0, size}, out_);
    return u.end;
  }
  extract(u, {.phone = true, .email = false, .number = false});
  for (const auto& token : found_) out_.put(token.field, token.value);
  return u.end;
}

std::size_t MixedUnits::mails(std::size_t i) {
  const Unit u = unit(i, kMailUnit, kOddMail);
  extract(u, {.phone = false, .email = true, .number = false});
  // The host of an earlier one ends before this sign.
  for (const auto& token : found_) {
    if (u.begin + token.end > i) out_.put(token.field, token.value);
  }
  return u.end;
}

std::size_t MixedUnits::numbers(std::size_t i, std::size_t from) {
  const Unit u = unit(i, kMailUnit, kOddMail);
  if (!has_number(u)) return u.end;
  extract(u, {.phone = false, .email = false, .number = true});
  for (const auto& token : found_) {
    if (u.begin + token.begin >= from) out_.put(token.field, token.value);
  }
  return u.end;
}

}  // namespace hitokoe::matcher::sweep
