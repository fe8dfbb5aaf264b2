// What a made-up person's values look like as text, and how a company writes them.
//
// Nobody's: telephone numbers that the numbering plan gives to nobody (0X0-0…), mail under .test
// (RFC 2606), common names by chance, real towns with houses by chance.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "evaluation/worlds/world.h"

namespace hitokoe::evaluation {

struct Notation {
  bool cp932 = false;
  bool space_in_names = true;
  bool half_width_kana = false;
  char phone_dash = '-';  // 0: none
  bool postal_dash = true;
  bool written_address = true;  // 1丁目2番3号, else 1-2-3
  char date = '-';              // '-' or '/'
};
Notation notation_of(std::uint64_t seed);

// UTF-8. Distinct people have distinct telephone numbers and mailboxes, and so have versions.
std::string value_text(const World& world, std::uint32_t contract, std::size_t column,
                       std::uint8_t version, const Notation& notation);
// The same of somebody who is nobody's customer.
std::string stranger_text(std::uint64_t number, std::size_t column, const Notation& notation);

// Japanese heading of a column, as one of several companies would write it.
std::string_view heading(std::size_t column, std::uint64_t choice);

}  // namespace hitokoe::evaluation
