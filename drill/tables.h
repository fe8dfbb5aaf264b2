// Word lists for made-up people. Common Japanese surnames and given names, real towns with their
// postal codes, chosen by hand; nobody in particular.
#pragma once

#include <span>
#include <string_view>

namespace hitokoe::drill {

struct Written {
  std::string_view kanji;
  std::string_view kana;  // full-width katakana
};

enum class Region { kNorth, kKanto, kChubu, kKinki, kWest };

struct Town {
  std::string_view postal;  // seven digits
  std::string_view prefecture;
  std::string_view city;
  std::string_view town;
  Region region;
};

std::span<const Written> surnames();
std::span<const Written> given_names();
std::span<const Town> towns();

}  // namespace hitokoe::drill
