// Telephone numbers in a unit of ASCII: the rules of identity/phone.cc, on bytes. What changes
// there has to be followed here; the tests compare the two.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "matcher/sweep/characters.h"
#include "matcher/sweep/tokens.h"

namespace hitokoe::matcher::sweep {

struct PhoneUnit {
  const std::uint8_t* text;  // also before the unit: a '+' may stand there
  std::size_t begin;
  std::size_t end;
};

void read_ascii_phones(const PhoneUnit& unit, Tokens& out);
// Other numbers of the line whose number's `form` (of `size` characters) ends where the unit
// begins: 〜9, /5679, ,80.
void read_ascii_range(const PhoneUnit& unit, std::array<char, 16> form, std::size_t size,
                      Tokens& out);

}  // namespace hitokoe::matcher::sweep
